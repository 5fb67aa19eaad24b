//! Signed requests of internal clients: what is signed, which values are valid, and for how long.
//!
//! ```text
//! METHOD:PATH?QUERY:TIMESTAMP:NONCE:SHA256(body) hex
//! ```
//!
//! Older clients send no nonce and leave it out; for them the signature itself is accepted only once. No
//! field may contain the separator, so two requests, of either form, never have the same base.

use chrono::{DateTime, Duration, Utc};
use ring::digest;
use thiserror::Error;

/// How far a client's clock may differ from ours, in both directions.
pub const WINDOW: Duration = Duration::seconds(30);

/// How long used values are remembered. A request is valid for two windows at most; the rest is for replicas
/// whose clocks differ, and for a slow store.
pub const REMEMBERED_FOR: Duration = Duration::minutes(5);

const SEPARATOR: char = ':';
const CLIENT_LENGTH_MAX: usize = 64;
const NONCE_LENGTH_MAX: usize = 128;
/// Enough for any second until the year 5138.
const TIMESTAMP_LENGTH_MAX: usize = 11;
const SIGNATURE_LENGTH: usize = 64;

/// The signature headers as received.
#[derive(Clone, Copy)]
pub struct SignatureHeaders<'a> {
    /// The header `X-Client-Id`.
    pub client: &'a str,
    /// The header `X-Timestamp`: unix seconds.
    pub timestamp: &'a str,
    /// The header `X-Nonce`; older clients send none.
    pub nonce: Option<&'a str>,
    /// The header `X-Signature`: lower-case hex.
    pub signature: &'a str,
}

/// The field that is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignedRequestMalformed {
    /// It is no word in capital letters.
    #[error("the method is malformed")]
    Method,
    /// It is no path with an optional query, or contains the separator, which must be written as `%3A`.
    #[error("the path or query is malformed, or contains a colon")]
    Target,
    /// It is no client id.
    #[error("X-Client-Id is malformed")]
    Client,
    /// It is no number of seconds.
    #[error("X-Timestamp is malformed")]
    Timestamp,
    /// It is empty, too long, or has a character that is not allowed.
    #[error("X-Nonce is malformed")]
    Nonce,
    /// It is not 64 lower-case hexadecimal digits.
    #[error("X-Signature is malformed")]
    Signature,
}

/// A request with well-formed signature headers; the signature is not checked yet. No `Debug`: it holds the
/// signature.
pub struct SignedRequest {
    method: String,
    target: String,
    client: String,
    timestamp: i64,
    nonce: Option<String>,
    signature: String,
    tag: [u8; 32],
}

/// Whether a text can be a client id: 1 to 64 letters, digits, dots, hyphens or underscores.
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

/// Digits without a leading zero, so that each number has one form.
fn seconds(text: &str) -> Option<i64> {
    let is_plain = (1..=TIMESTAMP_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

/// Lower case only: in another case the same signature would be a new value and could be used again.
fn tag(text: &str) -> Option<[u8; 32]> {
    let mut tag = [0; 32];
    let is_lower = text.len() == SIGNATURE_LENGTH && !text.bytes().any(|b| b.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(text, &mut tag).is_ok()).then_some(tag)
}

impl SignedRequest {
    /// Reads a request line and its headers; `target` is the path with its query, as received.
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

    /// The client id that the request gives.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The bytes of the signature.
    #[must_use]
    pub const fn tag(&self) -> &[u8; 32] {
        &self.tag
    }

    /// The text that the client signs, with the body as received.
    #[must_use]
    pub fn base(&self, body: &[u8]) -> String {
        let timestamp = self.timestamp.to_string();
        let body = hex::encode(digest::digest(&digest::SHA256, body));
        let mut fields = vec![self.method.as_str(), &self.target, &timestamp];
        fields.extend(self.nonce.as_deref());
        fields.push(&body);
        fields.join(":")
    }

    /// Whether it was signed within the window around `now`, in whole seconds.
    #[must_use]
    pub fn is_timely(&self, now: DateTime<Utc>) -> bool {
        now.timestamp().abs_diff(self.timestamp) <= WINDOW.num_seconds().unsigned_abs()
    }

    /// The value that this client may use only once. A nonce is never equal to a signature.
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
