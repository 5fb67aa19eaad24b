//! The commands of the binary. Standard output bears a command's answer; logs go to standard error.

mod audit;
mod dead_letters;
mod doctor;
mod flow;
mod ledger;
mod nlu;
mod otp;
mod serve;
mod token;

use crate::{config::Settings, error_chain::describe, telemetry};
use clap::{Parser, Subcommand};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Banking in the chat people already use, and phone verification for teams.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default): HTTP and the workers.
    Serve,
    /// Bring the tables up to date.
    Migrate,
    /// Make a service token.
    Token(token::TokenArgs),
    /// Check the settings, and whether each provider can be reached.
    Doctor,
    /// Prove a number: send a code, and check it.
    #[command(subcommand)]
    Otp(otp::OtpCommand),
    /// Understand texts.
    #[command(subcommand)]
    Nlu(nlu::NluCommand),
    /// Look over a flow.
    #[command(subcommand)]
    Flow(flow::FlowCommand),
    /// Look into the books.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Look over the audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Look at what did not come through, and have it tried again.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
}

/// Runs a command; what went wrong goes to standard error.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command.unwrap_or(Command::Serve) {
        // Needs no settings: it runs anywhere.
        Command::Nlu(command) => nlu::run(command).await,
        Command::Flow(command) => flow::run(&command),
        command => match Settings::load() {
            Err(faults) if matches!(command, Command::Otp(_)) => {
                complain(&faults.to_string());
                Ok(ExitCode::from(otp::SETTINGS_MISSING))
            }
            Err(faults) => Err(faults.to_string()),
            Ok(settings) => {
                telemetry::init(&settings);
                with_settings(command, settings).await
            }
        },
    };
    match result {
        Ok(code) => code,
        Err(complaint) => {
            complain(&complaint);
            ExitCode::FAILURE
        }
    }
}

fn complain(complaint: &str) {
    // Standard error may be gone; the exit code is not.
    let _written = writeln!(io::stderr(), "{complaint}");
}

async fn with_settings(command: Command, settings: Settings) -> Result<ExitCode, String> {
    match command {
        Command::Serve => serve::run(settings).await,
        Command::Token(args) => token::run(&settings, &args),
        Command::Doctor => doctor::run(&settings).await,
        // On the heap: it holds every way a code can go.
        Command::Otp(command) => Box::pin(otp::run(settings, &command)).await,
        Command::DeadLetters(command) => dead_letters::run(settings, &command).await,
        Command::Audit(command) => audit::run(&settings, &command).await,
        Command::Ledger(command) => ledger::run(&settings, &command).await,
        Command::Nlu(command) => nlu::run(command).await,
        Command::Flow(command) => flow::run(&command),
        Command::Migrate => {
            let store = crate::composition::open_store(&settings).await.map_err(|fault| describe(&fault))?;
            let run = store.migrate().await.map_err(|fault| describe(&fault))?;
            say(&format!("{run} migrations run"))
        }
    }
}

/// Writes a command's answer.
fn say(text: &str) -> Result<ExitCode, String> {
    writeln!(io::stdout(), "{text}").map_err(|fault| fault.to_string())?;
    Ok(ExitCode::SUCCESS)
}
