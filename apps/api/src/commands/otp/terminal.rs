//! Questions and messages on standard error, answers from standard input.

use std::io::{self, BufRead, Write};

/// Writes a line to standard error.
pub(super) fn tell(text: &str) {
    // The command goes on if standard error is closed.
    let _written = writeln!(io::stderr(), "{text}");
}

/// Asks, and waits for a line. None for an empty line, or at the end of input.
pub(super) async fn ask(question: &str) -> Result<Option<String>, String> {
    Ok(ask_or_end(question).await?.filter(|line| !line.is_empty()))
}

/// Asks, and waits for a line, which may be empty. None at the end of input.
pub(super) async fn ask_or_end(question: &str) -> Result<Option<String>, String> {
    let mut out = io::stderr();
    let _written = out.write_all(question.as_bytes()).and_then(|()| out.flush());
    // On a blocking thread, so that the relay goes on sending meanwhile.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    let line = read.await.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
    if line.is_none() {
        tell("");
    }
    Ok(line.map(|line| line.trim().to_owned()))
}
