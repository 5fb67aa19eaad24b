//! Sealing at rest: AES-256-GCM with a random nonce, bound to the row that the text belongs to.
//!
//! ```text
//! version (1) ‖ length of key id (1) ‖ key id ‖ nonce (12) ‖ ciphertext and tag
//! ```

use crate::{
    keyring::{Keyring, is_key_id},
    subject_key::AeadSubjectKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ports::{
    crypto::{DecryptError, Sealer, SubjectKey},
    ids_and_random::Random,
    subject_keys::{LookupKind, SubjectKeyId},
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const LABEL: &str = "seal/v1";
const LOOKUP_LABEL: &str = "lookup/v1";
/// Bytes of a look-up's hash that are kept: 24 characters of base64.
const LOOKUP_LENGTH: usize = 18;

/// Seals with the first key of a keyring, and opens with any.
pub struct AeadSealer {
    keys: Vec<(String, LessSafeKey)>,
    lookup_key: RwLock<Zeroizing<[u8; 32]>>,
    random: Arc<dyn Random>,
}

impl AeadSealer {
    /// Derives the keys for sealing from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring, random: Arc<dyn Random>) -> Self {
        let keys = keyring
            .derive(LABEL)
            .into_iter()
            .filter_map(|(kid, key)| Some((kid, LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).ok()?))))
            .collect();
        let lookup_key = keyring.derive(LOOKUP_LABEL).first().map_or([0; 32], |(_, key)| *key);
        Self { keys, lookup_key: RwLock::new(Zeroizing::new(lookup_key)), random }
    }

    /// The parts of sealed bytes: version, key id, and what follows.
    fn parts(sealed: &[u8]) -> Option<(u8, &[u8], &[u8])> {
        let (&version, rest) = sealed.split_first()?;
        let (&kid_length, rest) = rest.split_first()?;
        let (kid, rest) = rest.split_at_checked(usize::from(kid_length))?;
        Some((version, kid, rest))
    }

    fn try_open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, kid, rest) = Self::parts(sealed)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN)?;
        let (_, key) = self.keys.iter().find(|(known, _)| known.as_bytes() == kid)?;
        if version != VERSION {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut buffer = ciphertext.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(bound_to), &mut buffer).ok()?;
        Some(plain.to_vec())
    }
}

impl Sealer for AeadSealer {
    #[allow(
        clippy::expect_used,
        reason = "AES-GCM fails only for texts of 64 GiB, and a keyring is never empty"
    )]
    fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
        let (kid, key) = self.keys.first().expect("a keyring holds a key");
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut buffer = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut buffer)
            .expect("the text is short enough to be sealed");
        let mut sealed = vec![VERSION, u8::try_from(kid.len()).unwrap_or(0)];
        sealed.extend_from_slice(kid.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut buffer);
        sealed
    }

    fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        self.try_open(bound_to, sealed).ok_or(DecryptError)
    }

    fn key_of(&self, sealed: &[u8]) -> Option<String> {
        let (version, kid, _) = Self::parts(sealed)?;
        let kid = std::str::from_utf8(kid).ok().filter(|kid| is_key_id(kid))?;
        (version == VERSION).then(|| kid.to_owned())
    }

    fn newest_key(&self) -> String {
        self.keys.first().map(|(kid, _)| kid.clone()).unwrap_or_default()
    }

    fn new_subject_key(&self, id: SubjectKeyId) -> Vec<u8> {
        let mut key = Zeroizing::new([0; 32]);
        self.random.fill(key.as_mut_slice());
        self.seal(&subject_key_place(id), key.as_slice())
    }

    fn subject_key(&self, id: SubjectKeyId, sealed: &[u8]) -> Result<Arc<dyn SubjectKey>, DecryptError> {
        let plain = Zeroizing::new(self.open(&subject_key_place(id), sealed)?);
        let key = plain.as_slice().try_into().map_err(|_length| DecryptError)?;
        Ok(Arc::new(AeadSubjectKey { id, key: Zeroizing::new(key), random: self.random.clone() }))
    }

    fn reseal_subject_key(&self, id: SubjectKeyId, sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        let plain = Zeroizing::new(self.open(&subject_key_place(id), sealed)?);
        Ok(self.seal(&subject_key_place(id), &plain))
    }

    fn lookup(&self, kind: LookupKind, canonical: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.lookup_key());
        let mut context = hmac::Context::with_key(&key);
        context.update(kind.label().as_bytes());
        context.update(&[0]);
        context.update(canonical.as_bytes());
        let code = context.sign();
        format!("1:{}", URL_SAFE_NO_PAD.encode(code.as_ref().get(..LOOKUP_LENGTH).unwrap_or_default()))
    }

    fn lookup_key(&self) -> [u8; 32] {
        **self.lookup_key.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn use_lookup_key(&self, key: [u8; 32]) {
        *self.lookup_key.write().unwrap_or_else(PoisonError::into_inner) = Zeroizing::new(key);
    }
}

/// What a subject's key is bound to.
fn subject_key_place(id: SubjectKeyId) -> Vec<u8> {
    format!("subject-key\0{}\0{}", id.purpose.name(), id.subject).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RingRandom;
    use proptest::prelude::*;

    fn sealer(keys: &str) -> AeadSealer {
        AeadSealer::new(&Keyring::parse(keys).unwrap(), Arc::new(RingRandom::default()))
    }

    fn old() -> String {
        format!("old:{}", "o".repeat(32))
    }

    #[test]
    fn opens_what_an_older_key_sealed() {
        let sealed = sealer(&old()).seal(b"row", b"text");
        let rotated = sealer(&format!("new:{},{}", "n".repeat(32), old()));
        assert_eq!(rotated.open(b"row", &sealed).as_deref(), Ok(b"text".as_slice()));
        assert_eq!(sealer(&format!("new:{}", "n".repeat(32))).open(b"row", &sealed), Err(DecryptError));
    }

    #[test]
    fn the_key_is_read_from_the_first_bytes() {
        let one = sealer(&old());
        let sealed = one.seal(b"row", b"text");
        assert_eq!(one.key_of(&sealed[..18]).as_deref(), Some("old"));
        assert_eq!(one.newest_key(), "old");
        for wrong in [b"".as_slice(), b"\x01", b"\x01\x05abc", b"\x02\x03old", b"\x01\x03o-d", b"{\"a\":1}"] {
            assert_eq!(one.key_of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_text_belongs_to_its_row() {
        let one = sealer(&old());
        let sealed = one.seal(b"row 1", b"text");
        assert_eq!(one.open(b"row 2", &sealed), Err(DecryptError));
        assert_ne!(sealed, one.seal(b"row 1", b"text"), "the same text is sealed differently each time");
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_detected(at in 0usize..40, by in 1u8..=255) {
            let one = sealer(&old());
            let mut sealed = one.seal(b"row", b"some text");
            let at = at % sealed.len();
            sealed[at] ^= by;
            prop_assert_eq!(one.open(b"row", &sealed), Err(DecryptError));
        }

        #[test]
        fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(sealer(&old()).open(b"row", &bytes), Err(DecryptError));
        }
    }
}
