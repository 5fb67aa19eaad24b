//! Signed requests of internal clients: what is signed, what may stand in it, and for how long it is good.
//!
//! ```text
//! METHOD:PATH?QUERY:TIMESTAMP:NONCE:SHA256(body) hex
//! ```
//!
//! Older clients send no nonce and leave it out; for them the signature itself is what may come only once.
//! No field may hold the separator, so that no two requests, of either form, have one base.

use chrono::{DateTime, Duration, Utc};
use ring::digest;
use thiserror::Error;

/// How far a client's clock may be from ours, either way.
pub const WINDOW: Duration = Duration::seconds(30);

/// How long it is remembered what came once. A request is good for two windows at most; the rest is for
/// clocks of replicas that differ, and for a store that is slow.
pub const REMEMBERED_FOR: Duration = Duration::minutes(5);

const SEPARATOR: char = ':';
const CLIENT_LENGTH_MAX: usize = 64;
const NONCE_LENGTH_MAX: usize = 128;
/// Enough for any second until the year 5138.
const TIMESTAMP_LENGTH_MAX: usize = 11;
const SIGNATURE_LENGTH: usize = 64;

/// What a request says of its signature, as it came.
#[derive(Clone, Copy)]
pub struct SignatureHeaders<'a> {
    /// `X-Client-Id`
    pub client: &'a str,
    /// `X-Timestamp`: unix seconds.
    pub timestamp: &'a str,
    /// `X-Nonce`; older clients send none.
    pub nonce: Option<&'a str>,
    /// `X-Signature`: lower-case hex.
    pub signature: &'a str,
}

/// A field is not what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignedRequestMalformed {
    /// It is no word in capitals.
    #[error("the method is malformed")]
    Method,
    /// It is no path with an optional query, or holds the separator, which is written `%3A` there.
    #[error("the path or query is malformed, or holds a colon")]
    Target,
    /// It is no client's id.
    #[error("X-Client-Id is malformed")]
    Client,
    /// It is no number of seconds.
    #[error("X-Timestamp is malformed")]
    Timestamp,
    /// It is empty, too long, or holds what it may not.
    #[error("X-Nonce is malformed")]
    Nonce,
    /// It is not 64 lower-case hexadecimal digits.
    #[error("X-Signature is malformed")]
    Signature,
}

/// A request that claims to be a client's, each field sound. Has no `Debug`: it bears a signature.
pub struct SignedRequest {
    method: String,
    target: String,
    client: String,
    timestamp: i64,
    nonce: Option<String>,
    signature: String,
    tag: [u8; 32],
}

/// Whether this can be a client's id: 1 to 64 letters, digits, dots, hyphens or underscores.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    (1..=CLIENT_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn is_method(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_target(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|c| c.is_ascii_graphic() && c != SEPARATOR)
}

fn is_nonce(text: &str) -> bool {
    (1..=NONCE_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~+/=".contains(&b))
}

/// Digits alone, written in one way.
fn seconds(text: &str) -> Option<i64> {
    let is_plain = (1..=TIMESTAMP_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

/// Lower case alone: in another case the same signature would be another one, and could come again.
fn tag(text: &str) -> Option<[u8; 32]> {
    let mut tag = [0; 32];
    let is_lower = text.len() == SIGNATURE_LENGTH && !text.bytes().any(|b| b.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut tag).is_ok()).then_some(tag)
}

impl SignedRequest {
    /// Of a request line and its headers; `target` is the path with its query, as they came.
    pub fn parse(
        method: &str,
        target: &str,
        headers: &SignatureHeaders<'_>,
    ) -> Result<Self, SignedRequestMalformed> {
        if !is_method(method) {
            return Err(SignedRequestMalformed::Method);
        }
        if !is_target(target) {
            return Err(SignedRequestMalformed::Target);
        }
        if !is_client_id(headers.client) {
            return Err(SignedRequestMalformed::Client);
        }
        if headers.nonce.is_some_and(|nonce| !is_nonce(nonce)) {
            return Err(SignedRequestMalformed::Nonce);
        }
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            client: headers.client.to_owned(),
            timestamp: seconds(headers.timestamp).ok_or(SignedRequestMalformed::Timestamp)?,
            nonce: headers.nonce.map(str::to_owned),
            signature: headers.signature.to_owned(),
            tag: tag(headers.signature).ok_or(SignedRequestMalformed::Signature)?,
        })
    }

    /// Who claims to have sent it.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The signature's bytes.
    #[must_use]
    pub const fn tag(&self) -> &[u8; 32] {
        &self.tag
    }

    /// What the client signs, with the body as it was received.
    #[must_use]
    pub fn base(&self, body: &[u8]) -> String {
        let timestamp = self.timestamp.to_string();
        let body = hex::encode(digest::digest(&digest::SHA256, body));
        let mut fields = vec![self.method.as_str(), &self.target, &timestamp];
        fields.extend(self.nonce.as_deref());
        fields.push(&body);
        fields.join(":")
    }

    /// Whether it was signed within the window around now, counted in whole seconds.
    #[must_use]
    pub fn is_timely(&self, now: DateTime<Utc>) -> bool {
        now.timestamp().abs_diff(self.timestamp) <= WINDOW.num_seconds().unsigned_abs()
    }

    /// What may come only once from this client. A nonce can't pass for a signature.
    #[must_use]
    pub fn once(&self) -> String {
        match &self.nonce {
            Some(nonce) => format!("nonce:{nonce}"),
            None => format!("signature:{}", self.signature),
        }
    }
}

#[cfg(test)]
mod tests;
