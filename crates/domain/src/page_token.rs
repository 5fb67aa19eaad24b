//! The secret in the address of a page: who has it may use the page.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest;
use std::fmt;

/// Bytes of randomness in a token.
pub const TOKEN_BYTES: usize = 32;

/// 256 random bits as base64url (RFC 4648), 43 characters. It has no readable `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Writes random bytes as a token.
    #[must_use]
    pub fn of(random: &[u8; TOKEN_BYTES]) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads what stands in an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == TOKEN_BYTES).then(|| Self(text.to_owned()))
    }

    /// The token itself. Never log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// SHA-256, under which it is kept: of 256 random bits nothing can be guessed from it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref());
        bytes
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
