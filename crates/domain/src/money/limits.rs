//! How much a person may send: per transfer, per day, per month, and to whom how soon. Zero means no limit.

use crate::money::{Currency, Money};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
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
    /// How long after a payee was first named he can be paid; zero = at once.
    pub new_payee_cooloff: Duration,
}

/// What went out of one account: kept in its row, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// The day that was counted last.
    pub on: NaiveDate,
    /// What went out on it.
    pub in_day: i64,
    /// What went out in its month, up to it.
    pub in_month: i64,
}

impl Spending {
    /// What counts on `day`. A clock that went back finds the later day still counting.
    #[must_use]
    pub fn as_of(self, day: NaiveDate) -> Spent {
        let day = day.max(self.on);
        Spent {
            day: if day == self.on { self.in_day } else { 0 },
            month: if month_of(day) == month_of(self.on) { self.in_month } else { 0 },
        }
    }

    /// Counts `minor` more on `day`.
    #[must_use]
    pub fn plus(self, day: NaiveDate, minor: i64) -> Self {
        let spent = self.as_of(day);
        Self {
            on: day.max(self.on),
            in_day: spent.day.saturating_add(minor),
            in_month: spent.month.saturating_add(minor),
        }
    }

    /// Takes back `minor` that was counted on `day` and did not go out after all. What was counted in
    /// a day or month that is over makes no room in a later one.
    #[must_use]
    pub fn less(self, day: NaiveDate, minor: i64) -> Self {
        let (of_day, of_month) = (day == self.on, month_of(day) == month_of(self.on));
        Self {
            on: self.on,
            in_day: if of_day { self.in_day.saturating_sub(minor).max(0) } else { self.in_day },
            in_month: if of_month { self.in_month.saturating_sub(minor).max(0) } else { self.in_month },
        }
    }
}

/// What a person has sent so far, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the day of the transfer.
    pub day: i64,
    /// In its month.
    pub month: i64,
}

impl Spent {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { day: self.day.saturating_add(other.day), month: self.month.saturating_add(other.month) }
    }
}

/// Which limit stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "which", rename_all = "snake_case")]
pub enum LimitExceeded {
    /// The one for a single transfer.
    PerTransfer,
    /// The one for the day.
    PerDay,
    /// The one for the month.
    PerMonth,
    /// The payee was named too short a time ago.
    NewPayee {
        /// From then on he can be paid.
        payable_at: DateTime<Utc>,
    },
    /// The person has replaced his number too short a time ago.
    NumberReplaced {
        /// From then on he can pay.
        payable_at: DateTime<Utc>,
    },
    /// More than what is left of the transfer to give back.
    LeftToReverse,
}

impl Limits {
    /// No limits at all.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self { currency, per_transfer: 0, per_day: 0, per_month: 0, new_payee_cooloff: Duration::zero() }
    }

    /// Whether what a person sent before matters to them.
    #[must_use]
    pub const fn count_spending(&self) -> bool {
        self.per_day > 0 || self.per_month > 0
    }

    /// From when on a payee who was first named at `first_seen` can be paid.
    #[must_use]
    pub fn payable_at(&self, first_seen: DateTime<Utc>) -> DateTime<Utc> {
        first_seen.checked_add_signed(self.new_payee_cooloff).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whether a person can pay who replaced his number at `replaced_at`: whoever took his account over
    /// would do that first, so his money cools off as it does for a new payee.
    pub fn check_number(
        &self,
        replaced_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), LimitExceeded> {
        match replaced_at.map(|at| self.payable_at(at)) {
            Some(payable_at) if now < payable_at => Err(LimitExceeded::NumberReplaced { payable_at }),
            _ => Ok(()),
        }
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
        Limits {
            currency: Currency::MXN,
            per_transfer: 100,
            per_day: 150,
            per_month: 200,
            ..Limits::none(Currency::MXN)
        }
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

    fn on(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn days_and_months_begin_anew() {
        let spending = Spending::default().plus(on(11, 20), 30).plus(on(11, 20), 5).plus(on(11, 21), 10);
        assert_eq!(spending, Spending { on: on(11, 21), in_day: 10, in_month: 45 });
        assert_eq!(spending.as_of(on(11, 22)), Spent { day: 0, month: 45 });
        assert_eq!(spending.as_of(on(12, 1)), Spent { day: 0, month: 0 });
        assert_eq!(spending.as_of(on(11, 20)), Spent { day: 10, month: 45 }, "the clock went back");
    }

    #[test]
    fn what_comes_back_makes_room_in_its_own_day_only() {
        let spending = Spending::default().plus(on(11, 29), 20).plus(on(11, 30), 30);
        assert_eq!(spending.less(on(11, 30), 10).as_of(on(11, 30)), Spent { day: 20, month: 40 });
        assert_eq!(spending.less(on(11, 29), 20).as_of(on(11, 30)), Spent { day: 30, month: 30 });
        let later = spending.plus(on(12, 1), 5);
        assert_eq!(later.less(on(11, 30), 30).as_of(on(12, 1)), Spent { day: 5, month: 5 });
    }

    #[test]
    fn only_limits_in_time_look_back() {
        let none = Limits::none(Currency::MXN);
        assert!(!Limits { per_transfer: 1, ..none }.count_spending());
        assert!(
            Limits { per_day: 1, ..none }.count_spending()
                && Limits { per_month: 1, ..none }.count_spending()
        );
    }

    #[test]
    fn another_currency_is_not_bound() {
        assert_eq!(
            limits().check(Spent::default(), Money::new(1_000, Currency::parse("USD").unwrap())),
            Ok(())
        );
    }

    #[test]
    fn a_payee_can_be_paid_after_the_cool_off() {
        let named = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let limits = Limits { new_payee_cooloff: Duration::minutes(30), ..limits() };
        assert_eq!(limits.payable_at(named), named + Duration::minutes(30));
    }

    #[test]
    fn the_same_month_of_another_year_begins_anew() {
        let spending = Spending::default().plus(on(11, 20), 30);
        let a_year_later = NaiveDate::from_ymd_opt(2027, 11, 20).unwrap();
        assert_eq!(spending.as_of(a_year_later), Spent { day: 0, month: 0 });
        assert_eq!(month_of(a_year_later), NaiveDate::from_ymd_opt(2027, 11, 1).unwrap());
    }

    #[test]
    fn spending_after_the_clock_went_back_counts_on_the_later_day() {
        let spending = Spending::default().plus(on(11, 21), 30).plus(on(11, 20), 5);
        assert_eq!(spending, Spending { on: on(11, 21), in_day: 35, in_month: 35 });
    }

    #[test]
    fn no_more_comes_back_than_was_counted() {
        let spending = Spending::default().plus(on(11, 20), 30);
        assert_eq!(spending.less(on(11, 20), 31), Spending { on: on(11, 20), in_day: 0, in_month: 0 });
    }

    #[test]
    fn a_huge_sum_stays_over_the_limit() {
        let spent = Spent { day: i64::MAX, month: i64::MAX };
        assert_eq!(limits().check(spent, mxn(1)), Err(LimitExceeded::PerDay));
        assert_eq!(Spending::default().plus(on(11, 20), i64::MAX).plus(on(11, 20), 1).in_month, i64::MAX);
    }

    #[test]
    fn an_endless_cool_off_never_ends() {
        let limits = Limits { new_payee_cooloff: Duration::MAX, ..limits() };
        assert_eq!(limits.payable_at(DateTime::<Utc>::UNIX_EPOCH), DateTime::<Utc>::MAX_UTC);
    }

    #[test]
    fn money_cools_off_after_a_number_was_replaced() {
        let limits = Limits { new_payee_cooloff: Duration::minutes(10), ..Limits::none(Currency::MXN) };
        let at = |minute: i64| DateTime::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap();
        let cooling = Err(LimitExceeded::NumberReplaced { payable_at: at(10) });
        assert_eq!(limits.check_number(Some(at(0)), at(9)), cooling);
        assert_eq!(limits.check_number(Some(at(0)), at(10)), Ok(()));
        assert_eq!(limits.check_number(None, at(0)), Ok(()));
        assert_eq!(Limits::none(Currency::MXN).check_number(Some(at(0)), at(0)), Ok(()), "none is set");
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
