//! `ventanilla-sandbox`: runs the sandbox as its own process, with settings from the environment.

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
            tracing::error!(%fault, "sandbox not started");
            return ExitCode::FAILURE;
        }
    };
    match sandbox::start(config) {
        Ok(running) => {
            let mail = running.mail_address().map(tracing::field::display);
            tracing::info!(address = %running.address, mail, "sandbox ready; open / for the phones page");
            match running.wait().await {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(fault) => {
            tracing::error!(%fault, "sandbox not started");
            ExitCode::FAILURE
        }
    }
}
