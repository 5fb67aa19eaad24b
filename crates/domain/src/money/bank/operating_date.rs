//! The operating date of a payment: the bank's day that it belongs to.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The time of day from which on a payment belongs to the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutoff(NaiveTime);

/// The text is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a time of day from 00:00 to 23:59, such as 18:00")]
pub struct InvalidCutoff;

impl FromStr for Cutoff {
    type Err = InvalidCutoff;

    fn from_str(text: &str) -> Result<Self, InvalidCutoff> {
        let is_written_out = text.len() == 5;
        NaiveTime::parse_from_str(text, "%H:%M")
            .ok()
            .filter(|_| is_written_out)
            .map(Self)
            .ok_or(InvalidCutoff)
    }
}

impl fmt::Display for Cutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

/// The day that the bank counts a payment to. A reference is unique within it only, so a payment is always asked for
/// by the date that it was sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperatingDate(NaiveDate);

impl OperatingDate {
    /// The date of a payment that is sent now: the day in the bank's time zone, from the cut-off on the next one. Days
    /// are calendar days; holidays are the bank's to know.
    #[must_use]
    pub fn at<Z: TimeZone>(now: DateTime<Utc>, zone: &Z, cutoff: Cutoff) -> Self {
        let local = now.with_timezone(zone).naive_local();
        let today = local.date();
        if local.time() < cutoff.0 { Self(today) } else { Self(today.succ_opt().unwrap_or(today)) }
    }

    /// A date that was stored.
    #[must_use]
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The calendar day.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

impl fmt::Display for OperatingDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn date(utc: &str, cutoff: &str) -> String {
        let mexico = FixedOffset::west_opt(6 * 3600).unwrap();
        OperatingDate::at(utc.parse().unwrap(), &mexico, cutoff.parse().unwrap()).to_string()
    }

    #[test]
    fn turns_at_the_cutoff_of_the_bank() {
        assert_eq!(date("2026-03-10T23:59:59.999Z", "18:00"), "2026-03-10");
        assert_eq!(date("2026-03-11T00:00:00Z", "18:00"), "2026-03-11", "18:00 in Mexico");
        assert_eq!(date("2026-03-11T05:59:59Z", "18:00"), "2026-03-11", "before midnight in Mexico");
        assert_eq!(date("2026-03-11T06:00:00Z", "18:00"), "2026-03-11", "after it");
        assert_eq!(date("2026-12-31T23:30:00Z", "17:00"), "2027-01-01");
    }

    #[test]
    fn a_cutoff_at_midnight_means_the_next_day_always() {
        assert_eq!(date("2026-03-10T06:00:00Z", "00:00"), "2026-03-11");
    }

    #[test]
    fn a_cutoff_is_a_time_of_day() {
        for text in ["", "6", "six", "25:00", "18:60", "18:00:00", "6:00", "24:00", " 18:00"] {
            assert_eq!(text.parse::<Cutoff>(), Err(InvalidCutoff), "{text}");
        }
        assert_eq!("18:00".parse::<Cutoff>().unwrap().to_string(), "18:00");
    }
}
