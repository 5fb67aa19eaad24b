//! `cargo xtask bench` measures performance on a temporary PostgreSQL with durable commits, and on SQLite.
//!
//! Figures that are compared are measured in turn, in one run and on one server, because shared machines
//! drift.

mod children;
mod figures;
mod history;
mod http;
mod ledgers;
pub(crate) mod machine;
mod pgbench;
mod place;
mod plot;
mod programs;
mod ratios;
mod report;
mod server;
mod timing;
mod turns;

use self::{figures::Figures, place::Place, programs::Programs};
use crate::{
    postgres::{Kind, Postgres},
    root, say,
};
use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

/// The longest duration of a quick run.
const QUICK: Duration = Duration::from_secs(285);

/// How long and how often each figure is measured.
#[derive(Clone, Copy)]
struct Pace {
    rounds: u32,
    warm_up: Duration,
    time: Duration,
    /// When the run must end. `None` without a limit.
    end: Option<Instant>,
}

/// Everything that a measurement needs.
struct Bench {
    programs: Programs,
    server: Postgres,
    place: Place,
    pace: Pace,
    figures: Figures,
    /// Remarks for the reader, such as figures that were left out.
    notes: Vec<String>,
}

#[derive(Default)]
struct Options {
    is_quick: bool,
    writes_docs: bool,
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
                ["--json", file, rest @ ..] => {
                    options.json = Some(PathBuf::from(file));
                    rest
                }
                [other, ..] => return Err(format!("bench has no option {other}")),
            };
        }
    }

    /// The pace of the run. The time of a quick run starts here.
    fn pace(&self) -> Pace {
        let (rounds, seconds, end) =
            if self.is_quick { (1, 2, Some(Instant::now() + QUICK)) } else { (3, 5, None) };
        Pace { rounds, warm_up: Duration::from_millis(500), time: Duration::from_secs(seconds), end }
    }
}

/// Measures everything and writes the results.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    if let ["timing", rest @ ..] = words {
        return timing::run(rest);
    }
    if let ["turns", rest @ ..] = words {
        return turns::run(rest);
    }
    let options = Options::read(words)?;
    let programs = Programs::build()?;
    let pace = options.pace();
    let server = Postgres::start(Kind::Bench)?;
    let place = Place::make()?;
    let mut bench = Bench { programs, server, place, pace, figures: Figures::default(), notes: Vec::new() };
    bench.measure()?;
    let shown = report::text(&bench.figures);
    io::stdout().write_all(shown.as_bytes()).map_err(|fault| fault.to_string())?;
    if let Some(file) = &options.json {
        fs::write(file, bench.figures.to_json()).map_err(|fault| format!("{}: {fault}", file.display()))?;
    }
    if options.writes_docs {
        let machine = machine::describe(bench.server.bin_dir());
        let folder = root()?.join("docs");
        let page = report::page(&bench, &machine, options.is_quick);
        write(&folder.join("performance.md"), &with_turns(&folder.join("performance.md"), &page)?)?;
        write(&folder.join("performance.svg"), &plot::draw(&bench.figures))?;
    }
    Ok(())
}

/// The page with the section about turns that the file has, which another command writes.
fn with_turns(file: &std::path::Path, page: &str) -> Result<String, String> {
    let before = fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    Ok(turns::section(&before).map_or_else(|| page.to_owned(), |turns| format!("{page}\n{turns}\n")))
}

fn write(path: &std::path::Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|fault| format!("{}: {fault}", path.display()))
}

impl Bench {
    fn measure(&mut self) -> Result<(), String> {
        pgbench::prepare(self)?;
        for round in 1..=self.pace.rounds {
            say(&format!("round {round} of {}", self.pace.rounds));
            pgbench::measure(self, &[1, 8, 32])?;
            ledgers::postgres(self, round)?;
            // Measure again after the ledger, so that both figures come from the same state of the machine.
            pgbench::measure(self, &[1, 32])?;
            http::postgres(self, round)?;
            ledgers::sqlite(self, round)?;
            http::sqlite(self, round)?;
        }
        history::measure(self)
    }

    /// The URL of a database on the server.
    fn url(&self, database: &str) -> String {
        let url = self.server.url();
        let (host, _) = url.rsplit_once('/').unwrap_or((&url, ""));
        format!("{host}/{database}")
    }
}
