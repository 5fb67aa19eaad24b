//! Checks the assertion that a client proves itself with (RFC 7523, RFC 10070).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::signature::{self as sig, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use serde_json::Value;

pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest time that an assertion may still be good, in seconds.
const LIFE_SECONDS_MAX: i64 = 60;

/// What an assertion is compared with.
pub(super) struct Known<'a> {
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    /// The public half of the client's key (`SubjectPublicKeyInfo` in DER).
    pub(super) public_key: &'a [u8],
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    jti: String,
}

/// The id of an assertion that is right. It must not have been used before.
pub(super) fn checked(jwt: &str, known: &Known<'_>, now: DateTime<Utc>) -> Option<String> {
    let (text, signature) = jwt.rsplit_once('.')?;
    let (header, claims) = text.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Header = serde_json::from_slice(&decoded(header)?).ok()?;
    let claims: Claims = serde_json::from_slice(&decoded(claims)?).ok()?;
    let left = claims.exp.saturating_sub(now.timestamp());
    let is_right = header.typ == "client-authentication+jwt"
        && claims.iss == known.client_id
        && claims.sub == known.client_id
        && claims.aud == known.issuer
        && (0..=LIFE_SECONDS_MAX).contains(&left)
        && !claims.jti.is_empty();
    let public = public_key(known.public_key, &header.alg)?;
    (is_right && public.verify(text.as_bytes(), &decoded(signature)?).is_ok()).then_some(claims.jti)
}

/// The key that an assertion of this algorithm is checked with.
fn public_key<'k>(info: &'k [u8], algorithm: &str) -> Option<UnparsedPublicKey<&'k [u8]>> {
    let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
        "ES256" => &sig::ECDSA_P256_SHA256_FIXED,
        "ES384" => &sig::ECDSA_P384_SHA384_FIXED,
        "EdDSA" => &sig::ED25519,
        "RS256" => &sig::RSA_PKCS1_2048_8192_SHA256,
        _ => return None,
    };
    Some(UnparsedPublicKey::new(algorithm, subject_key(info)?))
}

/// The bits of the key in a `SubjectPublicKeyInfo` (RFC 5280 §4.1): a sequence of the algorithm and a bit string.
fn subject_key(info: &[u8]) -> Option<&[u8]> {
    let (body, _) = element(info, 0x30)?;
    let (_algorithm, rest) = element(body, 0x30)?;
    match element(rest, 0x03)? {
        ([0, bits @ ..], []) => Some(bits),
        _ => None,
    }
}

/// The content of the first DER element, which must have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der {
        [first, length @ ..=0x7f, rest @ ..] if *first == tag => (usize::from(*length), rest),
        [first, 0x81, length, rest @ ..] if *first == tag => (usize::from(*length), rest),
        [first, 0x82, high, low, rest @ ..] if *first == tag => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
