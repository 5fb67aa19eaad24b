//! What Meta stores: sent messages, for their statuses, and received messages, for redelivery and read marks.

use serde_json::Value;
use std::collections::BTreeMap;

/// A message from the bank to a person.
#[derive(Clone)]
pub(crate) struct MetaMessage {
    pub(crate) id: String,
    /// The person whom the message is for.
    pub(crate) recipient: Recipient,
    pub(crate) opaque: Option<Value>,
    /// The price category: `service`, `utility` or `authentication`.
    pub(crate) category: &'static str,
}

/// The recipient of a message.
#[derive(Clone)]
pub(crate) enum Recipient {
    /// The digits of a phone number.
    WaId(String),
    /// A business-scoped user id, which hides the number.
    UserId(String),
}

/// A message from a person, as it was posted.
#[derive(Clone)]
pub(crate) struct InboundMessage {
    pub(crate) phone: String,
    pub(crate) webhook: Value,
}

/// Everything that Meta stores.
#[derive(Default)]
pub(crate) struct MetaMemory {
    pub(crate) messages: BTreeMap<String, MetaMessage>,
    pub(crate) inbound: BTreeMap<String, InboundMessage>,
}
