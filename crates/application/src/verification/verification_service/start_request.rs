//! A request to send a code.

use domain::{
    ids::PageId,
    locale::Locale,
    message::Channel,
    principal::Principal,
    verification::otp::{Purpose, Recipient},
};

/// A request to send a code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StartRequest {
    /// The principal that asks.
    pub requester: Principal,
    /// The number or address to verify.
    pub to: Recipient,
    /// The first channel to send the code on.
    pub channel: Channel,
    /// Fallback channels, in order. One is used when the provider says that a channel can't reach the number;
    /// for our own codes also when the code does not arrive.
    pub fallback: Vec<Channel>,
    /// What the code is for.
    pub purpose: Purpose,
    /// The language of the message.
    pub locale: Locale,
    /// The end user's IP address, for rate limits.
    pub client_ip: Option<String>,
    /// The IP address from which anonymous callers may check the code.
    pub origin: Option<String>,
    /// The hosted page that asks and takes the code.
    pub page: Option<OnPage>,
    /// The key of the effect that asks, within a turn.
    pub effect_key: Option<String>,
    /// What to do about an open challenge. A chat is told that its code is still valid. A team gets the code
    /// sent again, with the same id and the same check attempts.
    pub when_open: WhenOpen,
}

/// The hosted page on which a code is asked for.
#[derive(Clone, Debug)]
pub struct OnPage {
    /// The page's id. The challenge can be checked only on this page.
    pub id: PageId,
    /// The page's host, where browsers fill in codes. An SMS names it in its last line, so that they fill the
    /// code in on that host only ([WebOTP](https://wicg.github.io/web-otp/)).
    pub host: Option<String>,
}

pub(super) fn page_host(page: Option<&OnPage>) -> Option<&str> {
    page?.host.as_deref()
}

/// What to do about a challenge that is open already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOpen {
    /// Answer that its code is still valid.
    Keep,
    /// Send its code again.
    Resend,
}

impl StartRequest {
    /// A request to send a code to this recipient: no fallback channels, no page, and an open challenge gets
    /// its code sent again. Set the other fields afterwards.
    #[must_use]
    pub fn to(
        to: Recipient,
        requester: Principal,
        channel: Channel,
        purpose: Purpose,
        locale: Locale,
    ) -> Self {
        Self {
            requester,
            to,
            channel,
            fallback: Vec::new(),
            purpose,
            locale,
            client_ip: None,
            origin: None,
            page: None,
            effect_key: None,
            when_open: WhenOpen::Resend,
        }
    }
}
