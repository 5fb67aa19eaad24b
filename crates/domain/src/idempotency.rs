//! Doing a thing once, however often it is asked.
//!
//! A key is scoped to its caller and operation, so that nobody is answered with another's result.
//! The fingerprint covers what the client supplied and nothing that the server stamped.

use ring::digest;
use serde::{Deserialize, Serialize};

/// The longest key taken, in bytes.
pub const KEY_LENGTH_MAX: usize = 255;

/// Whether a caller's own name for a request can be a key: 1 to [`KEY_LENGTH_MAX`] bytes, none of them
/// of a control character.
#[must_use]
pub fn is_key(key: &str) -> bool {
    (1..=KEY_LENGTH_MAX).contains(&key.len()) && !key.chars().any(char::is_control)
}

/// Who asked for what under which name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The caller: `client:<id>`, `user:<id>`, `chat:<conversation>`.
    pub caller: String,
    /// The operation, such as `transfer`.
    pub operation: String,
    /// The caller's own name for this request.
    pub key: String,
}

/// SHA-256 over the client-supplied fields in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Over named fields in the order given. Names and values are length-prefixed, so that no two
    /// different lists give the same bytes; an absent field differs from an empty one.
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

/// What a key that was seen before means for the request at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// The same request: the first answer again, a refusal included.
    Replay(T),
    /// Another request under a used key.
    Reused,
}

/// Judges a request against what stands under its key.
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
    fn absent_and_empty_differ() {
        assert_ne!(Fingerprint::of(&[("a", None)]), Fingerprint::of(&[("a", Some(""))]));
    }

    #[test]
    fn a_replay_needs_the_same_fingerprint() {
        let (one, two) = (Fingerprint::of(&[("a", Some("1"))]), Fingerprint::of(&[("a", Some("2"))]));
        assert_eq!(compare(one, "first", one), Seen::Replay("first"));
        assert_eq!(compare(one, "first", two), Seen::Reused);
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
