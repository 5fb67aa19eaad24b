//! Comparison of secrets that a caller presents.

use ring::{digest, hmac};

/// Compares two secrets in constant time: the duration does not show where they differ. False when `known` is
/// empty.
#[must_use]
pub fn is_same_secret(known: &[u8], given: &[u8]) -> bool {
    // Verifying a MAC takes constant time, and the key is a digest, so the length of `known` does not show.
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
        assert!(!is_same_secret(b"", b""), "an empty secret matches nothing");
    }
}
