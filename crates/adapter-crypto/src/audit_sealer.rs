//! MACs of the audit log: HMAC-SHA256 under a separate key, derived from the encryption secret.

use crate::keyring::Keyring;
use ports::crypto::{AuditSealer, CodeMac};
use ring::hmac;

/// Makes MACs with the first key of a keyring, and checks them with any.
pub struct HmacAuditSealer(Vec<(String, hmac::Key)>);

impl HmacAuditSealer {
    /// Derives the keys for the audit log from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        let keys = keyring.derive("audit/v1");
        Self(keys.into_iter().map(|(kid, key)| (kid, hmac::Key::new(hmac::HMAC_SHA256, &key))).collect())
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
        let (kid, key) = self.0.first().expect("a keyring holds a key");
        CodeMac { key_id: kid.clone(), mac: sign(key, bytes) }
    }

    fn code_under(&self, key_id: &str, bytes: &[u8]) -> Option<[u8; 32]> {
        let (_, key) = self.0.iter().find(|(kid, _)| kid == key_id)?;
        Some(sign(key, bytes))
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
}
