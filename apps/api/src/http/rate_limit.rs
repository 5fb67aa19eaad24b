//! Counts calls by name in windows of a minute, for routes that could be flooded. It protects this process
//! only; limits that must hold everywhere are counted in the store.

use super::problem::ApiError;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    web,
};
use chrono::{DateTime, Utc};
use std::{
    collections::HashMap,
    future::{Ready, ready},
    sync::{Mutex, PoisonError},
};

const WINDOW_SECONDS: i64 = 60;
/// Number of names above which old ones are removed.
const NAMES_MAX: usize = 10_000;

/// Counts of calls, by name.
pub(crate) struct RateLimit {
    per_minute: u32,
    counts: Mutex<HashMap<String, (i64, u32)>>,
}

/// What is left of the current window.
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

    /// Counts one call. Returns the calls left (None: too many), and the seconds until the window ends.
    fn take(&self, name: &str, now: DateTime<Utc>) -> (Option<u32>, i64) {
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
        (self.per_minute.checked_sub(entry.1), reset_seconds)
    }

    /// Counts one call; a 429 when there are too many.
    pub(crate) fn count(&self, name: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        allowed(self.take(name, now))
    }
}

fn allowed((left, reset_seconds): (Option<u32>, i64)) -> Result<(), ApiError> {
    let too_many = || {
        ApiError::rate_limit_exceeded("Too many calls in this minute. Try again after Retry-After.")
            .retry_after(reset_seconds)
    };
    left.map(|_some| ()).ok_or_else(too_many)
}

/// The limit of a route for programs: the headers of every response, also of a refusal, tell what is left.
pub(crate) struct Limit {
    limit: web::Data<RateLimit>,
    request: HttpRequest,
}

impl FromRequest for Limit {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let limit = request.app_data::<web::Data<RateLimit>>().cloned();
        let limit = limit.ok_or_else(|| ApiError::of_status(StatusCode::INTERNAL_SERVER_ERROR));
        ready(limit.map(|limit| Self { limit, request: request.clone() }))
    }
}

impl Limit {
    /// Counts one call of a team, a signed-in person or an IP address; a 429 when there are too many.
    pub(crate) fn count(&self, name: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        let (left, reset_seconds) = self.limit.take(name, now);
        let remainder =
            Remainder { limit: self.limit.per_minute, remaining: left.unwrap_or(0), reset_seconds };
        self.request.extensions_mut().insert(remainder);
        allowed((left, reset_seconds))
    }
}

impl Remainder {
    /// The `RateLimit` headers of the IETF draft.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let Self { limit, remaining, reset_seconds } = self;
        for (name, text) in [
            ("ratelimit-policy", format!("\"minute\";q={limit};w={WINDOW_SECONDS}")),
            ("ratelimit", format!("\"minute\";r={remaining};t={reset_seconds}")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_name_and_minute() {
        let limit = RateLimit::new(2);
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        assert_eq!(limit.take("a", at(10)), (Some(1), 50));
        assert!(limit.count("a", at(11)).is_ok());
        assert!(limit.count("a", at(12)).is_err());
        assert!(limit.count("b", at(12)).is_ok(), "another caller");
        assert!(limit.count("a", at(60)).is_ok(), "another minute");
    }
}
