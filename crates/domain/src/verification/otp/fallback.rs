//! When a code goes out by the next way.

use crate::message::DeliveryStatus;
use chrono::{DateTime, Duration, Utc};

/// How long a delivery is waited for.
pub const FALLBACK_AFTER: Duration = Duration::seconds(30);

/// What is to be done with the next way that a code could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallbackDecision {
    /// Not yet needed.
    Wait,
    /// The code goes out by it.
    Take,
    /// The code has arrived: it is not needed.
    Drop,
}

/// By what is known of the message that bears the code now, and since when it is under way. A provider's
/// «sent» tells only that it took it.
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
