//! The sandbox's clock.

use chrono::{DateTime, SecondsFormat, Utc};

#[allow(clippy::disallowed_methods, reason = "the sandbox is the outside world: it has a clock of its own")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The time as RFC 3339 with milliseconds.
pub(crate) fn timestamp() -> String {
    now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
