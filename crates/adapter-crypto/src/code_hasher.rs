//! Keyed hashes of codes: HMAC-SHA256 over length-prefixed parts. The database alone does not reveal a code,
//! and a code for one purpose, number or payment is not valid for another.

use crate::keyring::Keyring;
use ports::crypto::{CodeContext, CodeHasher, CodeMac};
use ring::hmac;

const LABEL: &str = "otp/v1";

/// Hashes with the first key of a keyring, and checks with any.
pub struct HmacCodeHasher(Vec<(String, hmac::Key)>);

impl HmacCodeHasher {
    /// Derives the keys for codes from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        let keys = keyring.derive(LABEL);
        Self(keys.into_iter().map(|(kid, key)| (kid, hmac::Key::new(hmac::HMAC_SHA256, &key))).collect())
    }
}

fn mac(key: &hmac::Key, context: &CodeContext, code: &str) -> [u8; 32] {
    let mut hash = hmac::Context::with_key(key);
    let id = context.verification.0;
    let parts: [&[u8]; 7] = [
        LABEL.as_bytes(),
        id.as_bytes(),
        &context.salt,
        context.purpose.name().as_bytes(),
        context.destination.as_bytes(),
        &context.transaction_digest,
        code.as_bytes(),
    ];
    for part in parts {
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut mac = [0; 32];
    mac.copy_from_slice(hash.sign().as_ref());
    mac
}

impl CodeHasher for HmacCodeHasher {
    #[allow(clippy::expect_used, reason = "a keyring is never empty")]
    fn hash(&self, context: &CodeContext, code: &str) -> CodeMac {
        let (kid, key) = self.0.first().expect("a keyring holds a key");
        CodeMac { key_id: kid.clone(), mac: mac(key, context, code) }
    }

    fn hash_with(&self, key_id: &str, context: &CodeContext, code: &str) -> Option<CodeMac> {
        let (kid, key) = self.0.iter().find(|(kid, _)| kid == key_id)?;
        Some(CodeMac { key_id: kid.clone(), mac: mac(key, context, code) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::VerificationId, verification::otp::Purpose};
    use uuid::Uuid;

    fn context() -> CodeContext {
        CodeContext {
            verification: VerificationId(Uuid::nil()),
            salt: [1; 16],
            purpose: Purpose::Transfer,
            destination: "+525512345678".into(),
            transaction_digest: [2; 32],
        }
    }

    #[test]
    fn anything_that_differs_gives_another_hash() {
        let hasher = HmacCodeHasher::new(&Keyring::parse(&"k".repeat(32)).unwrap());
        let base = hasher.hash(&context(), "123456");
        assert_eq!(hasher.hash_with(&base.key_id, &context(), "123456"), Some(base.clone()));
        let others = [
            CodeContext { purpose: Purpose::Login, ..context() },
            CodeContext { destination: "+525512345679".into(), ..context() },
            CodeContext { transaction_digest: [3; 32], ..context() },
            CodeContext { salt: [4; 16], ..context() },
        ];
        assert!(others.iter().all(|other| hasher.hash(other, "123456") != base));
        assert_ne!(hasher.hash(&context(), "123457"), base);
        assert_eq!(hasher.hash_with("gone", &context(), "123456"), None);
    }
}
