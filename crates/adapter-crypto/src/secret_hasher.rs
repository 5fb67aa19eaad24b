//! Keyed hashes of random secrets: HMAC-SHA256 over the kind, the owner and the secret. The database alone
//! does not reveal a secret, however short it is.

use crate::keyring::Keyring;
use ports::{
    crypto::{SecretHasher, SecretKind},
    operations::KeptKey,
};
use ring::hmac;

const LABEL: &str = "secret/v1";

/// Hashes with the first key of a keyring, and searches with the hashes of every key.
pub struct HmacSecretHasher(Vec<hmac::Key>);

impl HmacSecretHasher {
    /// Derives the keys for random secrets from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        Self::with_kept(keyring, &[])
    }

    /// The same, and searches also with the keys that were kept after their secret was gone: a backup code is good
    /// for years.
    #[must_use]
    pub fn with_kept(keyring: &Keyring, kept: &[KeptKey]) -> Self {
        let own = keyring.derive(LABEL).into_iter().map(|(_, key)| key);
        let kept = kept.iter().filter(|key| key.purpose == LABEL).map(|key| key.key);
        let mut keys: Vec<[u8; 32]> = own.collect();
        for key in kept {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Self(keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect())
    }

    /// The keys to keep.
    #[must_use]
    pub fn to_keep(keyring: &Keyring) -> Vec<KeptKey> {
        keyring.to_keep(LABEL)
    }
}

fn sign(key: &hmac::Key, kind: SecretKind, secret: &str) -> [u8; 32] {
    let (name, owner) = match kind {
        SecretKind::LoginChallenge => ("login-challenge", None),
        SecretKind::ResetToken => ("reset-token", None),
        SecretKind::BackupCode(user) => ("backup-code", Some(user.0)),
        SecretKind::LinkCode => ("link-code", None),
        SecretKind::ExportLink => ("export-link", None),
    };
    let owner = owner.as_ref().map_or(&[][..], |owner| owner.as_bytes().as_slice());
    let mut context = hmac::Context::with_key(key);
    for part in [LABEL.as_bytes(), name.as_bytes(), owner, secret.as_bytes()] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.sign().as_ref());
    hash
}

impl SecretHasher for HmacSecretHasher {
    #[allow(clippy::expect_used, reason = "a keyring is never empty")]
    fn hash(&self, kind: SecretKind, secret: &str) -> [u8; 32] {
        sign(self.0.first().expect("a keyring holds a key"), kind, secret)
    }

    fn hashes(&self, kind: SecretKind, secret: &str) -> Vec<[u8; 32]> {
        self.0.iter().map(|key| sign(key, kind, secret)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::UserId;
    use uuid::Uuid;

    #[test]
    fn a_secret_belongs_to_one_kind_and_one_person() {
        let hasher = HmacSecretHasher::new(&Keyring::parse(&"k".repeat(32)).unwrap());
        let of = |n| SecretKind::BackupCode(UserId(Uuid::from_u128(n)));
        let kinds = [SecretKind::LoginChallenge, SecretKind::ResetToken, of(1), of(2), SecretKind::LinkCode];
        let hashes: std::collections::BTreeSet<_> = kinds.map(|kind| hasher.hash(kind, "x")).into();
        assert_eq!(hashes.len(), kinds.len());
    }

    #[test]
    fn what_an_older_key_hashed_is_still_found() {
        let old = format!("old:{}", "o".repeat(32));
        let before = HmacSecretHasher::new(&Keyring::parse(&old).unwrap());
        let after = HmacSecretHasher::new(&Keyring::parse(&format!("new:{},{old}", "n".repeat(32))).unwrap());
        let kept = before.hash(SecretKind::LinkCode, "x");
        assert!(after.hashes(SecretKind::LinkCode, "x").contains(&kept));
        assert_ne!(after.hash(SecretKind::LinkCode, "x"), kept);
    }

    #[test]
    fn what_a_key_hashed_is_found_after_its_secret_is_gone() {
        let old = Keyring::parse(&format!("old:{}", "o".repeat(32))).unwrap();
        let new = Keyring::parse(&format!("new:{}", "n".repeat(32))).unwrap();
        let hash = HmacSecretHasher::new(&old).hash(SecretKind::LinkCode, "x");
        assert!(!HmacSecretHasher::new(&new).hashes(SecretKind::LinkCode, "x").contains(&hash));
        let after = HmacSecretHasher::with_kept(&new, &HmacSecretHasher::to_keep(&old));
        assert!(after.hashes(SecretKind::LinkCode, "x").contains(&hash));
        assert_ne!(after.hash(SecretKind::LinkCode, "x"), hash);
    }
}
