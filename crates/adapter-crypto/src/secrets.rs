//! Secrets that a caller shows.

use ring::{digest, hmac};

/// Whether both are the same bytes; how long it takes tells nothing about where they differ. An empty secret
/// is nobody's.
#[must_use]
pub fn is_same_secret(known: &[u8], given: &[u8]) -> bool {
    // Verifying a MAC compares in constant time; over digests, so that lengths don't show either.
    let key = hmac::Key::new(hmac::HMAC_SHA256, digest::digest(&digest::SHA256, known).as_ref());
    let tag = hmac::sign(&key, known);
    !known.is_empty() && hmac::verify(&key, given, tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_same_secret;

    #[test]
    fn only_the_same_bytes_are_the_same() {
        assert!(is_same_secret(b"a key", b"a key"));
        assert!(!is_same_secret(b"a key", b"a keY"));
        assert!(!is_same_secret(b"a key", b""));
        assert!(!is_same_secret(b"", b""), "no secret is no key");
    }
}
