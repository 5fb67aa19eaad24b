//! A provider that makes, sends and checks codes (Twilio Verify, or our own).

use async_trait::async_trait;
use domain::{locale::Locale, message::Channel, phone::PhoneNumber, verification::otp::OtpCode};
use thiserror::Error;

/// What to send.
#[derive(Clone, Debug)]
pub struct StartCode {
    /// To whom.
    pub to: PhoneNumber,
    /// How.
    pub channel: Channel,
    /// In which language.
    pub locale: Locale,
}

/// A code that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedCode {
    /// The provider's name for the challenge (`VE…`): codes are checked against it, never by number.
    pub sid: String,
    /// How it went.
    pub channel: Channel,
}

/// The provider's word on a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// Right.
    Approved,
    /// Wrong.
    Wrong,
    /// The provider knows no open challenge of that name.
    Gone,
}

/// Why a code did not go out or could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodeProviderError {
    /// This number can't be reached so; another channel may do.
    #[error("the channel can't reach this number: {0}")]
    ChannelRefused(String),
    /// The number or its country is refused for good.
    #[error("the number is refused: {0}")]
    NumberRefused(String),
    /// The provider's own limits are spent.
    #[error("the provider's limits are spent: {0}")]
    TooMany(String),
    /// No answer, or none that can be understood.
    #[error("the provider is unavailable: {0}")]
    Unavailable(String),
}

/// Makes, sends and checks codes.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CodeProvider: Send + Sync {
    /// The name it is logged under: `twilio`.
    fn name(&self) -> &'static str;

    /// Sends a code. Asked again while one is open, the same code goes out again.
    async fn start(&self, request: &StartCode) -> Result<StartedCode, CodeProviderError>;

    /// Checks a code against a challenge.
    async fn check(&self, sid: &str, code: &OtpCode) -> Result<CodeVerdict, CodeProviderError>;

    /// Whether the provider holds the challenge for approved: asked after a check whose answer was lost.
    async fn is_approved(&self, sid: &str) -> Result<bool, CodeProviderError>;

    /// Withdraws a challenge, so that the next start makes a new code.
    async fn cancel(&self, sid: &str) -> Result<(), CodeProviderError>;
}
