//! How many messages of one sender are answered in a minute.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// The count for one minute, which begins with its first message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateWindow {
    opened_at: Option<DateTime<Utc>>,
    count: u32,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// Handle the message.
    Within,
    /// Send one notice: this is the first message above the limit.
    Notice,
    /// Send nothing more in this window.
    Silence,
}

impl RateWindow {
    /// Counts one message against `max`.
    pub(super) fn count(&mut self, now: DateTime<Utc>, max: u32) -> Rate {
        let running = self.opened_at.is_some_and(|at| now.signed_duration_since(at) < Duration::minutes(1));
        if !running {
            *self = Self { opened_at: Some(now), count: 0 };
        }
        self.count = self.count.saturating_add(1);
        match self.count.saturating_sub(max) {
            0 => Rate::Within,
            1 => Rate::Notice,
            _ => Rate::Silence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_a_window() {
        let start = DateTime::UNIX_EPOCH;
        let mut window = RateWindow::default();
        let all: Vec<_> = (0..5).map(|_| window.count(start, 2)).collect();
        assert_eq!(all, [Rate::Within, Rate::Within, Rate::Notice, Rate::Silence, Rate::Silence]);
        assert_eq!(window.count(start + Duration::minutes(1), 2), Rate::Within);
    }
}
