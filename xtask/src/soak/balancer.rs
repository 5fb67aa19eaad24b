//! A load balancer with one public address. It passes connections to the replicas in turn, and to the other
//! replica if one is down.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

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
