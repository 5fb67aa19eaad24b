//! The limit on accounts that one network address creates. Accounts are counted, not attempts.

use crate::verification::otp::Count;
use chrono::{DateTime, Duration, Utc};

/// The rolling window in which new accounts are counted.
pub const NEW_ACCOUNTS_WINDOW: Duration = Duration::hours(1);

/// When the address may create the next account, where it created these in the window and `most` are allowed.
/// `None`: now.
#[must_use]
pub fn next_account_at(created: Count, most: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let wait = created.wait(most, NEW_ACCOUNTS_WINDOW, now)?;
    Some(now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_account_makes_room_for_the_next() {
        let at = |second: i64| DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap();
        let three = Count { n: 3, oldest: Some(at(0)) };
        assert_eq!(next_account_at(three, 4, at(600)), None);
        assert_eq!(next_account_at(three, 3, at(600)), Some(at(3600)));
        assert_eq!(next_account_at(Count::default(), 0, at(0)), Some(at(3600)), "none is allowed");
    }
}
