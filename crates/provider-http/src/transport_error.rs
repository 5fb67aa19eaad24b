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
    /// The breaker is open: the call was not made.
    pub const CIRCUIT_OPEN: Self = Self::NotSent("the circuit is open");
    /// As many calls as the client may make at once were under way: this one was not made.
    pub const TOO_MANY_CALLS: Self = Self::NotSent("too many calls at once");
    /// The body of the response is longer than the call allows.
    pub const TOO_LARGE: Self = Self::ResponseLost("the response is too large");
    const LATE: &'static str = "no answer in time";

    /// Whether the time was up before a whole response, or a connection, was there.
    #[must_use]
    pub fn is_timeout(self) -> bool {
        self.reason() == Self::LATE
    }

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
            Self::LATE
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
