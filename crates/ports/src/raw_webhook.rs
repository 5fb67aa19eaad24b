//! A webhook as it was received, independent of any web framework.

use thiserror::Error;

/// A request as received. Header names are lower case.
#[derive(Clone)]
pub struct RawWebhook {
    /// The HTTP method: `POST`.
    pub method: String,
    /// The public URL with its query. It is built from the settings, never from `Host`.
    pub public_url: String,
    /// Header names and raw values, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The bytes received.
    pub body: Vec<u8>,
}

impl RawWebhook {
    /// The first header with that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// The request doesn't prove who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the signature is missing or wrong")]
pub struct SignatureInvalid;
