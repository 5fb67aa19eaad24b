//! `cargo xtask bench turns` measures whole turns of conversations: from the webhook, which the provider signs and
//! posts, until the provider has the answer. The server is the release binary, on PostgreSQL with durable commits; a
//! program of ours plays the provider. Figures that are compared are measured in one run and on one server.

mod goals;
mod history;
mod meters;
mod page;
mod subject;

use self::{
    meters::{COUNTED_AFTER, Reading},
    subject::{CONVERSATIONS, Load, Subject},
};
use super::{
    Bench, Pace, children, figures::Figures, http, ledgers, machine, pgbench, place::Place, plot, programs,
    write,
};
use crate::{
    postgres::{Kind, Postgres},
    root, say,
    worktree::Worktree,
};
use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

const BALANCE: Load<'static> = Load { kind: "balance", reports: "plain", conversations: CONVERSATIONS };
const DELIVERED: Load<'static> = Load { reports: "delivered", ..BALANCE };
const TRANSFER: Load<'static> = Load { kind: "transfer", ..DELIVERED };
/// The share of the highest rate at which turns begin, in percent.
const LOADS: [u32; 3] = [10, 50, 90];
/// How long an idle server is watched.
const IDLE: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_mins(2);

#[derive(Default)]
struct Options {
    is_quick: bool,
    writes_docs: bool,
    against: Option<String>,
    json: Option<PathBuf>,
}

impl Options {
    fn read(mut words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        loop {
            words = match words {
                [] => return Ok(options),
                ["--quick", rest @ ..] => {
                    options.is_quick = true;
                    rest
                }
                ["--docs", rest @ ..] => {
                    options.writes_docs = true;
                    rest
                }
                ["--against", commit, rest @ ..] => {
                    options.against = Some((*commit).to_owned());
                    rest
                }
                ["--json", file, rest @ ..] => {
                    options.json = Some(PathBuf::from(file));
                    rest
                }
                [other, ..] => return Err(format!("bench turns has no option {other}, or it needs a value")),
            };
        }
    }

    fn pace(&self) -> Pace {
        let (rounds, seconds) = if self.is_quick { (1, 3) } else { (3, 10) };
        let warm_up = Duration::from_secs(if self.is_quick { 1 } else { 3 });
        Pace { rounds, warm_up, time: Duration::from_secs(seconds), end: None }
    }
}

/// Measures everything and writes the results. A goal that is not met is shown, and no failure.
pub(super) fn run(words: &[&str]) -> Result<(), String> {
    let options = Options::read(words)?;
    let programs = programs::Programs::build()?;
    let older = options.against.as_deref().map(older_server).transpose()?;
    let server = Postgres::start(Kind::Bench)?;
    let (place, pace) = (Place::make()?, options.pace());
    let mut bench = Bench { programs, server, place, pace, figures: Figures::default(), notes: Vec::new() };
    bench.measure_turns(&options, older.as_deref())?;
    let shown = page::text(&bench.figures, options.against.as_deref());
    io::stdout().write_all(shown.as_bytes()).map_err(|fault| fault.to_string())?;
    for note in &bench.notes {
        say(note);
    }
    if let Some(file) = &options.json {
        fs::write(file, bench.figures.to_json()).map_err(|fault| format!("{}: {fault}", file.display()))?;
    }
    if options.writes_docs {
        let machine = machine::describe(bench.server.bin_dir());
        let docs = root()?.join("docs");
        page::put(&docs.join("performance.md"), &page::section(&bench, &machine, options.is_quick))?;
        write(&docs.join("performance-turns.svg"), &plot::draw(&page::drawn(&bench.figures)))?;
    }
    Ok(())
}

/// The section about turns of a page of the documentation.
pub(super) fn section(page: &str) -> Option<&str> {
    page::found(page)
}

/// Builds the server of another commit.
fn older_server(commit: &str) -> Result<String, String> {
    let sources = Worktree::of(commit, "against-sources")?;
    programs::ventanilla_of(sources.path())
}

impl Bench {
    fn measure_turns(&mut self, options: &Options, older: Option<&str>) -> Result<(), String> {
        pgbench::prepare(self)?;
        pgbench::measure(self, &[32])?;
        self.ledger()?;
        http::postgres(self, 1)?;
        let mut subjects = vec![self.subject("", "turns", &self.programs.ventanilla.clone())?];
        if let Some(older) = older {
            subjects.push(self.subject("_against", "turns_against", older)?);
        }
        for round in 1..=self.pace.rounds {
            say(&format!("round {round} of {}", self.pace.rounds));
            for subject in &subjects {
                self.highest(subject)?;
            }
            pgbench::measure(self, &[32])?;
            for subject in &subjects {
                self.at_rates(subject)?;
            }
        }
        for subject in &subjects {
            self.costs(subject)?;
            self.beside_a_snapshot(subject, options)?;
            self.hot(subject)?;
        }
        drop(subjects);
        if !options.is_quick {
            history::measure(self)?;
        }
        Ok(())
    }

    /// The ledger port, for comparison.
    fn ledger(&mut self) -> Result<(), String> {
        let (program, url) = (self.programs.ledger_postgres.clone(), self.url("ledger"));
        children::output(Command::new(&program).args(["fill", &url, "0"]), MOST)?;
        ledgers::measure(self, &program, &url, "ledger_pg_random", "random", &["256", "1024"])
    }

    /// A server on a new database, which it migrates itself.
    fn subject(&self, suffix: &'static str, database: &str, program: &str) -> Result<Subject, String> {
        let sql = format!("create database {database}");
        subject::psql(&self.server, &self.server.url(), &sql, MOST)?;
        let subject =
            Subject::start(suffix, [program, &self.programs.turns], &self.place, self.url(database))?;
        subject.sql(&self.server, "vacuum analyze", MOST)?;
        Ok(subject)
    }

    /// The most turns a second, of 64 conversations with one message each at a time.
    fn highest(&mut self, subject: &Subject) -> Result<(), String> {
        for (name, load) in [
            ("turns_balance_c64", BALANCE),
            ("turns_balance_delivered_c64", DELIVERED),
            ("turns_transfer_delivered_c64", TRANSFER),
        ] {
            self.figures.read(&subject.closed(name, load, self.pace)?)?;
        }
        Ok(())
    }

    /// Latencies at parts of the highest rate.
    fn at_rates(&mut self, subject: &Subject) -> Result<(), String> {
        for (name, load) in [("turns_balance", BALANCE), ("turns_transfer", TRANSFER)] {
            let reports = if load.reports == "plain" { "" } else { "_delivered" };
            let highest = format!("{name}{reports}_c64{}", subject.suffix);
            let highest = self.figures.get(&highest).ok_or("the highest rate was not measured")?;
            for percent in LOADS {
                let name = format!("{name}_at_{percent}");
                let rate = highest * f64::from(percent) / 100.0;
                self.figures.read(&subject.open(&name, load, self.pace, rate)?)?;
            }
        }
        Ok(())
    }

    /// What a turn costs, alone and among 64; and what a server costs that has nothing to do.
    fn costs(&mut self, subject: &Subject) -> Result<(), String> {
        thread::sleep(COUNTED_AFTER);
        let idle = Reading::before(&self.server, subject)?;
        thread::sleep(IDLE);
        let idle = idle.spent(&self.server, subject)?;
        let end = subject.suffix;
        let idle_rate = idle.commits / idle.seconds;
        self.figures.add(&format!("idle_transactions{end}"), idle_rate);
        self.figures.add(&format!("idle_writing{end}"), idle.written / idle.seconds);
        self.figures.add(
            &format!("idle_cpu_percent{end}"),
            100.0 * (idle.server_cpu + idle.postgres_cpu) / idle.seconds,
        );
        for (name, load) in [
            ("cost_balance_alone", Load { conversations: "1", ..BALANCE }),
            ("cost_balance_delivered_alone", Load { conversations: "1", ..DELIVERED }),
            ("cost_transfer_delivered_alone", Load { conversations: "1", ..TRANSFER }),
            ("cost_balance_c64", BALANCE),
            ("cost_balance_delivered_c64", DELIVERED),
            ("cost_transfer_delivered_c64", TRANSFER),
        ] {
            let before = Reading::before(&self.server, subject)?;
            let said = subject.closed(name, load, self.pace)?;
            let spent = before.spent(&self.server, subject)?;
            thread::sleep(COUNTED_AFTER);
            let (commits, seconds) = before.commits_since(&self.server, subject)?;
            self.figures.read(&said)?;
            let turns = self.figures.get(&format!("{name}{end}_turns")).unwrap_or(0.0).max(1.0);
            // The server looks for work while it waits for the counters, as an idle one does.
            let commits = (commits - idle_rate * (seconds - spent.seconds)).max(0.0);
            for (what, value) in [
                ("written", spent.written),
                ("commits", commits),
                ("wal_bytes", spent.wal),
                ("server_us", spent.server_cpu * 1e6),
                ("postgres_us", spent.postgres_cpu * 1e6),
                ("rest_us", spent.rest_cpu * 1e6),
            ] {
                self.figures.add(&format!("{name}{end}_{what}"), value / turns);
            }
        }
        Ok(())
    }

    /// The highest rate while another session holds an old snapshot, so that PostgreSQL can't remove dead rows; and
    /// without it, before and after.
    fn beside_a_snapshot(&mut self, subject: &Subject, options: &Options) -> Result<(), String> {
        let time = Duration::from_secs(if options.is_quick { 8 } else { 60 });
        let pace = Pace { time, ..self.pace };
        self.figures.read(&subject.closed("snapshot_none", BALANCE, pace)?)?;
        let mut psql = Command::new(self.server.bin_dir().join("psql"));
        psql.args(["-X", "-q"]).arg(&subject.url).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut session = psql.spawn().map_err(|fault| format!("psql could not be started: {fault}"))?;
        // The session stays open as long as its input does.
        let mut input = session.stdin.take().ok_or("psql has no input")?;
        let sql = b"begin isolation level repeatable read;\nselect count(*) from pg_class;\n";
        input.write_all(sql).map_err(|fault| fault.to_string())?;
        let said = subject.closed("snapshot_held", BALANCE, pace);
        drop(input);
        children::stop(&mut session);
        self.figures.read(&said?)?;
        self.figures.read(&subject.closed("snapshot_none", BALANCE, pace)?)
    }

    /// The share of updates of each table that touched no index (`HOT`).
    fn hot(&mut self, subject: &Subject) -> Result<(), String> {
        thread::sleep(COUNTED_AFTER);
        let sql = "select relname, n_tup_hot_upd::float8 / n_tup_upd from pg_stat_user_tables \
                   where n_tup_upd >= 1000 order by relname";
        let said = subject.sql(&self.server, sql, MOST)?;
        for line in said.lines() {
            let (table, share) = line.split_once('|').ok_or_else(|| format!("not a share: {line}"))?;
            let share = share.parse().map_err(|fault| format!("{line}: {fault}"))?;
            self.figures.add(&format!("hot_{table}{}", subject.suffix), share);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = Options::read(&["--quick", "--against", "HEAD~3", "--json", "x.json"]).unwrap();
        assert!(options.is_quick && !options.writes_docs);
        assert_eq!(options.against.as_deref(), Some("HEAD~3"));
        assert!(Options::read(&["--against"]).is_err());
    }
}
