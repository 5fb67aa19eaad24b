//! A provider that is asked for what people did, instead of posting it.

use async_trait::async_trait;
use thiserror::Error;

/// One event of a provider, as it would post it. No `Debug`: it holds texts and numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct FetchedUpdate {
    /// The provider's number of the event. Later events have greater ones.
    pub id: i64,
    /// The body, as the webhook decoder of the provider reads it.
    pub body: Vec<u8>,
}

/// Why nothing could be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UpdateSourceError {
    /// Somebody else takes the events: another program asks for them, or they are posted to a webhook.
    #[error("somebody else takes the updates: {0}")]
    Conflict(String),
    /// The provider refused the call, or did not answer. It may be asked again, after so many seconds where the
    /// provider says so.
    #[error("no updates could be fetched: {reason}")]
    Unavailable {
        /// The cause, for logs.
        reason: String,
        /// Seconds that the provider wants to be left alone.
        retry_after: Option<u64>,
    },
}

/// Fetches the events of one channel account.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UpdateSource: Send + Sync {
    /// The oldest events after the one of this number, in order; with `None`, those that were never confirmed.
    /// Asking for what comes after an event confirms it: the provider forgets it. Waits a few seconds when there
    /// are none.
    async fn fetch(&self, after: Option<i64>) -> Result<Vec<FetchedUpdate>, UpdateSourceError>;
}
