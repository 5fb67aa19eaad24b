//! What providers post to us, free of any web framework.

use chrono::{DateTime, Utc};
use domain::{
    ids::MessageId,
    message::DeliveryStatus,
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
    phone::PhoneNumber,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A request as it came. Headers bear lower-case names.
#[derive(Clone)]
pub struct RawWebhook {
    /// `POST`.
    pub method: String,
    /// The public address with its query, built from configuration, never from `Host`.
    pub public_url: String,
    /// Names and raw values, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The bytes received.
    pub body: Vec<u8>,
}

impl RawWebhook {
    /// The first header of that (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// The request does not prove who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the signature is missing or wrong")]
pub struct SignatureInvalid;

/// The request is rightly signed, but it can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the body can't be read: {0}")]
pub struct Undecodable(pub String);

/// Somebody's message. `Debug` would show texts and numbers: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Provider and our number or bot: `twilio:whatsapp:+14155238886`. Part of every key.
    pub channel_account: String,
    /// The provider's id of the message: the same again is the same message.
    pub provider_event_id: String,
    /// The sender's address, verbatim.
    pub sender: String,
    /// The sender's canonical number, where the address is one.
    pub phone: Option<PhoneNumber>,
    /// What he sent.
    pub content: InboundContent,
    /// Whether it was sent to a number of ours; if not it is kept, not acted on.
    pub is_ours: bool,
    /// When it was sent, if the provider says so.
    pub sent_at: Option<DateTime<Utc>>,
    /// The raw body, or the part of it that is this message, kept sealed.
    pub raw: Vec<u8>,
}

/// News of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Our id, where the provider echoes it.
    pub message: Option<MessageId>,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// The provider's error code, where it failed.
    pub error: Option<String>,
    /// The provider says that the recipient wants no messages.
    pub opted_out: bool,
    /// When, if the provider says so.
    pub at: Option<DateTime<Utc>>,
}

/// A person told the provider, rather than us, whether we may write to him: he blocked the bot, or stopped
/// marketing in his settings. `Debug` would show an address: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentReport {
    /// Provider and our number or bot.
    pub channel_account: String,
    /// The person's address, verbatim.
    pub sender: String,
    /// His canonical number, where the address is one.
    pub phone: Option<PhoneNumber>,
    /// What it covers.
    pub scope: ConsentScope,
    /// His word.
    pub consent: ConsentStatus,
    /// When, if the provider says so.
    pub at: Option<DateTime<Utc>>,
}

/// News of another kind (an account, a template, a call, an edit): taken down, and nothing is done about it.
/// `Debug` would show its body: it has none.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Provider and our number or bot, as far as it is named.
    pub channel_account: String,
    /// What it is about, in the provider's own words: `account_update`, `edited_message`.
    pub kind: String,
    /// The same again has the same key: the provider's id of it, or a hash of its body.
    pub key: String,
    /// The part of the body that it is, kept sealed.
    pub raw: Vec<u8>,
}

/// What a webhook brings.
#[derive(Clone, PartialEq, Eq)]
pub enum InboundEvent {
    /// A message.
    Message(InboundMessage),
    /// News of one of ours.
    Status(StatusReport),
    /// A person's word on whether we may write to him.
    Consent(ConsentReport),
    /// Anything else.
    Notice(Notice),
}

/// Authenticates and decodes one provider's webhooks.
pub trait InboundWebhook: Send + Sync {
    /// Whether the provider sent this, by its signature.
    ///
    /// # Errors
    /// When the signature is missing, malformed or wrong.
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid>;

    /// All the events in it.
    ///
    /// # Errors
    /// When it can't be read at all; what is unknown within it is a [`Notice`].
    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable>;
}
