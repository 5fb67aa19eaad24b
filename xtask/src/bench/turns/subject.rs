//! A server under test, with a database of its own, and the load programs that are pointed at it.

use super::super::{
    Pace, children,
    ledgers::times,
    place::Place,
    server::{Server, free_address},
};
use crate::postgres::Postgres;
use std::{fs, process::Command, time::Duration};

/// People who write.
pub(super) const CONVERSATIONS: &str = "64";
/// Time beside the measurement, to connect and to wait for the last answers.
const SLACK: Duration = Duration::from_mins(3);

/// A load: what people want, whether their messages are reported as delivered, and how many write.
#[derive(Clone, Copy)]
pub(super) struct Load<'a> {
    /// `balance` or `transfer`.
    pub(super) kind: &'a str,
    /// `plain` or `delivered`.
    pub(super) reports: &'a str,
    pub(super) conversations: &'a str,
}

/// A running server and its database.
pub(super) struct Subject {
    /// What the names of its figures end with: nothing, or `_against`.
    pub(super) suffix: &'static str,
    pub(super) url: String,
    pub(super) server: Server,
    load_program: String,
    provider: String,
}

impl Subject {
    /// Starts a server on a database that exists, with people who have proved their numbers and have money.
    pub(super) fn start(
        suffix: &'static str,
        programs: [&str; 2],
        place: &Place,
        url: String,
    ) -> Result<Self, String> {
        let [ventanilla, load_program] = programs;
        let provider = free_address().map_err(|fault| format!("no free port: {fault}"))?;
        let twilio = format!("http://{provider}");
        let name = url.rsplit_once('/').map_or("server", |(_, name)| name).to_owned();
        let folder = place.path().join(name);
        fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        let server = Server::start_with(ventanilla, &folder, &url, false, &settings(&twilio))?;
        let subject = Self { suffix, url, server, load_program: load_program.to_owned(), provider };
        let mut prepare = subject.command("prepare");
        prepare.arg(CONVERSATIONS).env("TOKEN", subject.server.token()?);
        children::output(&mut prepare, SLACK)?;
        Ok(subject)
    }

    /// The name of its database.
    pub(super) fn database(&self) -> &str {
        self.url.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// A load in which each conversation has one message under way. Returns lines of figures.
    pub(super) fn closed(&self, name: &str, load: Load<'_>, pace: Pace) -> Result<String, String> {
        self.run("closed", name, load, pace, None)
    }

    /// A load at scheduled times, in turns a second.
    pub(super) fn open(&self, name: &str, load: Load<'_>, pace: Pace, rate: f64) -> Result<String, String> {
        self.run("open", name, load, pace, Some(rate))
    }

    fn run(
        &self,
        how: &str,
        name: &str,
        load: Load<'_>,
        pace: Pace,
        rate: Option<f64>,
    ) -> Result<String, String> {
        let mut command = self.command(how);
        command.args([&format!("{name}{}", self.suffix), load.kind, load.reports]);
        command.args(times(pace)).arg(load.conversations).args(rate.map(|rate| format!("{rate:.3}")));
        children::output(&mut command, SLACK + pace.warm_up + pace.time)
    }

    fn command(&self, how: &str) -> Command {
        let mut command = Command::new(&self.load_program);
        command.args([how, self.server.address(), &self.provider]);
        command.env("TWILIO_AUTH_TOKEN", Server::AUTH_TOKEN);
        command
    }

    /// Carries out SQL in its database.
    pub(super) fn sql(&self, postgres: &Postgres, sql: &str, most: Duration) -> Result<String, String> {
        psql(postgres, &self.url, sql, most)
    }
}

/// The answer of `psql` to SQL: rows on lines, columns with a bar between.
pub(super) fn psql(postgres: &Postgres, url: &str, sql: &str, most: Duration) -> Result<String, String> {
    let mut psql = Command::new(postgres.bin_dir().join("psql"));
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(url);
    children::output(&mut psql, most)
}

/// Twilio is at `twilio`, and no limit is in the way.
fn settings(twilio: &str) -> [(&'static str, &str); 11] {
    [
        ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
        ("VERIFY_SERVICE_SID", "VA00000000000000000000000000000000"),
        ("TWILIO_API_BASE_URL", twilio),
        ("TWILIO_VERIFY_BASE_URL", twilio),
        ("TWILIO_LOOKUPS_BASE_URL", twilio),
        ("RATE_LIMIT_WHATSAPP_PER_MINUTE", "1000000"),
        ("RATE_LIMIT_VERIFY_PER_MINUTE", "1000000"),
        ("MAX_OTP_PER_PREFIX_PER_HOUR", "1000000"),
        ("MAX_OTP_PER_COUNTRY_PER_HOUR", "1000000"),
        ("MAX_OTP_PER_HOUR", "1000000"),
        ("MAX_OTP_PER_IP_PER_HOUR", "1000000"),
    ]
}
