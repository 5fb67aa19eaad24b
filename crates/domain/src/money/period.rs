//! Periods as people name them, as days: «ayer», «este mes», «en marzo».

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// How many years are looked back for a day that not every year has: 29 February.
const YEARS_BACK: i32 = 8;

/// The days that a question is about, counted in the person's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// «hoy».
    Today,
    /// «ayer».
    Yesterday,
    /// From Monday on: «esta semana».
    ThisWeek,
    /// The week before: «la semana pasada».
    LastWeek,
    /// «este mes».
    ThisMonth,
    /// The month before: «el mes pasado».
    LastMonth,
    /// The newest month with this number, 1 to 12, that has begun: «en marzo».
    Month(u8),
    /// The newest day with this number and month that has begun: «el 3 de mayo».
    Day {
        /// The day of the month, 1 to 31.
        day: u8,
        /// The month, 1 to 12; `None` for the current one or the one before: «el día 5».
        month: Option<u8>,
    },
}

/// Consecutive days, from `first` on and before `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    /// The first day.
    pub first: NaiveDate,
    /// The first day that no longer belongs to it.
    pub after: NaiveDate,
}

impl DayRange {
    /// The days that a person means by `period` on the day `today`. Weeks begin on Monday. A month or day
    /// without a year is the newest one that has begun. `None` for a day or a month that no calendar has.
    #[must_use]
    pub fn of(period: Period, today: NaiveDate) -> Option<Self> {
        let monday = today.week(Weekday::Mon).checked_first_day()?;
        let month = today.with_day(1)?;
        match period {
            Period::Today => Self::day(today),
            Period::Yesterday => Self::day(today.pred_opt()?),
            Period::ThisWeek => Self::week(monday),
            Period::LastWeek => Self::week(monday.checked_sub_days(Days::new(7))?),
            Period::ThisMonth => Self::month(month),
            Period::LastMonth => Self::month(month.checked_sub_months(Months::new(1))?),
            Period::Month(number) => {
                let number = u32::from(number);
                let years = i32::from(number > today.month());
                Self::month(NaiveDate::from_ymd_opt(today.year().checked_sub(years)?, number, 1)?)
            }
            Period::Day { day, month: None } => Self::day(newest_day(u32::from(day), month, today)?),
            Period::Day { day, month: Some(of) } => {
                Self::day(newest_date(u32::from(day), u32::from(of), today)?)
            }
        }
    }

    fn day(day: NaiveDate) -> Option<Self> {
        Some(Self { first: day, after: day.succ_opt()? })
    }

    fn week(monday: NaiveDate) -> Option<Self> {
        Some(Self { first: monday, after: monday.checked_add_days(Days::new(7))? })
    }

    fn month(first: NaiveDate) -> Option<Self> {
        Some(Self { first, after: first.checked_add_months(Months::new(1))? })
    }

    /// The last day of the range.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.after.pred_opt().unwrap_or(self.first)
    }

    /// The instants of the range in a time zone: the first one, and the first one after it.
    #[must_use]
    pub fn instants<Z: TimeZone>(self, zone: &Z) -> (DateTime<Utc>, DateTime<Utc>) {
        (begin_of(self.first, zone), begin_of(self.after, zone))
    }
}

/// The newest day with this number, from this month back: «el día 5».
fn newest_day(day: u32, this_month: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    (0..=2)
        .filter_map(|back| this_month.checked_sub_months(Months::new(back))?.with_day(day))
        .find(|date| *date <= today)
}

/// The newest day with this number and month, from this year back: «el 3 de mayo».
fn newest_date(day: u32, month: u32, today: NaiveDate) -> Option<NaiveDate> {
    (0..=YEARS_BACK)
        .filter_map(|back| NaiveDate::from_ymd_opt(today.year().checked_sub(back)?, month, day))
        .find(|date| *date <= today)
}

/// The first instant of a day in a time zone. Where the clock is put forward at midnight, the day begins later.
#[must_use]
pub fn begin_of<Z: TimeZone>(day: NaiveDate, zone: &Z) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let begin = (0..=3).find_map(|hours| {
        let hour = midnight.checked_add_signed(TimeDelta::hours(hours))?;
        zone.from_local_datetime(&hour).earliest()
    });
    begin.map_or_else(|| midnight.and_utc(), |begin| begin.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The first and the last day of a period, as seen on `today`; empty when there is none.
    fn days(period: Period, today: &str) -> String {
        let range = DayRange::of(period, date(today));
        range.map_or_else(String::new, |range| both(&range.first.to_string(), &range.last().to_string()))
    }

    fn both(first: &str, last: &str) -> String {
        format!("{first}..{last}")
    }

    #[test]
    fn days_and_weeks() {
        // 2026-11-30 is a Monday.
        assert_eq!(days(Period::Today, "2026-11-30"), both("2026-11-30", "2026-11-30"));
        assert_eq!(days(Period::Yesterday, "2026-12-01"), both("2026-11-30", "2026-11-30"));
        assert_eq!(days(Period::Yesterday, "2027-01-01"), both("2026-12-31", "2026-12-31"));
        assert_eq!(days(Period::ThisWeek, "2026-11-30"), both("2026-11-30", "2026-12-06"));
        assert_eq!(days(Period::ThisWeek, "2026-11-29"), both("2026-11-23", "2026-11-29"));
        assert_eq!(days(Period::LastWeek, "2026-11-30"), both("2026-11-23", "2026-11-29"));
    }

    #[test]
    fn months() {
        assert_eq!(days(Period::ThisMonth, "2026-02-10"), both("2026-02-01", "2026-02-28"));
        assert_eq!(days(Period::LastMonth, "2026-03-31"), both("2026-02-01", "2026-02-28"));
        assert_eq!(days(Period::LastMonth, "2026-01-15"), both("2025-12-01", "2025-12-31"));
        assert_eq!(days(Period::Month(3), "2026-03-01"), both("2026-03-01", "2026-03-31"), "it has begun");
        assert_eq!(days(Period::Month(4), "2026-03-31"), both("2025-04-01", "2025-04-30"));
        assert_eq!(days(Period::Month(12), "2026-12-31"), both("2026-12-01", "2026-12-31"));
        for none in [0, 13, 255] {
            assert_eq!(days(Period::Month(none), "2026-03-31"), "");
        }
    }

    #[test]
    fn a_day_without_a_month_is_the_newest_one() {
        let of = |day, today| days(Period::Day { day, month: None }, today);
        assert_eq!(of(5, "2026-11-05"), both("2026-11-05", "2026-11-05"));
        assert_eq!(of(6, "2026-11-05"), both("2026-10-06", "2026-10-06"));
        assert_eq!(of(31, "2026-03-10"), both("2026-01-31", "2026-01-31"), "February has none");
        assert_eq!((of(0, "2026-03-10"), of(32, "2026-03-10")), (String::new(), String::new()));
    }

    #[test]
    fn a_day_with_a_month_is_the_newest_one() {
        let of = |day, month, today| days(Period::Day { day, month: Some(month) }, today);
        assert_eq!(of(3, 5, "2026-05-03"), both("2026-05-03", "2026-05-03"));
        assert_eq!(of(4, 5, "2026-05-03"), both("2025-05-04", "2025-05-04"));
        assert_eq!(of(29, 2, "2026-05-03"), both("2024-02-29", "2024-02-29"));
        assert_eq!(of(29, 2, "2103-05-03"), both("2096-02-29", "2096-02-29"), "2100 has none");
        assert_eq!((of(31, 2, "2026-05-03"), of(1, 13, "2026-05-03")), (String::new(), String::new()));
    }

    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        let zone = FixedOffset::west_opt(6 * 3_600).unwrap();
        let (from, until) = DayRange::of(Period::Today, date("2026-11-30")).unwrap().instants(&zone);
        assert_eq!(from.to_rfc3339(), "2026-11-30T06:00:00+00:00");
        assert_eq!(until.to_rfc3339(), "2026-12-01T06:00:00+00:00");
    }

    #[test]
    fn the_last_day_of_time_has_no_successor() {
        assert_eq!(DayRange::of(Period::Today, NaiveDate::MAX), None);
        assert_eq!(DayRange::of(Period::Yesterday, NaiveDate::MIN), None);
    }
}
