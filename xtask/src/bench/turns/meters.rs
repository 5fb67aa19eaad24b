//! What a load costs: transactions, WAL, and CPU time by process.

use super::subject::{Subject, psql};
use crate::postgres::Postgres;
use std::{
    fs,
    time::{Duration, Instant},
};

/// How long a session of PostgreSQL may keep counts to itself (`PGSTAT_IDLE_INTERVAL`, 10 s).
pub(super) const COUNTED_AFTER: Duration = Duration::from_millis(10_500);
const MOST: Duration = Duration::from_secs(30);
/// Ticks of a second in `/proc/<pid>/stat`, on every Linux of today (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// A reading of all counters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    at: Instant,
    /// Transactions of the whole server that wrote: each takes one transaction id.
    written: f64,
    /// Transactions of the database, also those that only read.
    commits: f64,
    /// Bytes of WAL of the whole server.
    wal: f64,
    /// CPU seconds.
    cpu: Cpu,
}

/// CPU seconds of the server, of all processes of PostgreSQL, and of the load programs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cpu {
    server: f64,
    postgres: f64,
    rest: f64,
}

/// What changed between two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spent {
    pub(super) seconds: f64,
    pub(super) written: f64,
    pub(super) commits: f64,
    pub(super) wal: f64,
    pub(super) server_cpu: f64,
    pub(super) postgres_cpu: f64,
    pub(super) rest_cpu: f64,
}

impl Reading {
    /// Reads all counters before a load.
    pub(super) fn before(postgres: &Postgres, subject: &Subject) -> Result<Self, String> {
        let (written, wal, commits) = counters(postgres, subject)?;
        Ok(Self { at: Instant::now(), written, commits, wal, cpu: Cpu::read(postgres, subject)? })
    }

    /// What was spent since: the CPU time first, so that nothing of the reading counts.
    pub(super) fn spent(&self, postgres: &Postgres, subject: &Subject) -> Result<Spent, String> {
        let cpu = Cpu::read(postgres, subject)?;
        let (written, wal, commits) = counters(postgres, subject)?;
        Ok(Spent {
            seconds: self.at.elapsed().as_secs_f64(),
            written: written - self.written,
            commits: commits - self.commits,
            wal: wal - self.wal,
            server_cpu: cpu.server - self.cpu.server,
            postgres_cpu: cpu.postgres - self.cpu.postgres,
            rest_cpu: cpu.rest - self.cpu.rest,
        })
    }

    /// The commits since, which PostgreSQL tells late: wait [`COUNTED_AFTER`] first.
    pub(super) fn commits_since(&self, postgres: &Postgres, subject: &Subject) -> Result<(f64, f64), String> {
        let (_, _, commits) = counters(postgres, subject)?;
        Ok((commits - self.commits, self.at.elapsed().as_secs_f64()))
    }
}

/// Transaction ids, WAL bytes and commits. It is asked in another database, so that the question is no commit of the
/// one that is measured, and it takes no transaction id.
fn counters(postgres: &Postgres, subject: &Subject) -> Result<(f64, f64, f64), String> {
    let sql = format!(
        "select pg_snapshot_xmax(pg_current_snapshot()), pg_current_wal_insert_lsn() - '0/0'::pg_lsn, \
         xact_commit + xact_rollback from pg_stat_database where datname = '{}'",
        subject.database()
    );
    let said = psql(postgres, &postgres.url(), &sql, MOST)?;
    let numbers: Vec<f64> = said.trim().split('|').filter_map(|number| number.parse().ok()).collect();
    let &[written, wal, commits] = numbers.as_slice() else {
        return Err(format!("PostgreSQL's counters can't be read: {said}"));
    };
    Ok((written, wal, commits))
}

impl Cpu {
    fn read(postgres: &Postgres, subject: &Subject) -> Result<Self, String> {
        let first = postgres.pid()?;
        let server = times(subject.server.pid()).map_or(0.0, |times| times.own);
        let sessions = children_of(first).into_iter().filter_map(times).map(|times| times.own);
        let ended = times(first).map_or(0.0, |times| times.own + times.of_ended);
        let rest = times(std::process::id()).map_or(0.0, |times| times.of_ended);
        Ok(Self { server, postgres: sessions.sum::<f64>() + ended, rest })
    }
}

/// CPU seconds of a process, and of those children of it that have ended.
#[derive(Debug, PartialEq)]
struct Times {
    own: f64,
    of_ended: f64,
}

fn times(pid: u32) -> Option<Times> {
    read_times(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads `/proc/<pid>/stat` (man 5 proc): the name is in brackets and may have spaces; the state after it is field 3,
/// and the times are fields 14 to 17.
fn read_times(stat: &str) -> Option<Times> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut ticks = rest.split(' ').skip(11).map(|field| field.parse::<f64>().ok());
    let mut next = || ticks.next().flatten();
    let own = next()? + next()?;
    let of_ended = next()? + next()?;
    Some(Times { own: own / TICKS, of_ended: of_ended / TICKS })
}

fn children_of(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let of = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        of == Some(parent)
    };
    pids.filter(is_child).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_times_are_read_past_a_name_with_spaces() {
        let stat = "42 (a name) with) S 1 42 42 0 -1 4194304 1 2 3 4 150 50 1000 250 20 0 1 0 9 8 7\n";
        assert_eq!(read_times(stat), Some(Times { own: 2.0, of_ended: 12.5 }));
        assert_eq!(read_times("nothing"), None);
    }

    #[test]
    fn a_child_is_found() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let found = children_of(std::process::id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&child.id()), "{found:?}");
    }
}
