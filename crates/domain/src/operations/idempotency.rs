//! Idempotency: a request has its effect once, however often it is sent.
//!
//! A key is scoped to its caller and operation, so that nobody gets another's result. The fingerprint covers
//! what the caller sent and nothing that the server added.

use crate::principal::Principal;
use ring::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest key, in bytes.
pub const KEY_LENGTH_MAX: usize = 255;

/// Whether a text can be an idempotency key: 1 to [`KEY_LENGTH_MAX`] bytes, without control characters.
#[must_use]
pub fn is_key(key: &str) -> bool {
    (1..=KEY_LENGTH_MAX).contains(&key.len()) && !key.chars().any(char::is_control)
}

/// A caller's name for a request, within one operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The principal that asks.
    pub caller: Principal,
    /// The operation, such as `transfer`.
    pub operation: String,
    /// The caller's own name for this request.
    pub key: String,
}

impl IdempotencyKey {
    /// The key of a request that came without one, made from the id of what it creates. No other request has
    /// it.
    #[must_use]
    pub fn own(id: Uuid) -> Self {
        Self { caller: Principal::System, operation: "own".into(), key: id.to_string() }
    }

    /// SHA-256 over its parts, by which a store finds it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let Self { caller, operation, key } = self;
        Fingerprint::of(&[
            ("caller", Some(&caller.key())),
            ("operation", Some(operation)),
            ("key", Some(key)),
        ])
        .0
    }
}

/// SHA-256 over the fields that the caller sent, in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of named fields in the order given. Names and values follow their lengths, so that two
    /// different lists never give the same bytes; an absent field differs from an empty one.
    #[must_use]
    pub fn of(fields: &[(&str, Option<&str>)]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for (name, value) in fields {
            update_prefixed(&mut context, name.as_bytes());
            context.update(&[u8::from(value.is_some())]);
            update_prefixed(&mut context, value.unwrap_or_default().as_bytes());
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }
}

fn update_prefixed(context: &mut digest::Context, bytes: &[u8]) {
    context.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
    context.update(bytes);
}

/// What a known key means for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// The same request: the first answer again, also a refusal.
    Replay(T),
    /// Another request under a used key.
    Reused,
}

/// Compares a request with what is stored under its key.
pub fn compare<T>(stored: Fingerprint, outcome: T, asked: Fingerprint) -> Seen<T> {
    if stored == asked { Seen::Replay(outcome) } else { Seen::Reused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_short_and_plain() {
        assert!(is_key("rent 2026-11") && is_key(&"k".repeat(KEY_LENGTH_MAX)));
        assert!(!is_key("") && !is_key("a\nb") && !is_key(&"k".repeat(KEY_LENGTH_MAX + 1)));
    }

    #[test]
    fn a_key_is_its_callers_and_its_operations() {
        let key = |caller: &str, operation: &str, key: &str| {
            let caller = Principal::Client(caller.into());
            IdempotencyKey { caller, operation: operation.into(), key: key.into() }.digest()
        };
        let one = key("a", "transfer", "k");
        assert_eq!(one, key("a", "transfer", "k"));
        assert!(one != key("b", "transfer", "k") && one != key("a", "reverse", "k"));
        assert!(one != key("a", "transfer", "k2"));
    }

    #[test]
    fn absent_and_empty_differ() {
        assert_ne!(Fingerprint::of(&[("a", None)]), Fingerprint::of(&[("a", Some(""))]));
    }

    #[test]
    fn a_replay_needs_the_same_fingerprint() {
        let (one, two) = (Fingerprint::of(&[("a", Some("1"))]), Fingerprint::of(&[("a", Some("2"))]));
        assert_eq!(compare(one, "first", one), Seen::Replay("first"));
        assert_eq!(compare(one, "first", two), Seen::Reused);
    }

    #[test]
    fn what_was_stored_before_an_update_is_found_after_it() {
        let fingerprint = Fingerprint::of(&[("amount", Some("150.50")), ("concept", None)]);
        assert_eq!(
            hex::encode(fingerprint.0),
            "a1e9508f7367aa645737a1c5c3c5f4c9ec254049b58ef184839d80af59ed41cd"
        );
        let key = IdempotencyKey {
            caller: Principal::Client("a".into()),
            operation: "transfer".into(),
            key: "k".into(),
        };
        assert_eq!(
            hex::encode(key.digest()),
            "6558694702bc88c644a4240c28378f84aff0314c5527e9ee5cf7d63f64b241ca"
        );
    }

    proptest! {
        #[test]
        fn moving_a_letter_between_fields_changes_it(a in "[a-z]{1,8}", b in "[a-z]{1,8}") {
            let joined = format!("{a}{b}");
            let apart = Fingerprint::of(&[("x", Some(&a)), ("y", Some(&b))]);
            let moved = Fingerprint::of(&[("x", Some(&joined)), ("y", Some(""))]);
            prop_assert_ne!(apart, moved);
        }
    }
}
