//! `doctor`: checks the settings, the database, each provider with its credentials, mail and the clock. It changes
//! and makes nothing.

mod bank;
mod database;
mod providers;

use crate::{composition::kernel, config::Settings};
use chrono::{DateTime, TimeDelta, Utc};
use std::{process::ExitCode, time::Duration};

/// Longest wait for a provider's address.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most seconds between this machine's clock and a provider's. Signatures and tokens allow for little more.
const CLOCK_SECONDS_MAX: i64 = 30;

/// The outcome of one check. `Skipped` says why nothing was looked at.
enum Outcome {
    Ok(String),
    Skipped(String),
    Failed(String),
}

/// The checks so far, and the time that providers told.
#[derive(Default)]
struct Report {
    lines: Vec<(String, Outcome)>,
    clocks: Vec<TimeDelta>,
}

impl Report {
    fn note(&mut self, name: &str, outcome: Result<String, String>) {
        let outcome = match outcome {
            Ok(found) => Outcome::Ok(found),
            Err(cause) => Outcome::Failed(cause),
        };
        self.lines.push((name.to_owned(), outcome));
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.lines.push((name.to_owned(), Outcome::Skipped(why.to_owned())));
    }

    /// Whether anything answers at an address; its clock is noted. Any status counts.
    async fn reach(&mut self, base: &str) -> Result<(), String> {
        let answer = client(PATIENCE)?.get(base).send().await.map_err(cause)?;
        let told = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
        if let Some(date) = told.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
            self.clocks.push(date.with_timezone(&Utc) - kernel().now());
        }
        Ok(())
    }

    /// Compares the clock of this machine with the median of the providers'.
    fn note_clock(&mut self) {
        self.clocks.sort();
        let Some(median) = self.clocks.get(self.clocks.len() / 2) else {
            return self.skip("clock", "no provider told the time");
        };
        let seconds = median.num_seconds();
        self.note(
            "clock",
            if seconds.abs() <= CLOCK_SECONDS_MAX {
                Ok(format!("within {CLOCK_SECONDS_MAX} seconds of the providers'"))
            } else {
                let (distance, way) = (seconds.abs(), if seconds > 0 { "behind" } else { "ahead of" });
                Err(format!("{distance} seconds {way} the providers': set this machine's time by NTP"))
            },
        );
    }
}

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, String> {
    let mut report = Report::default();
    report.note("settings", Ok(format!("{}, {}", settings.env.name(), settings.public_base_url)));
    database::check(settings, &mut report).await;
    providers::check(settings, &mut report).await;
    bank::check(settings, &mut report).await;
    report.note_clock();
    let lines: Vec<_> = report
        .lines
        .iter()
        .map(|(name, outcome)| match outcome {
            Outcome::Ok(found) if found.is_empty() => format!("ok    {name}"),
            Outcome::Ok(found) => format!("ok    {name}: {found}"),
            Outcome::Skipped(why) => format!("--    {name}: {why}"),
            Outcome::Failed(cause) => format!("FAIL  {name}: {cause}"),
        })
        .collect();
    super::say(&lines.join("\n"))?;
    let has_failed = report.lines.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A client that follows no redirect and uses no proxy.
pub(super) fn client(patience: Duration) -> Result<reqwest::Client, String> {
    // An error means that the same provider was installed before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    client.map_err(cause)
}

/// An error with its causes, without the address, which may contain a token.
pub(super) fn cause(fault: reqwest::Error) -> String {
    application::error_chain::describe(&fault.without_url())
}
