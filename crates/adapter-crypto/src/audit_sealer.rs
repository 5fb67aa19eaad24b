//! MACs of the audit log: HMAC-SHA256 under a separate key, derived from the encryption secret.

use crate::keyring::Keyring;
use ports::{
    crypto::{AuditSealer, CodeMac},
    operations::KeptKey,
};
use ring::hmac;
use std::sync::{PoisonError, RwLock};

/// What the keys of the audit log are kept for.
const LABEL: &str = "audit/v1";

/// Makes MACs with the first key of a keyring, and checks them with any, and with those that were kept.
pub struct HmacAuditSealer {
    keys: Vec<(String, hmac::Key)>,
    kept: RwLock<Vec<(String, hmac::Key)>>,
}

impl HmacAuditSealer {
    /// Derives the keys for the audit log from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        let keys = keyring.derive(LABEL);
        let keys =
            keys.into_iter().map(|(kid, key)| (kid, hmac::Key::new(hmac::HMAC_SHA256, &key))).collect();
        Self { keys, kept: RwLock::default() }
    }

    /// The keys to keep: the audit log is checked with them for ever, also after their secret is gone.
    #[must_use]
    pub fn to_keep(keyring: &Keyring) -> Vec<KeptKey> {
        keyring.to_keep(LABEL)
    }

    /// Checks with these keys too.
    pub fn learn(&self, kept: &[KeptKey]) {
        let ours = kept.iter().filter(|key| key.purpose == LABEL);
        let keys = ours.map(|key| (key.key_id.clone(), hmac::Key::new(hmac::HMAC_SHA256, &key.key)));
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = keys.collect();
    }
}

fn sign(key: &hmac::Key, bytes: &[u8]) -> [u8; 32] {
    let mut code = [0; 32];
    code.copy_from_slice(hmac::sign(key, bytes).as_ref());
    code
}

impl AuditSealer for HmacAuditSealer {
    #[allow(clippy::expect_used, reason = "a keyring is never empty")]
    fn code(&self, bytes: &[u8]) -> CodeMac {
        let (kid, key) = self.keys.first().expect("a keyring holds a key");
        CodeMac { key_id: kid.clone(), mac: sign(key, bytes) }
    }

    fn code_under(&self, key_id: &str, bytes: &[u8]) -> Option<[u8; 32]> {
        let is_it = |(kid, _): &&(String, hmac::Key)| kid == key_id;
        if let Some((_, key)) = self.keys.iter().find(is_it) {
            return Some(sign(key, bytes));
        }
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(is_it).map(|(_, key)| sign(key, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_key_still_checks_and_an_unknown_one_does_not() {
        let (old, new) = ("o".repeat(32), "n".repeat(32));
        let before = HmacAuditSealer::new(&Keyring::parse(&format!("a:{old}")).unwrap());
        let after = HmacAuditSealer::new(&Keyring::parse(&format!("b:{new},a:{old}")).unwrap());
        let sealed = before.code(b"row");
        assert_eq!(after.code_under(&sealed.key_id, b"row"), Some(sealed.mac));
        assert_ne!(after.code(b"row").mac, sealed.mac);
        assert_eq!(before.code_under("b", b"row"), None);
    }

    #[test]
    fn a_kept_key_checks_after_its_secret_is_gone() {
        let (old, new) = ("o".repeat(32), "n".repeat(32));
        let ring = Keyring::parse(&format!("a:{old}")).unwrap();
        let sealed = HmacAuditSealer::new(&ring).code(b"row");
        let after = HmacAuditSealer::new(&Keyring::parse(&format!("b:{new}")).unwrap());
        assert_eq!(after.code_under("a", b"row"), None);
        after.learn(&HmacAuditSealer::to_keep(&ring));
        assert_eq!(after.code_under("a", b"row"), Some(sealed.mac));
        assert_eq!(after.code(b"row").key_id, "b", "a kept key signs nothing");
    }
}
