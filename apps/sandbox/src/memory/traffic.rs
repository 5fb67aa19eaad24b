//! The traffic log: calls that the sandbox received, and webhooks that it posted.

use serde::Serialize;
use serde_json::Value;

/// A call that the sandbox received, or a webhook that it posted.
#[derive(Clone, Serialize)]
pub(crate) struct Request {
    pub(crate) seq: u64,
    pub(crate) provider: String,
    pub(crate) operation: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
    pub(crate) fault: Option<String>,
    pub(crate) at: String,
    /// Whom it is about. Only the phones page shows it.
    #[serde(skip)]
    pub(crate) subject: Subject,
}

/// The person and the message of a call or webhook, where they can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) phone: Option<String>,
    pub(crate) message: Option<String>,
}
