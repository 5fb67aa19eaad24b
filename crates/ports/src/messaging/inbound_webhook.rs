//! Webhooks from providers, independent of any web framework.

use chrono::{DateTime, Utc};
use domain::{
    channel_account::ChannelAccount,
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

pub use crate::raw_webhook::{RawWebhook, SignatureInvalid};

/// The signature is valid, but the body can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the body can't be read: {0}")]
pub struct Undecodable(pub String);

/// A person's message. No `Debug`: it holds texts and numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Our number or bot that it was sent to. Part of every key.
    pub channel_account: ChannelAccount,
    /// The provider's id of the message. The same id again is a duplicate.
    pub provider_event_id: String,
    /// The sender's address, verbatim.
    pub sender: String,
    /// The sender's canonical number, when the address is one.
    pub phone: Option<PhoneNumber>,
    /// The name that the sender's profile shows, verbatim, when the provider tells it. The sender chose it.
    pub profile_name: Option<String>,
    /// The content of the message.
    pub content: InboundContent,
    /// Whether it was sent to a number of ours. If not, it is stored but not acted on.
    pub is_ours: bool,
    /// When it was sent, if the provider says so.
    pub sent_at: Option<DateTime<Utc>>,
    /// The raw body, or the part of it that is this message. It is stored sealed.
    pub raw: Vec<u8>,
}

/// A delivery report about a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Our id, if the provider returns it.
    pub message: Option<MessageId>,
    /// The provider's id of the message.
    pub provider_id: Option<String>,
    /// The delivery status it reports.
    pub status: DeliveryStatus,
    /// The provider's error code, when delivery failed.
    pub error: Option<String>,
    /// The provider says that the recipient wants no messages.
    pub opted_out: bool,
    /// When it happened, if the provider says so.
    pub at: Option<DateTime<Utc>>,
    /// The category that the provider charges for the message, such as `utility`, if it says so.
    #[serde(default)]
    pub price_category: Option<String>,
}

/// A person told the provider, not us, whether we may write to them: they blocked the bot, or stopped
/// marketing in their settings. No `Debug`: it holds an address.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentReport {
    /// Our number or bot that they spoke of.
    pub channel_account: ChannelAccount,
    /// The person's address, verbatim.
    pub sender: String,
    /// Their canonical number, when the address is one.
    pub phone: Option<PhoneNumber>,
    /// The messages it covers.
    pub scope: ConsentScope,
    /// The consent from now on.
    pub consent: ConsentStatus,
    /// When it happened, if the provider says so.
    pub at: Option<DateTime<Utc>>,
}

/// A report that needs no action (an account, a template, a call, an edit). It is stored and nothing else. No
/// `Debug`: it holds the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The text of the channel account, as far as the report names it: without a number it is
    /// `meta:whatsapp:`, which is no [`ChannelAccount`].
    pub channel_account: String,
    /// The kind in the provider's own words: `account_update`, `edited_message`.
    pub kind: String,
    /// The same report has the same key: the provider's id of it, or a hash of its body.
    pub key: String,
    /// The part of the body that is this report. It is stored sealed.
    pub raw: Vec<u8>,
}

/// One event of a webhook.
#[derive(Clone, PartialEq, Eq)]
pub enum InboundEvent {
    /// A person's message.
    Message(InboundMessage),
    /// A delivery report about a message of ours.
    Status(StatusReport),
    /// A consent that a person changed at the provider.
    Consent(ConsentReport),
    /// Any other report.
    Notice(Notice),
}

/// Authenticates and decodes one provider's webhooks.
pub trait InboundWebhook: Send + Sync {
    /// Checks by its signature that the provider sent this request.
    ///
    /// # Errors
    /// When the signature is missing, malformed or wrong.
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid>;

    /// All events in the request.
    ///
    /// # Errors
    /// When the body can't be read at all. An unknown part of it becomes a [`Notice`].
    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable>;
}
