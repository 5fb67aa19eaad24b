//! `ventanilla-sandbox`: the outside world as a process of its own.

use sandbox::SandboxConfig;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new("warn,sandbox=info"))
        .init();
    let config = match SandboxConfig::from_env(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(fault) => {
            tracing::error!(%fault, "not started");
            return ExitCode::FAILURE;
        }
    };
    match sandbox::start(config) {
        Ok(running) => {
            let mail = running.mail_address().map(tracing::field::display);
            tracing::info!(address = %running.address, mail, "the sandbox is ready; its phones page is at /");
            match running.wait().await {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(fault) => {
            tracing::error!(%fault, "not started");
            ExitCode::FAILURE
        }
    }
}
