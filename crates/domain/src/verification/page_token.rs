//! The secret in the URL of a hosted page: it gives access to the page.

use crate::verification::otp::OtpCode;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest;
use std::fmt;

/// Random bytes in a token.
pub const TOKEN_BYTES: usize = 32;

/// 256 random bits as base64url (RFC 4648), 43 characters. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Makes a token from random bytes.
    #[must_use]
    pub fn of(random: &[u8; TOKEN_BYTES]) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads a token from a URL; `None` when it has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == TOKEN_BYTES).then(|| Self(text.to_owned()))
    }

    /// The token in clear text. Never log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The SHA-256 under which it is stored. 256 random bits can't be found from their hash.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref());
        bytes
    }

    /// The key of a check attempt, from the form that was sent and the code in it. The same form and code
    /// give the same key. Without the token, the key tells nothing about the code.
    #[must_use]
    pub fn attempt_name(&self, form: &str, code: &OtpCode) -> String {
        let mut name = digest::Context::new(&digest::SHA256);
        // The form comes from outside. Token and code contain no line break, so they mark where it begins and
        // ends.
        for part in [&self.0, "\n", form, "\n", code.reveal()] {
            name.update(part.as_bytes());
        }
        BASE64_URL_SAFE_NO_PAD.encode(name.finish())
    }
}

impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageToken(******)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_attempt_has_its_own_key() {
        let token = PageToken::of(&[7; TOKEN_BYTES]);
        let [code, other] = ["123456", "123457"].map(|code| OtpCode::parse(code).unwrap());
        let name = token.attempt_name("0.1", &code);
        assert_eq!(token.attempt_name("0.1", &code), name);
        assert_ne!(token.attempt_name("0.1", &other), name);
        assert_ne!(token.attempt_name("1.1", &code), name);
        assert_ne!(PageToken::of(&[8; TOKEN_BYTES]).attempt_name("0.1", &code), name);
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let token = PageToken::of(&[7; TOKEN_BYTES]);
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(PageToken::parse(token.reveal()).as_ref(), Some(&token));
        assert_ne!(token.hash(), PageToken::of(&[8; TOKEN_BYTES]).hash());
        let too_long = "A".repeat(44);
        for other in ["", "AAAA", &too_long, &"+".repeat(43), &"x".repeat(5000)] {
            assert_eq!(PageToken::parse(other), None, "{other}");
        }
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
