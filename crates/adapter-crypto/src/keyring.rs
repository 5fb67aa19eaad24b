//! Named secrets, which can rotate, and a separate derived key for every purpose.

use ports::operations::KeptKey;
use ring::hkdf;
use std::fmt;
use thiserror::Error;

/// Shortest accepted secret, in bytes.
pub const SECRET_LENGTH_MIN: usize = 32;

const SALT: &[u8] = b"ventanilla/v1";

/// Secrets by key id. The first one signs and seals; all verify and open. `Debug` shows only the key ids.
#[derive(Clone)]
pub struct Keyring(Vec<(String, Vec<u8>)>);

/// Why a setting is not a keyring. Each message follows the name of the setting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// The setting is empty.
    #[error("is missing")]
    Missing,
    /// A secret is shorter than [`SECRET_LENGTH_MIN`].
    #[error("must be at least {SECRET_LENGTH_MIN} characters long")]
    TooShort,
    /// A key id is not 1 to 16 letters and digits, or occurs twice.
    #[error("has a key id that is not 1 to 16 letters or digits, or that occurs twice")]
    BadKeyId,
}

impl Keyring {
    /// Reads `kid:secret,kid:secret`, or a bare secret, whose key id is `1`.
    pub fn parse(setting: &str) -> Result<Self, KeyringError> {
        if setting.trim().is_empty() {
            return Err(KeyringError::Missing);
        }
        let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
        for part in setting.split(',') {
            let (kid, secret) = part.trim().split_once(':').unwrap_or(("1", part.trim()));
            if !is_key_id(kid) || keys.iter().any(|(known, _)| known == kid) {
                return Err(KeyringError::BadKeyId);
            }
            if secret.len() < SECRET_LENGTH_MIN {
                return Err(KeyringError::TooShort);
            }
            keys.push((kid.to_owned(), secret.as_bytes().to_vec()));
        }
        Ok(Self(keys))
    }

    /// The key ids, in order: the first one signs and seals.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(kid, _)| kid.as_str())
    }

    /// The derived keys of one purpose, to be kept beyond their secret.
    pub(crate) fn to_keep(&self, label: &str) -> Vec<KeptKey> {
        let derived = self.derive(label).into_iter();
        derived.map(|(key_id, key)| KeptKey { purpose: label.to_owned(), key_id, key }).collect()
    }

    /// Derives the keys for one purpose, in order: HKDF-SHA256 (RFC 5869) with the label as info.
    #[must_use]
    pub(crate) fn derive(&self, label: &str) -> Vec<(String, [u8; 32])> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT);
        self.0
            .iter()
            .filter_map(|(kid, secret)| {
                let mut key = [0; 32];
                let info = [label.as_bytes()];
                let pseudorandom = salt.extract(secret);
                let okm = pseudorandom.expand(&info, hkdf::HKDF_SHA256).ok()?;
                okm.fill(&mut key).ok()?;
                Some((kid.clone(), key))
            })
            .collect()
    }
}

/// Whether a text can be a key id: 1 to 16 letters and digits.
pub(crate) fn is_key_id(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_named_and_bare_secrets() {
        let two = Keyring::parse(&format!("new:{},old:{}", "a".repeat(32), "b".repeat(40))).unwrap();
        assert_eq!(format!("{two:?}"), r#"["new", "old"]"#, "secrets are not shown");
        assert_eq!(format!("{:?}", Keyring::parse(&"c".repeat(48)).unwrap()), r#"["1"]"#);
    }

    #[test]
    fn a_weak_or_malformed_setting_is_refused() {
        assert_eq!(Keyring::parse(" ").err(), Some(KeyringError::Missing));
        assert_eq!(Keyring::parse("short").err(), Some(KeyringError::TooShort));
        let twice = format!("k:{0},k:{0}", "a".repeat(32));
        assert_eq!(Keyring::parse(&twice).err(), Some(KeyringError::BadKeyId));
        assert_eq!(Keyring::parse(&format!("../x:{}", "a".repeat(32))).err(), Some(KeyringError::BadKeyId));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let keys = Keyring::parse(&"c".repeat(48)).unwrap();
        assert_ne!(keys.derive("seal/v1"), keys.derive("otp/v1"));
        assert_eq!(keys.derive("seal/v1"), keys.derive("seal/v1"));
    }
}
