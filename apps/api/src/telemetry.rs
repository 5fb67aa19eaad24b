//! Logs: JSON in production, readable in development, always to standard error.

use crate::settings::{LogFormat, Settings};
use tracing_subscriber::{EnvFilter, fmt};

/// Broken HTTP of a client is no error of ours: `actix_http` would log it as one, as often as he likes.
///
/// Rooms of ours: they log at `LOG_LEVEL`; libraries warn only, since they don't know what is secret.
const OURS: [&str; 6] =
    ["ventanilla", "application", "adapter_sqlite", "adapter_twilio", "adapter_locales", "sandbox"];

pub(crate) fn init(settings: &Settings) {
    let level = &settings.log_level;
    let directives: Vec<String> = ["warn".to_owned(), "actix_http=off".to_owned()]
        .into_iter()
        .chain(OURS.iter().map(|room| format!("{room}={level}")))
        .collect();
    let filter = EnvFilter::new(directives.join(","));
    let base = fmt().with_writer(std::io::stderr).with_env_filter(filter);
    // A second start within one process (tests) keeps the first one's.
    let _set = match settings.log_format {
        LogFormat::Json => base.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Pretty => base.with_target(false).compact().try_init(),
    };
}
