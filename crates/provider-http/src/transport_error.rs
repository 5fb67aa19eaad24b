//! Why a call has no response.

use thiserror::Error;

/// There is no HTTP response. The texts are constant, so none contains a URL, a token or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// The request was not sent: no connection, an invalid URL, or an open breaker.
    #[error("{0}")]
    NotSent(&'static str),
    /// The request was sent and no whole response arrived: the provider may have processed it.
    #[error("{0}")]
    ResponseLost(&'static str),
}

impl TransportError {
    pub(crate) const CIRCUIT_OPEN: Self = Self::NotSent("the circuit is open");
    pub(crate) const TOO_LARGE: Self = Self::ResponseLost("the response is too large");

    /// What happened, for logs: "no connection".
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotSent(reason) | Self::ResponseLost(reason) => reason,
        }
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let reason = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else if error.is_builder() {
            "the request can't be built"
        } else {
            "the connection was lost"
        };
        if error.is_connect() || error.is_builder() {
            Self::NotSent(reason)
        } else {
            Self::ResponseLost(reason)
        }
    }
}
