//! The signals that ask the server to stop.

/// Waits until the process is asked to stop: by SIGTERM, or by SIGINT (Ctrl-C).
#[cfg(unix)]
pub(super) async fn asked_to_stop() -> Result<(), String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(|fault| fault.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|fault| fault.to_string())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits until the process is asked to stop: by Ctrl-C or Ctrl-Break, when its window is closed, or when Windows shuts
/// down.
#[cfg(windows)]
pub(super) async fn asked_to_stop() -> Result<(), String> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let mut interrupt = ctrl_c().map_err(|fault| fault.to_string())?;
    let mut stop = ctrl_break().map_err(|fault| fault.to_string())?;
    let mut closed = ctrl_close().map_err(|fault| fault.to_string())?;
    let mut shut_down = ctrl_shutdown().map_err(|fault| fault.to_string())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = stop.recv() => {}
        _ = closed.recv() => {}
        _ = shut_down.recv() => {}
    }
    Ok(())
}
