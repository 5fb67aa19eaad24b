//! When a code goes out on the next fallback channel.

use crate::message::DeliveryStatus;
use chrono::{DateTime, Duration, Utc};

/// How long to wait for a delivery report.
pub const FALLBACK_AFTER: Duration = Duration::seconds(30);

/// What to do with the next fallback channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallbackDecision {
    /// It is not needed yet.
    Wait,
    /// Send the code on it.
    Take,
    /// The code has arrived; the channel is not needed.
    Drop,
}

/// Decides by the delivery status of the newest message with the code, and the time since it was sent. A
/// provider's «sent» only says that the provider accepted the message.
#[must_use]
pub fn next_fallback(status: DeliveryStatus, since: DateTime<Utc>, now: DateTime<Utc>) -> FallbackDecision {
    match status {
        DeliveryStatus::Delivered | DeliveryStatus::Read => FallbackDecision::Drop,
        DeliveryStatus::Failed => FallbackDecision::Take,
        DeliveryStatus::Queued | DeliveryStatus::Unknown | DeliveryStatus::Sent => {
            if now.signed_duration_since(since) >= FALLBACK_AFTER {
                FallbackDecision::Take
            } else {
                FallbackDecision::Wait
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_or_half_a_minute_of_silence_takes_the_next() {
        let at = |second: i64| DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap();
        let after = |status, second| next_fallback(status, at(0), at(second));
        assert_eq!(after(DeliveryStatus::Failed, 0), FallbackDecision::Take);
        for silent in [DeliveryStatus::Queued, DeliveryStatus::Unknown, DeliveryStatus::Sent] {
            assert_eq!(
                (after(silent, 29), after(silent, 30)),
                (FallbackDecision::Wait, FallbackDecision::Take)
            );
        }
        for arrived in [DeliveryStatus::Delivered, DeliveryStatus::Read] {
            assert_eq!(after(arrived, 60), FallbackDecision::Drop);
        }
    }
}
