//! Keys of subjects: AES-256-GCM with a random nonce, bound to the place of the text.
//!
//! ```text
//! 2 ‖ purpose (1) ‖ subject (16) ‖ nonce (12) ‖ ciphertext and tag
//! ```

use ports::{
    crypto::{DecryptError, SubjectKey},
    ids_and_random::Random,
    subject_keys::SubjectKeyId,
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A subject's key. Only its 32 bytes are kept, and they are wiped; ring's own form of a key can't be, so it is made for
/// each use.
pub(crate) struct AeadSubjectKey {
    pub(crate) id: SubjectKeyId,
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) random: Arc<dyn Random>,
}

impl AeadSubjectKey {
    #[allow(clippy::expect_used, reason = "the key is as long as AES-256 wants it")]
    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, self.key.as_slice()).expect("a key of 32 bytes"))
    }

    fn try_open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (head, rest) = sealed.split_first_chunk::<18>()?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN)?;
        if *head != self.id.head() {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut buffer = ciphertext.to_vec();
        let plain = self.cipher().open_in_place(nonce, Aad::from(bound_to), &mut buffer).ok()?.len();
        buffer.truncate(plain);
        Some(buffer)
    }
}

impl SubjectKey for AeadSubjectKey {
    #[allow(clippy::expect_used, reason = "AES-GCM fails only for texts of 64 GiB")]
    fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut buffer = plain.to_vec();
        let place = Aad::from(bound_to);
        self.cipher()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place, &mut buffer)
            .expect("the text is short enough to be sealed");
        let mut sealed = Vec::with_capacity(18_usize.saturating_add(NONCE_LEN).saturating_add(buffer.len()));
        sealed.extend_from_slice(&self.id.head());
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut buffer);
        sealed
    }

    fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        self.try_open(bound_to, sealed).ok_or(DecryptError)
    }

    fn commitment(&self, label: &str, value: &str) -> String {
        // The salt of all commitments of a subject comes from the key, so it ends with the key.
        let salt = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.key.as_slice()), b"commitment/v1");
        let commit = hmac::Key::new(hmac::HMAC_SHA256, salt.as_ref());
        let mut context = hmac::Context::with_key(&commit);
        context.update(label.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        hex::encode(context.sign().as_ref().get(..16).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::{AeadSealer, Keyring, RingRandom};
    use ports::{
        crypto::{DecryptError, Sealer},
        subject_keys::{LookupKind, SubjectKeyId},
    };
    use std::sync::Arc;
    use uuid::Uuid;

    fn sealer(keys: &str) -> AeadSealer {
        AeadSealer::new(&Keyring::parse(keys).unwrap(), Arc::new(RingRandom::default()))
    }

    fn key_id(subject: u128) -> SubjectKeyId {
        SubjectKeyId::chat(Uuid::from_u128(subject))
    }

    #[test]
    fn a_text_opens_only_in_its_place_and_under_its_subjects_key() {
        let sealer = sealer(&"k".repeat(32));
        let open = |id| sealer.subject_key(id, &sealer.new_subject_key(id)).unwrap();
        let (ana, ben) = (open(key_id(1)), open(key_id(2)));
        let sealed = ana.seal(b"users.personal", b"Ana");
        assert_eq!(SubjectKeyId::of(&sealed), Some(key_id(1)));
        assert_eq!(ana.open(b"users.personal", &sealed).as_deref(), Ok(b"Ana".as_slice()));
        assert_eq!(ana.open(b"inbox.body", &sealed), Err(DecryptError));
        assert_eq!(ben.open(b"users.personal", &sealed), Err(DecryptError));
        assert_eq!(open(key_id(1)).open(b"users.personal", &sealed), Err(DecryptError), "each key is random");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(ana.open(b"users.personal", &changed), Err(DecryptError), "byte {at}");
        }
    }

    #[test]
    fn a_key_is_its_subjects_and_survives_a_new_secret() {
        let (old, new) = (format!("a:{}", "o".repeat(32)), format!("b:{}", "n".repeat(32)));
        let before = sealer(&old);
        let kept = before.new_subject_key(key_id(1));
        let text = before.subject_key(key_id(1), &kept).unwrap().seal(b"row", b"text");
        assert!(before.subject_key(key_id(2), &kept).is_err());
        assert!(before.subject_key(SubjectKeyId::money(Uuid::from_u128(1)), &kept).is_err());
        let both = sealer(&format!("{new},{old}"));
        let anew = both.reseal_subject_key(key_id(1), &kept).unwrap();
        assert_eq!(both.key_of(&anew).as_deref(), Some("b"));
        let after = sealer(&new).subject_key(key_id(1), &anew).unwrap();
        assert_eq!(after.open(b"row", &text).as_deref(), Ok(b"text".as_slice()));
    }

    #[test]
    fn look_ups_outlive_their_secret() {
        let (old, new) = (sealer(&format!("a:{}", "o".repeat(32))), sealer(&format!("b:{}", "n".repeat(32))));
        let number = old.lookup(LookupKind::Address, "+525512340001");
        assert_eq!(number.len(), 26);
        assert!(number.starts_with("1:"));
        assert_ne!(number, old.lookup(LookupKind::Prefix, "+525512340001"));
        assert_ne!(number, old.lookup(LookupKind::Address, "+525512340002"));
        assert_ne!(number, new.lookup(LookupKind::Address, "+525512340001"));
        new.use_lookup_key(old.lookup_key());
        assert_eq!(number, new.lookup(LookupKind::Address, "+525512340001"));
    }

    #[test]
    fn a_commitment_needs_the_key() {
        let sealer = sealer(&"k".repeat(32));
        let kept = sealer.new_subject_key(key_id(1));
        let key = sealer.subject_key(key_id(1), &kept).unwrap();
        let again = sealer.subject_key(key_id(1), &kept).unwrap();
        let other = sealer.subject_key(key_id(1), &sealer.new_subject_key(key_id(1))).unwrap();
        let committed = key.commitment("phone", "+525512340001");
        assert_eq!(committed.len(), 32);
        assert_eq!(committed, again.commitment("phone", "+525512340001"));
        assert_ne!(committed, other.commitment("phone", "+525512340001"));
        assert_ne!(committed, key.commitment("email", "+525512340001"));
    }
}
