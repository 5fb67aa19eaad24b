//! Outbound messages: channels, the 24-hour window, and the delivery status, which only moves forward.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// A channel on which a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// WhatsApp, through any provider.
    Whatsapp,
    /// SMS, a text message.
    Sms,
    /// A voice call that reads the code.
    Call,
    /// E-mail, through a mail server.
    Email,
    /// Telegram, through a bot.
    Telegram,
}

impl Channel {
    /// Every channel, in the order of the API documentation.
    pub const ALL: [Self; 5] = [Self::Whatsapp, Self::Sms, Self::Call, Self::Email, Self::Telegram];

    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Email => "email",
            Self::Telegram => "telegram",
        }
    }

    /// Reads the name in any case (Twilio answers `SMS` and `whatsapp`).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name().eq_ignore_ascii_case(name))
    }
}

/// The 24-hour window: how long free text may go out on WhatsApp after the person last wrote. Afterwards only
/// a template may (Meta, "customer service window").
pub const WINDOW: Duration = Duration::hours(24);

/// Whether free text may go out now. `None` means that the person never wrote.
#[must_use]
pub fn is_window_open(channel: Channel, last_inbound_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    channel != Channel::Whatsapp
        || last_inbound_at.is_some_and(|last| now.signed_duration_since(last) < WINDOW)
}

/// The delivery status of a message, as a provider or we ourselves know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Stored by us, not yet accepted by the provider.
    Queued,
    /// The send attempt had no clear answer: the message may have been sent.
    Unknown,
    /// Accepted by the provider.
    Sent,
    /// Arrived on the device.
    Delivered,
    /// Read by the recipient. Final.
    Read,
    /// It will not arrive. Final.
    Failed,
}

/// The status of one send of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendStatus {
    /// The code's provider was asked and has not answered yet.
    Sending,
    /// What is known of the delivery: of a code of ours, the status of its message; of a provider's code,
    /// whether the provider accepted it.
    Known(DeliveryStatus),
}

impl SendStatus {
    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Known(delivery) => delivery.name(),
        }
    }

    /// Reads the name that [`SendStatus::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name == "sending" { Some(Self::Sending) } else { DeliveryStatus::parse(name).map(Self::Known) }
    }
}

impl DeliveryStatus {
    /// Every status that a message may have.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Unknown, Self::Sent, Self::Delivered, Self::Read, Self::Failed];

    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    /// Reads the name that [`DeliveryStatus::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Unknown => 1,
            Self::Sent => 2,
            Self::Delivered => 3,
            Self::Read | Self::Failed => 4,
        }
    }

    /// The status after a delivery report. Reports come in any order: an earlier status changes nothing, and
    /// of the two final ones the first stays.
    #[must_use]
    pub const fn advance(self, reported: Self) -> Self {
        if reported.rank() > self.rank() { reported } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_status() -> impl Strategy<Value = DeliveryStatus> {
        prop::sample::select(vec![
            DeliveryStatus::Queued,
            DeliveryStatus::Unknown,
            DeliveryStatus::Sent,
            DeliveryStatus::Delivered,
            DeliveryStatus::Read,
            DeliveryStatus::Failed,
        ])
    }

    #[test]
    fn the_window_is_a_day_and_only_for_whatsapp() {
        let last = DateTime::UNIX_EPOCH;
        let after = |hours| last + Duration::hours(hours);
        assert!(is_window_open(Channel::Whatsapp, Some(last), after(23)));
        assert!(!is_window_open(Channel::Whatsapp, Some(last), after(24)));
        assert!(!is_window_open(Channel::Whatsapp, None, after(0)), "the person never wrote");
        assert!(is_window_open(Channel::Telegram, None, after(0)));
    }

    #[test]
    fn final_ones_stay() {
        assert_eq!(DeliveryStatus::Read.advance(DeliveryStatus::Delivered), DeliveryStatus::Read);
        assert_eq!(DeliveryStatus::Failed.advance(DeliveryStatus::Read), DeliveryStatus::Failed);
        assert_eq!(DeliveryStatus::Queued.advance(DeliveryStatus::Read), DeliveryStatus::Read);
    }

    proptest! {
        #[test]
        fn reports_in_any_order_never_move_it_back(reports in prop::collection::vec(any_status(), 0..12)) {
            let mut now = DeliveryStatus::Queued;
            for reported in reports {
                let next = now.advance(reported);
                prop_assert!(next.rank() >= now.rank());
                now = next;
            }
        }

        #[test]
        fn words_are_read_back(status in any_status()) {
            prop_assert_eq!(DeliveryStatus::parse(status.name()), Some(status));
        }
    }
}
