//! How much a person may send: per transfer, per day, per month. Zero means no limit.

use crate::money::{Currency, Money};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// Limits in minor units of `currency`; they bind transfers in that currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What the limits are counted in.
    pub currency: Currency,
    /// For one transfer; 0 = none.
    pub per_transfer: i64,
    /// For one calendar day; 0 = none.
    pub per_day: i64,
    /// For one calendar month; 0 = none.
    pub per_month: i64,
}

/// What a person has sent so far, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the day of the transfer.
    pub day: i64,
    /// In its month.
    pub month: i64,
}

/// Which limit stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitExceeded {
    /// The one for a single transfer.
    PerTransfer,
    /// The one for the day.
    PerDay,
    /// The one for the month.
    PerMonth,
}

impl Limits {
    /// No limits at all.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self { currency, per_transfer: 0, per_day: 0, per_month: 0 }
    }

    /// Whether `amount` may go out on top of what was `spent`.
    pub fn check(&self, spent: Spent, amount: Money) -> Result<(), LimitExceeded> {
        if amount.currency != self.currency {
            return Ok(());
        }
        let over = |limit: i64, before: i64| limit > 0 && before.saturating_add(amount.minor) > limit;
        if over(self.per_transfer, 0) {
            Err(LimitExceeded::PerTransfer)
        } else if over(self.per_day, spent.day) {
            Err(LimitExceeded::PerDay)
        } else if over(self.per_month, spent.month) {
            Err(LimitExceeded::PerMonth)
        } else {
            Ok(())
        }
    }
}

/// The first day of a day's month: the name of the month in the limit rows.
#[must_use]
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits() -> Limits {
        Limits { currency: Currency::MXN, per_transfer: 100, per_day: 150, per_month: 200 }
    }

    fn mxn(minor: i64) -> Money {
        Money::new(minor, Currency::MXN)
    }

    #[test]
    fn the_limit_itself_may_be_reached() {
        assert_eq!(limits().check(Spent { day: 50, month: 50 }, mxn(100)), Ok(()));
        assert_eq!(limits().check(Spent::default(), mxn(101)), Err(LimitExceeded::PerTransfer));
        assert_eq!(limits().check(Spent { day: 51, month: 51 }, mxn(100)), Err(LimitExceeded::PerDay));
        assert_eq!(limits().check(Spent { day: 0, month: 101 }, mxn(100)), Err(LimitExceeded::PerMonth));
    }

    proptest! {
        #[test]
        fn zero_means_none(amount in 1i64.., day in 0i64.., month in 0i64..) {
            prop_assert_eq!(Limits::none(Currency::MXN).check(Spent { day, month }, mxn(amount)), Ok(()));
        }

        #[test]
        fn allowed_spending_never_passes_the_day_limit(amounts in prop::collection::vec(1i64..200, 0..40)) {
            let mut spent = Spent::default();
            for amount in amounts {
                if limits().check(spent, mxn(amount)).is_ok() {
                    spent = Spent { day: spent.day + amount, month: spent.month + amount };
                }
            }
            prop_assert!(spent.day <= 150 && spent.month <= 200);
        }
    }
}
