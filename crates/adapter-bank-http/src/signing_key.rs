//! The key that signs our assertions.

use rustls::{
    SignatureScheme,
    crypto::ring::sign::any_supported_type,
    pki_types::{
        PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::SigningKey as RustlsKey,
};
use std::{fmt, sync::Arc};
use thiserror::Error;

/// The kinds of signature that we make, each with its name in a JWT (RFC 7518 §3.1, RFC 8037) and, where it is a pair
/// of numbers, the length of each.
const KINDS: [(SignatureScheme, &str, Option<usize>); 4] = [
    (SignatureScheme::RSA_PKCS1_SHA256, "RS256", None),
    (SignatureScheme::ECDSA_NISTP256_SHA256, "ES256", Some(32)),
    (SignatureScheme::ECDSA_NISTP384_SHA384, "ES384", Some(48)),
    (SignatureScheme::ED25519, "EdDSA", None),
];

/// A private key: RSA of 2048 bits and more, P-256, P-384 or Ed25519.
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<dyn RustlsKey>,
    scheme: SignatureScheme,
    algorithm: &'static str,
    half: Option<usize>,
}

/// The text is no private key that can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a private key in PEM: RSA, P-256, P-384 or Ed25519")]
pub struct InvalidSigningKey;

impl SigningKey {
    /// Reads a key in PEM: PKCS#8, PKCS#1 or SEC1. Line ends may be written as `\n`, as environment files do.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_pem(text: &str) -> Result<Self, InvalidSigningKey> {
        let text = text.replace("\\n", "\n");
        let der =
            PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_other: pem::Error| InvalidSigningKey)?;
        let key = any_supported_type(&der).map_err(|_unknown| InvalidSigningKey)?;
        let kind = KINDS.into_iter().find(|(scheme, ..)| key.choose_scheme(&[*scheme]).is_some());
        let (scheme, algorithm, half) = kind.ok_or(InvalidSigningKey)?;
        Ok(Self { key, scheme, algorithm, half })
    }

    /// Its public half (`SubjectPublicKeyInfo` in DER), which the bank must know. Empty when the key doesn't tell it.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().map(|public| public.as_ref().to_vec()).unwrap_or_default()
    }

    /// The name of its signatures in a JWT: `RS256`.
    pub(crate) const fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The signature of a JWT's text. `None` when the key can't sign.
    pub(crate) fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        let signature = self.key.choose_scheme(&[self.scheme])?.sign(text).ok()?;
        match self.half {
            None => Some(signature),
            Some(half) => fixed(&signature, half),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A pair of numbers of `half` bytes each (RFC 7518 §3.4), from its form in TLS: a DER sequence of two integers.
fn fixed(der: &[u8], half: usize) -> Option<Vec<u8>> {
    let body = match der {
        [0x30, length, body @ ..] if usize::from(*length) == body.len() => body,
        // Longer than 127 bytes: one byte says how many bytes the length has.
        [0x30, 0x81, length, body @ ..] if usize::from(*length) == body.len() => body,
        _ => return None,
    };
    let (first, rest) = integer(body, half)?;
    let (second, rest) = integer(rest, half)?;
    rest.is_empty().then(|| [first, second].concat())
}

/// The first integer as `half` bytes, and what follows it.
fn integer(der: &[u8], half: usize) -> Option<(Vec<u8>, &[u8])> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
    let start = digits.iter().position(|byte| *byte != 0).unwrap_or(digits.len());
    let digits = digits.get(start..)?;
    let mut padded = vec![0; half.checked_sub(digits.len())?];
    padded.extend_from_slice(digits);
    Some((padded, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData};
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm,
    };

    #[test]
    fn a_signature_is_the_keys_in_the_form_of_a_jwt() {
        let kinds: [(_, &'static dyn VerificationAlgorithm, _); 3] = [
            (&PKCS_ECDSA_P256_SHA256, &ECDSA_P256_SHA256_FIXED, "ES256"),
            (&PKCS_ECDSA_P384_SHA384, &ECDSA_P384_SHA384_FIXED, "ES384"),
            (&PKCS_ED25519, &ED25519, "EdDSA"),
        ];
        for (kind, algorithm, name) in kinds {
            let pair = KeyPair::generate_for(kind).unwrap();
            let key = SigningKey::from_pem(&pair.serialize_pem()).unwrap();
            assert_eq!(key.algorithm(), name);
            // Numbers with zeros in front come once in a while: each is padded.
            for round in 0..300u32 {
                let text = round.to_be_bytes();
                let signature = key.sign(&text).unwrap();
                let public = UnparsedPublicKey::new(algorithm, pair.der_bytes());
                assert!(public.verify(&text, &signature).is_ok(), "{name} {round}");
            }
        }
    }

    #[test]
    fn a_key_may_be_written_in_one_line() {
        let pem = KeyPair::generate().unwrap().serialize_pem();
        assert!(SigningKey::from_pem(&pem.trim_end().replace('\n', "\\n")).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for text in ["", "signing.key", certificate, broken] {
            assert!(SigningKey::from_pem(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pair_is_read_only_in_its_one_form() {
        let (one, two) = ([0x02, 0x01, 0x05], [0x02, 0x02, 0x00, 0x85]);
        let pair = |length: u8, parts: &[&[u8]]| [&[0x30, length], parts.concat().as_slice()].concat();
        assert_eq!(fixed(&pair(7, &[&one, &two]), 2), Some(vec![0, 0x05, 0, 0x85]));
        assert_eq!(fixed(&pair(7, &[&one, &two]), 0), None, "longer than its half");
        assert_eq!(fixed(&pair(8, &[&one, &two]), 2), None);
        assert_eq!(fixed(&pair(8, &[&one, &two, &[0]]), 2), None);
        assert_eq!(fixed(&pair(3, &[&one]), 2), None);
        assert_eq!(fixed(&[], 2), None);
    }
}
