//! `cargo xtask soak` runs many conversations against two replicas, with faults and a kill -9 in the middle,
//! and then checks everything. It fails if a message was not answered exactly once and in order, or if work
//! is left over.

mod balancer;
mod people;
mod plan;
mod platform;
mod pooler;
mod report;
mod strain;
mod verdict;
mod world;

use self::{
    people::Said,
    plan::Dice,
    platform::{Platform, Process},
    verdict::Database,
};
use crate::{
    postgres::{Kind, Postgres},
    root, say,
};
use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long the killed replica stays down.
const AWAY: Duration = Duration::from_secs(5);
/// How long the remaining work may take after the last message.
const DRAINED: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The options of the command line. `pace` is in messages per second.
struct Options {
    messages: usize,
    conversations: usize,
    pace: usize,
    seed: u64,
    writes_docs: bool,
}

impl Options {
    fn read(mut words: &[&str]) -> Result<Self, String> {
        let mut options =
            Self { messages: 10_000, conversations: 1000, pace: 30, seed: 1, writes_docs: false };
        let number = |text: &str| {
            text.parse::<usize>()
                .ok()
                .filter(|n| *n > 0)
                .ok_or_else(|| format!("{text} is not a whole number above 0"))
        };
        loop {
            words = match words {
                [] => return Ok(options),
                ["--docs", rest @ ..] => {
                    options.writes_docs = true;
                    rest
                }
                ["--messages", given, rest @ ..] => {
                    options.messages = number(given)?;
                    rest
                }
                ["--conversations", given, rest @ ..] => {
                    options.conversations = number(given)?;
                    rest
                }
                ["--pace", given, rest @ ..] => {
                    options.pace = number(given)?;
                    rest
                }
                ["--seed", given, rest @ ..] => {
                    options.seed =
                        given.parse().map_err(|_text| format!("{given} is not a seed (a whole number)"))?;
                    rest
                }
                [other, ..] => return Err(format!("soak has no option {other}")),
            };
        }
    }
}

/// Runs the soak test and prints its report. An error if the check finds a complaint.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    match words {
        ["half-sent"] => return strain::half_sent(),
        ["restart"] => return strain::restart(),
        ["pooler"] => return pooler::run(),
        _ => {}
    }
    let options = Options::read(words)?;
    let server = Postgres::start(Kind::Tests)?;
    let database = Database::new(server.bin_dir(), &server.url());
    let platform = Platform::open(&server.url())?;
    let conversations = plan::conversations(options.conversations, options.messages, &mut Dice(options.seed));
    let replicas = [platform.replica(0)?, platform.replica(1)?];
    world::order_faults(&platform)?;
    let (said, is_over) = (Said::default(), AtomicBool::new(false));
    let begun = Instant::now();
    let (seen, spoken) = thread::scope(|scope| {
        let watcher = scope.spawn(|| world::watch(&platform, &is_over, Dice(options.seed ^ 2)));
        let carried_out = carry_out(&platform, &database, &conversations, &said, &options, replicas);
        is_over.store(true, Ordering::Relaxed);
        let seen = watcher.join().map_err(|_panic| "the watcher failed".to_owned())??;
        let (spoken, replicas) = carried_out?;
        let findings = verdict::judge(&platform, &database, &conversations, &seen);
        drop(replicas);
        Ok::<_, String>(((seen, findings?), spoken))
    })?;
    let (seen, findings) = seen;
    let report = report::Report {
        options: &options,
        said: &said,
        seen: &seen,
        findings: &findings,
        spoken,
        took: begun.elapsed(),
    };
    say(&report.text());
    for complaint in &findings.complaints {
        say(complaint);
    }
    if !findings.complaints.is_empty() {
        return Err(format!("{} complaints", findings.complaints.len()));
    }
    if options.writes_docs {
        let path = root()?.join("docs/reliability.md");
        fs::write(&path, report.page(server.bin_dir()))
            .map_err(|fault| format!("{}: {fault}", path.display()))?;
    }
    Ok(())
}

/// Sends all messages, kills and restarts a replica in the middle, and waits until no work is left. Returns
/// how long the sending took, and the replicas, which still run.
fn carry_out(
    platform: &Platform,
    database: &Database,
    conversations: &[plan::PlannedConversation],
    said: &Said,
    options: &Options,
    replicas: [Process; 2],
) -> Result<(Duration, [Process; 2]), String> {
    let [first, second] = replicas;
    let begun = Instant::now();
    let second = thread::scope(|scope| {
        let mouths = scope
            .spawn(|| people::speak(platform, conversations, said, options.pace, &Dice(options.seed ^ 1)));
        while !mouths.is_finished() && said.messages.load(Ordering::Relaxed) < options.messages / 2 {
            thread::sleep(LOOK_EVERY);
        }
        say(&format!("kill -9 after {} messages", said.messages.load(Ordering::Relaxed)));
        drop(second);
        thread::sleep(AWAY);
        let second = platform.replica(1);
        mouths.join().map_err(|_panic| "the sending threads failed".to_owned())??;
        second
    })?;
    let spoken = begun.elapsed();
    let drained = Instant::now();
    while database.open()? > 0 {
        if drained.elapsed() > DRAINED {
            say("some work is still open; checking anyway");
            break;
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok((spoken, [first, second]))
}
