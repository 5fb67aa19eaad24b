//! Two load balancers, each with one public address. The one that providers call passes connections to the
//! replicas in turn, and to the other replica if one is down. The other one asks for readiness, and repeats
//! nothing.

use crate::wire;
use std::{
    io,
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// How often readiness is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Starts to listen, until the process ends. Returns the address.
pub(super) fn start(replicas: [String; 2]) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?.to_string();
    let (replicas, turn) = (Arc::new(replicas), AtomicUsize::new(0));
    thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            let (replicas, first) = (Arc::clone(&replicas), turn.fetch_add(1, Ordering::Relaxed));
            thread::spawn(move || {
                let mut order = replicas.iter().cycle().skip(first % 2).take(2);
                if let Some(replica) = order.find_map(|address| TcpStream::connect(address).ok()) {
                    join(&caller, &replica);
                }
            });
        }
    });
    Ok(address)
}

/// A balancer that passes a connection to a replica that says it is ready, and tries no other when that fails.
pub(super) struct Balancer {
    pub(super) address: String,
    replicas: [String; 2],
    ready: Arc<Mutex<Vec<String>>>,
}

impl Balancer {
    /// Starts to listen, until the process ends, once all replicas are ready.
    pub(super) fn start(replicas: [String; 2]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let ready = Arc::new(Mutex::new(Vec::new()));
        let balancer = Self { address: listener.local_addr()?.to_string(), replicas, ready };
        let (replicas, ready) = (balancer.replicas.clone(), balancer.ready.clone());
        thread::spawn(move || {
            loop {
                let now = replicas.iter().filter(|address| is_ready(address)).cloned().collect();
                *ready.lock().unwrap_or_else(PoisonError::into_inner) = now;
                thread::sleep(LOOK_EVERY);
            }
        });
        balancer.wait_for_all();
        let (ready, mut turn) = (balancer.ready.clone(), 0_usize);
        thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                turn = turn.wrapping_add(1);
                let ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(replica) = ready.iter().cycle().nth(turn % ready.len().max(1)).cloned() else {
                    continue;
                };
                thread::spawn(move || {
                    if let Ok(replica) = TcpStream::connect(replica) {
                        join(&caller, &replica);
                    }
                });
            }
        });
        Ok(balancer)
    }

    /// Waits until connections go to all replicas.
    pub(super) fn wait_for_all(&self) {
        while self.ready.lock().unwrap_or_else(PoisonError::into_inner).len() < self.replicas.len() {
            thread::sleep(LOOK_EVERY);
        }
    }
}

fn is_ready(address: &str) -> bool {
    wire::ask("GET", address, "/health/ready", &[], b"").is_ok_and(|answer| answer.status == 200)
}

/// Passes bytes in both directions until one side ends.
fn join(caller: &TcpStream, replica: &TcpStream) {
    thread::scope(|scope| {
        scope.spawn(|| pass(caller, replica));
        pass(replica, caller);
    });
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    // Close both sides, however the copy ended.
    let _passed = io::copy(&mut from, &mut to);
    for stream in [from, to] {
        let _closed = stream.shutdown(Shutdown::Both);
    }
}
