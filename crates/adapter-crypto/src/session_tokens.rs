//! Tokens of a session. A refresh token is the session id and the generation of the token, with a keyed hash
//! over both. It can be computed again at any time, so it is not stored, and a token that was used long ago
//! is still recognised.
//!
//! ```text
//! base64url( session (16) ‖ generation (4) ‖ HMAC-SHA256 over both (32) )
//! ```

use crate::{
    keyring::Keyring,
    tokens::{TokenKind, Tokens},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use domain::ids::{SessionId, UserId};
use ports::accounts::session_tokens::{CannotSign, SessionTokens};
use ring::hmac;
use uuid::Uuid;

const LABEL: &str = "refresh/v1";
const BODY_LENGTH: usize = 20;

/// Makes the access tokens and refresh tokens of people who are signed in.
pub struct KeyedSessionTokens {
    tokens: Tokens,
    keys: Vec<hmac::Key>,
}

impl KeyedSessionTokens {
    /// `tokens` makes the access tokens. The refresh tokens use separate keys, derived from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring, tokens: Tokens) -> Self {
        let keys = keyring.derive(LABEL);
        let keys = keys.into_iter().map(|(_, key)| hmac::Key::new(hmac::HMAC_SHA256, &key)).collect();
        Self { tokens, keys }
    }
}

impl SessionTokens for KeyedSessionTokens {
    fn access(&self, user: UserId, session: SessionId, ttl: Duration) -> Result<String, CannotSign> {
        self.tokens
            .issue_for_session(TokenKind::Access, &user.to_string(), &session.to_string(), ttl)
            .map_err(|_fault| CannotSign)
    }

    #[allow(clippy::expect_used, reason = "a keyring is never empty")]
    fn refresh(&self, session: SessionId, generation: u32) -> String {
        let mut token = session.0.as_bytes().to_vec();
        token.extend(generation.to_be_bytes());
        let mac = hmac::sign(self.keys.first().expect("a keyring holds a key"), &token);
        token.extend(mac.as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    fn read_refresh(&self, token: &str) -> Option<(SessionId, u32)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, mac) = bytes.split_at_checked(BODY_LENGTH)?;
        self.keys.iter().find(|key| hmac::verify(key, body, mac).is_ok())?;
        let (session, generation) = body.split_first_chunk::<16>()?;
        Some((SessionId(Uuid::from_bytes(*session)), u32::from_be_bytes(generation.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UuidV7;
    use proptest::prelude::*;
    use std::sync::Arc;
    use testkit::MovableClock;

    fn tokens(secrets: &str) -> KeyedSessionTokens {
        let keys = Keyring::parse(secrets).unwrap();
        KeyedSessionTokens::new(&keys, Tokens::new(&keys, Arc::<MovableClock>::default(), Arc::new(UuidV7)))
    }

    fn session() -> SessionId {
        SessionId(Uuid::from_u128(7))
    }

    #[test]
    fn a_refresh_token_is_the_same_each_time_and_can_be_read() {
        let one = tokens(&"k".repeat(32));
        let token = one.refresh(session(), 3);
        assert_eq!(token, one.refresh(session(), 3));
        assert_eq!(one.read_refresh(&token), Some((session(), 3)));
        let rotated = tokens(&format!("new:{},1:{}", "n".repeat(32), "k".repeat(32)));
        assert_eq!(rotated.read_refresh(&token), Some((session(), 3)), "after a rotation of keys");
    }

    #[test]
    fn neither_kind_is_accepted_as_the_other() {
        let one = tokens(&"k".repeat(32));
        let access = one.access(UserId(Uuid::from_u128(1)), session(), Duration::minutes(15)).unwrap();
        assert_eq!(one.read_refresh(&access), None);
        assert!(one.tokens.read(&one.refresh(session(), 1)).is_err());
        let claims = one.tokens.read(&access).unwrap();
        assert_eq!((claims.kind, claims.sid), (TokenKind::Access, Some(session().to_string())));
    }

    proptest! {
        #[test]
        fn a_changed_character_is_detected(at in 0usize..69, letter in "[A-Za-z0-9_-]") {
            let one = tokens(&"k".repeat(32));
            let sound = one.refresh(session(), 1);
            let mut token = sound.clone();
            token.replace_range(at..=at, &letter);
            prop_assume!(token != sound);
            prop_assert_eq!(one.read_refresh(&token), None);
        }

        #[test]
        fn arbitrary_text_is_refused(text in "\\PC{0,90}") {
            prop_assert_eq!(tokens(&"k".repeat(32)).read_refresh(&text), None);
        }
    }
}
