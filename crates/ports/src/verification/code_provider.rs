//! A provider that makes, sends and checks codes (Twilio Verify, or our own).

use async_trait::async_trait;
use domain::{
    locale::Locale, message::Channel, messaging::price::MessagePrice, phone::PhoneNumber,
    verification::otp::OtpCode,
};
use thiserror::Error;

/// A code to send.
#[derive(Clone, Debug)]
pub struct StartCode {
    /// The recipient's number.
    pub to: PhoneNumber,
    /// The channel to use.
    pub channel: Channel,
    /// The language of the message.
    pub locale: Locale,
}

/// A code that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedCode {
    /// The provider's id of the challenge (`VE…`). Codes are checked against it, never by number.
    pub provider_ref: String,
    /// The channel that was used.
    pub channel: Channel,
    /// The provider's id of this one send (`VL…`), by which it tells the price later; `None` if it names none.
    pub send_ref: Option<String>,
}

/// The provider's verdict on a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// The code is right.
    Approved,
    /// The code is wrong.
    Wrong,
    /// The provider has no open challenge with that id.
    Gone,
}

/// Why a code could not be sent or checked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodeProviderError {
    /// This channel can't reach the number. Another channel may.
    #[error("the channel can't reach this number: {0}")]
    ChannelRefused(String),
    /// The number or its country is refused for good.
    #[error("the number is refused: {0}")]
    NumberRefused(String),
    /// The provider's own limits are used up.
    #[error("the provider's limits are used up: {0}")]
    TooMany(String),
    /// No answer, or one that can't be read.
    #[error("the provider is unavailable: {0}")]
    Unavailable(String),
}

/// Makes, sends and checks codes.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CodeProvider: Send + Sync {
    /// The provider's name in logs: `twilio`.
    fn name(&self) -> &'static str;

    /// Sends a code. While one is open, the same code goes out again.
    async fn start(&self, request: &StartCode) -> Result<StartedCode, CodeProviderError>;

    /// Checks a code against the challenge with that provider id.
    async fn check(&self, provider_ref: &str, code: &OtpCode) -> Result<CodeVerdict, CodeProviderError>;

    /// Whether the provider says that the challenge is approved. Asked after a check whose answer was lost.
    async fn is_approved(&self, provider_ref: &str) -> Result<bool, CodeProviderError>;

    /// What a send cost, by its `send_ref`. `Ok(None)`: the provider has not computed it yet.
    async fn price(&self, send_ref: &str) -> Result<Option<MessagePrice>, CodeProviderError>;

    /// Cancels a challenge, so that the next start makes a new code.
    async fn cancel(&self, provider_ref: &str) -> Result<(), CodeProviderError>;
}
