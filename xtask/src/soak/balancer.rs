//! What stands before replicas: the one public address, which hands connections to them in turn, and to the
//! other where one is not there.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Listens until the process ends; its address.
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

/// Passes bytes both ways until either side ends.
fn join(caller: &TcpStream, replica: &TcpStream) {
    thread::scope(|scope| {
        scope.spawn(|| pass(caller, replica));
        pass(replica, caller);
    });
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    // However it ended, both are told.
    let _passed = io::copy(&mut from, &mut to);
    for stream in [from, to] {
        let _closed = stream.shutdown(Shutdown::Both);
    }
}
