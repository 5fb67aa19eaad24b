//! Runs programs with a time limit.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Runs a command to its end and returns its standard output. An error after `most`.
pub(super) fn output(command: &mut Command, most: Duration) -> Result<String, String> {
    let begun = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let failed = |what: &str| format!("{command:?} {what}");
    let mut child = begun.map_err(|fault| failed(&format!("could not be started: {fault}")))?;
    let mut stdout = child.stdout.take().ok_or_else(|| failed("has no output"))?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_length| text)
    });
    let is_done = ends_well(&mut child, most);
    let text = reader.join().map_err(|_panic| failed("could not be read"))?;
    is_done.map_err(|what| failed(&what))?;
    text.map_err(|fault| failed(&fault.to_string()))
}

/// Waits until the process ends. Kills it after `most`.
fn ends_well(child: &mut Child, most: Duration) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("ended with {status}")),
            Ok(None) if begun.elapsed() < most => thread::sleep(LOOK_EVERY),
            Ok(None) => {
                stop(child);
                return Err(format!("took more than {} s", most.as_secs()));
            }
            Err(fault) => return Err(fault.to_string()),
        }
    }
}

/// Kills the process at once and waits for its end.
pub(super) fn stop(child: &mut Child) {
    // The process may have ended by itself.
    let _gone = child.kill();
    let _gone = child.wait();
}
