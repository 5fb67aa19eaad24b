//! What Meta keeps: messages sent, for their statuses; messages received, for redelivery and read marks.

use serde_json::Value;
use std::collections::BTreeMap;

/// A message to a person.
#[derive(Clone)]
pub(crate) struct MetaMessage {
    pub(crate) id: String,
    /// Digits, or a business-scoped user id.
    pub(crate) recipient: Recipient,
    pub(crate) opaque: Option<Value>,
    /// `service`, `utility`, `authentication`: what it is priced as.
    pub(crate) category: &'static str,
}

/// Whom a message is for.
#[derive(Clone)]
pub(crate) enum Recipient {
    /// A number's digits.
    WaId(String),
    /// A business-scoped user id, where the number is not told.
    UserId(String),
}

/// A message of a person's, as it was posted.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) phone: String,
    pub(crate) webhook: Value,
}

/// All of it.
#[derive(Default)]
pub(crate) struct MetaMemory {
    pub(crate) messages: BTreeMap<String, MetaMessage>,
    pub(crate) heard: BTreeMap<String, Heard>,
}
