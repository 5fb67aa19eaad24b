//! Limits: how much a person may send per transfer, day and month, and the cool-off for new payees. Zero
//! means no limit.

use crate::money::{Currency, Money};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Limits in minor units of `currency`. They apply to transfers in that currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The currency of the limits.
    pub currency: Currency,
    /// For one transfer; 0 = none.
    pub per_transfer: i64,
    /// For one calendar day; 0 = none.
    pub per_day: i64,
    /// For one calendar month; 0 = none.
    pub per_month: i64,
    /// How long a new payee must wait before they can be paid; zero = no wait.
    pub new_payee_cooloff: Duration,
}

/// What was sent from one account, stored in its row, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// The newest day that was counted.
    pub on: NaiveDate,
    /// The amount sent on that day.
    pub in_day: i64,
    /// The amount sent in its month, up to that day.
    pub in_month: i64,
}

impl Spending {
    /// What counts on `day`. If the clock went back, the later day still counts.
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

    /// Takes back `minor`, which was counted on `day` and was not sent in the end. It gives no room in a
    /// later day or month.
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
    /// The sum in the day of the transfer.
    pub day: i64,
    /// The sum in its month.
    pub month: i64,
}

impl Spent {
    /// The sums of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { day: self.day.saturating_add(other.day), month: self.month.saturating_add(other.month) }
    }
}

/// A limit that is exceeded, and how much of it can still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitFigures {
    /// The limit itself.
    pub limit: Money,
    /// What is left of it; of the limit for one transfer that is all of it.
    pub left: Money,
}

/// The limit that is exceeded. Refusals that were stored before limits had figures have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "which", rename_all = "snake_case")]
pub enum LimitExceeded {
    /// The limit for one transfer. Without figures: the payee's balance would be larger than any balance may be.
    PerTransfer {
        /// The limit, and what is left of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        figures: Option<LimitFigures>,
    },
    /// The limit for one deposit.
    PerDeposit {
        /// The limit, all of which is left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        figures: Option<LimitFigures>,
    },
    /// The limit for the day.
    PerDay {
        /// The limit, and what is left of it today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        figures: Option<LimitFigures>,
    },
    /// The limit for the month.
    PerMonth {
        /// The limit, and what is left of it this month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        figures: Option<LimitFigures>,
    },
    /// The payee's cool-off has not passed.
    NewPayee {
        /// From then on they can be paid.
        payable_at: DateTime<Utc>,
    },
    /// The cool-off after a replaced number has not passed.
    NumberReplaced {
        /// From then on the person can pay.
        payable_at: DateTime<Utc>,
    },
    /// The cool-off after the person unfroze themselves has not passed.
    Unfrozen {
        /// From then on the person can pay.
        payable_at: DateTime<Utc>,
    },
    /// More than can still be reversed of the transfer.
    LeftToReverse,
}

/// What a person may still send. `None`: there is no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitsLeft {
    /// The limit for one transfer.
    pub per_transfer: Option<Money>,
    /// The limit for a day.
    pub per_day: Option<Money>,
    /// What is left of the limit for the day, never below zero.
    pub today_left: Option<Money>,
    /// The limit for a month.
    pub per_month: Option<Money>,
    /// What is left of the limit for the month, never below zero.
    pub month_left: Option<Money>,
}

impl LimitsLeft {
    /// The most that one transfer may move now; `None` without any limit.
    #[must_use]
    pub fn most_now(&self) -> Option<Money> {
        let limits = [self.per_transfer, self.today_left, self.month_left];
        limits.into_iter().flatten().min_by_key(|limit| limit.minor)
    }
}

impl LimitExceeded {
    /// The limit and what is left of it, if the refusal has these figures.
    #[must_use]
    pub const fn figures(&self) -> Option<LimitFigures> {
        match self {
            Self::PerTransfer { figures }
            | Self::PerDeposit { figures }
            | Self::PerDay { figures }
            | Self::PerMonth { figures } => *figures,
            Self::NewPayee { .. }
            | Self::NumberReplaced { .. }
            | Self::Unfrozen { .. }
            | Self::LeftToReverse => None,
        }
    }
}

impl Limits {
    /// No limits at all.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self { currency, per_transfer: 0, per_day: 0, per_month: 0, new_payee_cooloff: Duration::zero() }
    }

    /// Whether the limits depend on what was sent before.
    #[must_use]
    pub const fn count_spending(&self) -> bool {
        self.per_day > 0 || self.per_month > 0
    }

    /// When a payee who was first named at `first_seen` can be paid.
    #[must_use]
    pub fn payable_at(&self, first_seen: DateTime<Utc>) -> DateTime<Utc> {
        first_seen.checked_add_signed(self.new_payee_cooloff).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Checks the cool-off of a person who replaced their number at `replaced_at`. A thief who takes over an
    /// account would do that first, so the wait is the same as for a new payee.
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

    /// Checks `amount` against the limits, after what was `spent`.
    pub fn check(&self, spent: Spent, amount: Money) -> Result<(), LimitExceeded> {
        if amount.currency != self.currency {
            return Ok(());
        }
        let over = |limit: i64, before: i64| {
            let is_over = limit > 0 && before.saturating_add(amount.minor) > limit;
            is_over.then(|| LimitFigures { limit: self.money(limit), left: self.left_of(limit, before) })
        };
        if let Some(figures) = over(self.per_transfer, 0) {
            Err(LimitExceeded::PerTransfer { figures: Some(figures) })
        } else if let Some(figures) = over(self.per_day, spent.day) {
            Err(LimitExceeded::PerDay { figures: Some(figures) })
        } else if let Some(figures) = over(self.per_month, spent.month) {
            Err(LimitExceeded::PerMonth { figures: Some(figures) })
        } else {
            Ok(())
        }
    }

    /// Checks the amount of a deposit. Nothing else limits what comes in.
    pub fn check_deposit(&self, amount: Money) -> Result<(), LimitExceeded> {
        let only_this = Self { per_transfer: self.per_transfer, ..Self::none(self.currency) };
        match only_this.check(Spent::default(), amount) {
            Err(LimitExceeded::PerTransfer { figures }) => Err(LimitExceeded::PerDeposit { figures }),
            other => other,
        }
    }

    /// What can still be sent in the currency of the limits, after what was `spent`.
    #[must_use]
    pub fn left(&self, spent: Spent) -> LimitsLeft {
        let limit = |limit: i64| (limit > 0).then(|| self.money(limit));
        let left = |limit: i64, before: i64| (limit > 0).then(|| self.left_of(limit, before));
        LimitsLeft {
            per_transfer: limit(self.per_transfer),
            per_day: limit(self.per_day),
            today_left: left(self.per_day, spent.day),
            per_month: limit(self.per_month),
            month_left: left(self.per_month, spent.month),
        }
    }

    const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    fn left_of(&self, limit: i64, before: i64) -> Money {
        self.money(limit.saturating_sub(before).max(0))
    }
}

/// The first day of a day's month, which stands for the month.
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
        let over = |spent, minor| limits().check(spent, mxn(minor)).unwrap_err();
        let figures = |limit, left| Some(LimitFigures { limit: mxn(limit), left: mxn(left) });
        let per_transfer = LimitExceeded::PerTransfer { figures: figures(100, 100) };
        let per_day = LimitExceeded::PerDay { figures: figures(150, 99) };
        let per_month = LimitExceeded::PerMonth { figures: figures(200, 99) };
        assert_eq!(over(Spent::default(), 101), per_transfer);
        assert_eq!(over(Spent { day: 51, month: 51 }, 100), per_day);
        assert_eq!(over(Spent { day: 0, month: 101 }, 100), per_month);
        let spent = LimitExceeded::PerDay { figures: figures(150, 0) };
        assert_eq!(over(Spent { day: 170, month: 170 }, 1), spent, "what is left is never below zero");
        assert_eq!(
            [per_transfer, per_day, spent].map(|limit| limit.figures().unwrap().left.minor),
            [100, 99, 0]
        );
    }

    #[test]
    fn a_refusal_is_read_back_also_from_before_it_had_figures() {
        let new = LimitExceeded::PerDay { figures: Some(LimitFigures { limit: mxn(150), left: mxn(9) }) };
        let json = serde_json::to_string(&new).unwrap();
        assert_eq!(serde_json::from_str::<LimitExceeded>(&json).unwrap(), new);
        for (json, old) in [
            (r#"{"which":"per_transfer"}"#, LimitExceeded::PerTransfer { figures: None }),
            (r#"{"which":"per_day"}"#, LimitExceeded::PerDay { figures: None }),
            (r#"{"which":"per_month"}"#, LimitExceeded::PerMonth { figures: None }),
            (r#"{"which":"left_to_reverse"}"#, LimitExceeded::LeftToReverse),
        ] {
            assert_eq!(serde_json::from_str::<LimitExceeded>(json).unwrap(), old);
            assert_eq!(serde_json::to_string(&old).unwrap(), json);
        }
    }

    #[test]
    fn what_is_left_is_told_for_each_limit() {
        let left = limits().left(Spent { day: 90, month: 120 });
        assert_eq!(
            (left.per_transfer, left.per_day, left.per_month),
            (Some(mxn(100)), Some(mxn(150)), Some(mxn(200)))
        );
        assert_eq!((left.today_left, left.month_left), (Some(mxn(60)), Some(mxn(80))));
        assert_eq!(left.most_now(), Some(mxn(60)));
        assert_eq!(limits().left(Spent::default()).most_now(), Some(mxn(100)));
        assert_eq!(limits().left(Spent { day: 0, month: 300 }).most_now(), Some(mxn(0)));
        let none = Limits::none(Currency::MXN).left(Spent { day: 5, month: 5 });
        assert_eq!((none, none.most_now()), (LimitsLeft::default(), None));
    }

    fn on(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn a_new_day_and_a_new_month_start_at_zero() {
        let spending = Spending::default().plus(on(11, 20), 30).plus(on(11, 20), 5).plus(on(11, 21), 10);
        assert_eq!(spending, Spending { on: on(11, 21), in_day: 10, in_month: 45 });
        assert_eq!(spending.as_of(on(11, 22)), Spent { day: 0, month: 45 });
        assert_eq!(spending.as_of(on(12, 1)), Spent { day: 0, month: 0 });
        assert_eq!(spending.as_of(on(11, 20)), Spent { day: 10, month: 45 }, "the clock went back");
    }

    #[test]
    fn a_returned_amount_frees_only_its_own_day() {
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
    fn the_same_month_of_another_year_starts_at_zero() {
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
        assert!(matches!(limits().check(spent, mxn(1)), Err(LimitExceeded::PerDay { .. })));
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
