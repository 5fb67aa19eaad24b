//! A fixed minute's count per caller, for routes that could be hammered. It guards this process only;
//! what must hold everywhere is counted in the store.

use super::problem::ApiError;
use actix_web::HttpResponseBuilder;
use chrono::{DateTime, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

const WINDOW_SECONDS: i64 = 60;
/// Names kept before old ones are swept out.
const NAMES_MAX: usize = 10_000;

/// Counts by name.
pub(crate) struct RateLimit {
    per_minute: u32,
    counts: Mutex<HashMap<String, (i64, u32)>>,
}

/// What is left of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remainder {
    limit: u32,
    remaining: u32,
    reset_seconds: i64,
}

impl RateLimit {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute, counts: Mutex::default() }
    }

    /// Counts one call.
    pub(crate) fn count(&self, name: &str, now: DateTime<Utc>) -> Result<Remainder, ApiError> {
        let now = now.timestamp();
        let window = now.div_euclid(WINDOW_SECONDS);
        let reset_seconds = WINDOW_SECONDS.saturating_sub(now.rem_euclid(WINDOW_SECONDS));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > NAMES_MAX {
            counts.retain(|_, (known, _)| *known == window);
        }
        let entry = counts.entry(name.to_owned()).or_insert((window, 0));
        if entry.0 != window {
            *entry = (window, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        match self.per_minute.checked_sub(entry.1) {
            Some(remaining) => Ok(Remainder { limit: self.per_minute, remaining, reset_seconds }),
            None => {
                Err(ApiError::rate_limit_exceeded("Too many calls in this minute.")
                    .retry_after(reset_seconds))
            }
        }
    }
}

impl Remainder {
    /// The `RateLimit` headers of the IETF draft.
    pub(crate) fn write(self, response: &mut HttpResponseBuilder) {
        let Self { limit, remaining, reset_seconds } = self;
        response.insert_header(("RateLimit-Policy", format!("\"minute\";q={limit};w={WINDOW_SECONDS}")));
        response.insert_header(("RateLimit", format!("\"minute\";r={remaining};t={reset_seconds}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_name_and_minute() {
        let limit = RateLimit::new(2);
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        assert_eq!(limit.count("a", at(10)).unwrap().remaining, 1);
        assert!(limit.count("a", at(11)).is_ok());
        assert!(limit.count("a", at(12)).is_err());
        assert!(limit.count("b", at(12)).is_ok(), "another caller");
        assert!(limit.count("a", at(60)).is_ok(), "another minute");
    }
}
