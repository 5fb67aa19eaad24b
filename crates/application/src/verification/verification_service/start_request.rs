//! Build a request to send a code.

use super::*;

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
