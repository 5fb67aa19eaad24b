//! The copy of a person's data that they can take with them.

use chrono::{DateTime, Duration, Utc};

/// The name and version of the form of `data.json`.
pub const SCHEMA: &str = "ventanilla-export/1";

/// How long a finished export can be downloaded.
pub const DOWNLOADABLE_FOR: Duration = Duration::hours(24);

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportState {
    /// It is being made.
    Making,
    /// It can be downloaded once, until then.
    Ready(DateTime<Utc>),
    /// It was downloaded, or its time is over.
    Gone,
}

impl ExportState {
    /// The state of an export that was finished and downloaded at those times, if it was.
    #[must_use]
    pub fn of(
        finished_at: Option<DateTime<Utc>>,
        taken_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let Some(finished_at) = finished_at else { return Self::Making };
        let until = finished_at.checked_add_signed(DOWNLOADABLE_FOR).unwrap_or(finished_at);
        if taken_at.is_some() || until <= now { Self::Gone } else { Self::Ready(until) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_downloaded_once_and_within_a_day() {
        let hour = |hours| DateTime::UNIX_EPOCH.checked_add_signed(Duration::hours(hours)).unwrap();
        assert_eq!(ExportState::of(None, None, hour(9)), ExportState::Making);
        assert_eq!(ExportState::of(Some(hour(1)), None, hour(24)), ExportState::Ready(hour(25)));
        assert_eq!(ExportState::of(Some(hour(1)), None, hour(25)), ExportState::Gone);
        assert_eq!(ExportState::of(Some(hour(1)), Some(hour(2)), hour(3)), ExportState::Gone);
    }
}
