//! An HTTP response of a provider.

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

/// An HTTP response of any status, read to its end.
pub struct Answer {
    /// Status of the response, also 4xx and 5xx.
    pub status: StatusCode,
    /// Seconds of the Retry-After header. None when there is none, or when it is a date.
    pub retry_after: Option<u64>,
    /// The provider's clock, by the Date header. None when there is none, or when it can't be read.
    pub date: Option<DateTime<Utc>>,
    /// Body of the response, at most as long as the call allows.
    pub body: Vec<u8>,
}

impl Answer {
    /// Parses the body as JSON; None when it has another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}
