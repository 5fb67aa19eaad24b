//! Two short checks under load, on loopback only. `cargo xtask soak half-sent`: a thousand connections that never
//! end their bodies leave everybody else's answers and the memory as they were. `cargo xtask soak restart`: two
//! replicas are replaced one after the other behind a balancer that repeats nothing, and no request fails.

use super::{
    balancer::Balancer,
    platform::{Platform, Process},
};
use crate::{
    postgres::{Kind, Postgres},
    say, wire,
};
use std::{
    fmt, fs,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Connections whose bodies never end.
const HELD: usize = 1_000;
/// How many of them are opened between two looks, twenty times a second.
const OPENED_AT_ONCE: usize = 25;
/// What each of them sends of its body.
const SENT: usize = 1_000;
const QUIET: Duration = Duration::from_secs(10);
const STRAINED: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);
/// How many times longer an answer may take than without the load, and milliseconds that no caller notices.
const SLOWER_MAX: f64 = 2.0;
const UNSEEN_MS: f64 = 5.0;
const GROWTH_MAX_MIB: u64 = 64;
/// Requests that a rolling restart must serve at least.
const REQUESTS_MIN: usize = 1_000;
const CALLERS: usize = 4;
const DRAIN: [(&str, &str); 1] = [("SHUTDOWN_DRAIN_SECONDS", "2")];

/// The answer times of a caller, and how many of its requests failed.
#[derive(Default)]
pub(super) struct Probe {
    ms: Vec<f64>,
    pub(super) failed: usize,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of {} requests {} failed", self.ms.len(), self.failed)
    }
}

impl Probe {
    fn p99(&mut self) -> f64 {
        self.ms.sort_by(f64::total_cmp);
        let place = self.ms.len().saturating_mul(99) / 100;
        self.ms.get(place).copied().unwrap_or_default()
    }
}

/// Reads the wallets again and again until the time is up.
pub(super) fn probe(address: &str, token: &str, time: Duration) -> Probe {
    let (begun, mut probe) = (Instant::now(), Probe::default());
    let bearer = format!("Bearer {token}");
    while begun.elapsed() < time {
        let asked = Instant::now();
        let answer = wire::ask("GET", address, "/api/v1/wallets", &[("Authorization", &bearer)], b"");
        probe.ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        if !answer.is_ok_and(|answer| answer.status == 200) {
            probe.failed += 1;
        }
        thread::sleep(PAUSE);
    }
    probe
}

/// Runs the first check.
pub(super) fn half_sent() -> Result<(), String> {
    let server = Postgres::start(Kind::Tests)?;
    let platform = Platform::open(&server.url())?;
    let replica = platform.replica(0)?;
    let [address, _] = &platform.replicas;
    let token = platform.token()?;
    let mut quiet = probe(address, &token, QUIET);
    let before = memory_mib(&replica)?;
    let (is_over, opened) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut strained, peak) = thread::scope(|scope| {
        scope.spawn(|| hold(address, &is_over, &opened));
        let peak = scope.spawn(|| {
            let mut peak = 0;
            while !is_over.load(Ordering::Relaxed) {
                peak = memory_mib(&replica).unwrap_or_default().max(peak);
                thread::sleep(Duration::from_millis(200));
            }
            peak
        });
        let strained = probe(address, &token, STRAINED);
        is_over.store(true, Ordering::Relaxed);
        (strained, peak.join().unwrap_or_default())
    });
    let (quiet_p99, strained_p99) = (quiet.p99(), strained.p99());
    say(&format!(
        "{HELD} half-sent bodies for {} s ({} connections in all): p99 {quiet_p99:.1} ms quiet, {strained_p99:.1} ms \
         under them, of {} requests {} failed; memory {before} MiB before, {peak} MiB at most",
        STRAINED.as_secs(),
        opened.load(Ordering::Relaxed),
        strained.ms.len(),
        strained.failed,
    ));
    let is_slower = strained_p99 > quiet_p99.max(UNSEEN_MS) * SLOWER_MAX;
    let has_grown = peak > before.saturating_add(GROWTH_MAX_MIB);
    if is_slower || has_grown || strained.failed > 0 || opened.load(Ordering::Relaxed) < HELD {
        return Err("the half-sent bodies were felt".into());
    }
    Ok(())
}

/// Holds the connections until it is over. One that the server ends is opened again.
fn hold(address: &str, is_over: &AtomicBool, opened: &AtomicUsize) {
    let mut held: Vec<TcpStream> = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        held.retain_mut(|stream| {
            // The answer is followed by the end of the connection.
            let read = stream.read(&mut [0; 1_024]);
            read.is_err_and(|fault| fault.kind() == ErrorKind::WouldBlock)
        });
        // Not all at the same moment: what is measured is that they are held.
        for _ in held.len()..HELD.min(held.len().saturating_add(OPENED_AT_ONCE)) {
            let Ok(stream) = begin(address) else { break };
            opened.fetch_add(1, Ordering::Relaxed);
            held.push(stream);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn begin(address: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    let head = format!(
        "POST /webhooks/meta HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nX-Hub-Signature-256: \
         sha256=0\r\nContent-Length: 3000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&[b'a'; SENT])?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// The memory that a process holds.
fn memory_mib(process: &Process) -> Result<u64, String> {
    let path = format!("/proc/{}/status", process.id());
    let status = fs::read_to_string(&path).map_err(|fault| format!("{path}: {fault}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map(|kib| kib / 1_024).ok_or_else(|| format!("{path} names no memory"))
}

/// Runs the second check.
pub(super) fn restart() -> Result<(), String> {
    let server = Postgres::start(Kind::Tests)?;
    let platform = Platform::open(&server.url())?;
    let mut replicas = [platform.replica_with(0, &DRAIN)?, platform.replica_with(1, &DRAIN)?];
    let balancer = Balancer::start(platform.replicas.clone()).map_err(|fault| fault.to_string())?;
    let token = platform.token()?;
    let is_over = AtomicBool::new(false);
    let (outcome, probes) = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut all = Probe::default();
                    while !is_over.load(Ordering::Relaxed) {
                        let more = probe(&balancer.address, &token, Duration::from_millis(200));
                        all.ms.extend(more.ms);
                        all.failed += more.failed;
                    }
                    all
                })
            })
            .collect();
        let outcome = replace_all(&platform, &balancer, &mut replicas);
        is_over.store(true, Ordering::Relaxed);
        let probes: Vec<Probe> = callers.into_iter().filter_map(|caller| caller.join().ok()).collect();
        (outcome, probes)
    });
    outcome?;
    let served: usize = probes.iter().map(|probe| probe.ms.len()).sum();
    let failed: usize = probes.iter().map(|probe| probe.failed).sum();
    say(&format!("rolling restart of two replicas: of {served} requests {failed} failed"));
    if failed > 0 || served < REQUESTS_MIN {
        return Err("the restart was felt, or too little was asked".into());
    }
    Ok(())
}

/// Stops each replica in turn and starts it again.
fn replace_all(platform: &Platform, balancer: &Balancer, replicas: &mut [Process; 2]) -> Result<(), String> {
    thread::sleep(Duration::from_secs(3));
    for (index, replica) in replicas.iter_mut().enumerate() {
        replica.terminate()?;
        *replica = platform.replica_with(index, &DRAIN)?;
        balancer.wait_for_all();
        thread::sleep(Duration::from_secs(3));
    }
    Ok(())
}
