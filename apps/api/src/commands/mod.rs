//! The commands of the binary. Standard output carries a command's answer; logs go to standard error.

mod audit;
mod backup;
mod dead_letters;
mod doctor;
mod flow;
mod health;
mod keys;
mod ledger;
mod migrate;
mod nlu;
mod operator;
mod otp;
mod people;
mod privacy;
mod purge;
mod reconcile;
mod serve;
mod signals;
mod telegram;
mod token;

use crate::{
    config::{Purpose, Settings},
    telemetry,
};
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
    /// Run the server: HTTP and the workers (the default).
    Serve,
    /// Run the pending migrations of the database, or show which ran.
    Migrate(migrate::MigrateArgs),
    /// Show under which keys the stored rows are sealed, or seal them anew under the newest.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Copy the SQLite database into a new file, while the server runs, and the keys of people into another.
    Backup(backup::BackupArgs),
    /// Ask the server on this machine whether it runs; for containers.
    Health,
    /// Set, remove or show the address that Telegram posts updates to.
    #[command(subcommand)]
    Telegram(telegram::TelegramCommand),
    /// Make a service token for a team.
    Token(token::TokenArgs),
    /// Check the settings, the database and the connection to each provider.
    Doctor,
    /// Accounts of operators, and tokens for them.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Verify a number or an e-mail address: send a code and check it.
    #[command(subcommand)]
    Otp(otp::OtpCommand),
    /// Show how texts are understood.
    #[command(subcommand)]
    Nlu(nlu::NluCommand),
    /// Check a flow's file for errors.
    #[command(subcommand)]
    Flow(flow::FlowCommand),
    /// Check the rules of the ledger, and deposit money.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Bring people over from another system.
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// A person's data: export it, erase it, hold it, and erase again after a restore.
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
    /// Check the seals of the audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Delete what was kept long enough, or count it.
    Purge(purge::PurgeArgs),
    /// Compare an operating date with the outside bank's statement. Exits with 1 if people must look at something.
    Reconcile(reconcile::ReconcileArgs),
    /// List what could not be processed, and try it again.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
}

impl Command {
    /// Commands that only look make nothing, no secrets either.
    const fn purpose(&self) -> Purpose {
        match self {
            Self::Doctor
            | Self::Health
            | Self::Backup(_)
            | Self::Telegram(_)
            | Self::Keys(keys::KeysCommand::Status)
            | Self::Ledger(_)
            | Self::People(_)
            | Self::Privacy(_)
            | Self::Operator(_)
            | Self::Audit(_)
            | Self::Purge(_)
            | Self::Reconcile(_)
            | Self::DeadLetters(dead_letters::DeadLettersCommand::List) => Purpose::Look,
            Self::Migrate(args) => args.purpose(),
            _ => Purpose::Run,
        }
    }
}

/// Runs a command and returns its exit code. Errors go to standard error.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command.unwrap_or(Command::Serve) {
        // These two need no settings.
        Command::Nlu(command) => nlu::run(command).await,
        Command::Flow(command) => flow::run(&command),
        command => match Settings::load(command.purpose()) {
            Err(faults) if matches!(command, Command::Otp(_)) => {
                complain(&faults.to_string());
                Ok(ExitCode::from(otp::SETTINGS_MISSING))
            }
            Err(faults) => Err(faults.to_string()),
            Ok(settings) => {
                telemetry::init(&settings);
                Box::pin(with_settings(command, settings)).await
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
    // If standard error is closed, the exit code still tells.
    let _written = writeln!(io::stderr(), "{complaint}");
}

async fn with_settings(command: Command, settings: Settings) -> Result<ExitCode, String> {
    match command {
        Command::Serve => serve::run(settings).await,
        Command::Token(args) => token::run(&settings, &args),
        Command::Doctor => doctor::run(&settings).await,
        // On the heap, because the future is large.
        Command::Otp(command) => Box::pin(otp::run(settings, &command)).await,
        Command::DeadLetters(command) => dead_letters::run(settings, &command).await,
        Command::Operator(command) => operator::run(&settings, &command).await,
        Command::Audit(command) => audit::run(&settings, &command).await,
        // On the heap, because the future is large.
        Command::Reconcile(args) => Box::pin(reconcile::run(&settings, &args)).await,
        Command::Purge(args) => purge::run(&settings, &args).await,
        Command::Ledger(command) => ledger::run(&settings, &command).await,
        Command::People(command) => people::run(&settings, &command).await,
        Command::Privacy(command) => Box::pin(privacy::run(&settings, &command)).await,
        Command::Nlu(command) => nlu::run(command).await,
        Command::Flow(command) => flow::run(&command),
        Command::Migrate(args) => migrate::run(&settings, &args).await,
        Command::Keys(command) => keys::run(settings, &command).await,
        Command::Backup(args) => Box::pin(backup::run(&settings, &args)).await,
        Command::Health => health::run(&settings).await,
        Command::Telegram(command) => telegram::run(&settings, &command).await,
    }
}

/// Writes a command's answer to standard output.
fn say(text: &str) -> Result<ExitCode, String> {
    writeln!(io::stdout(), "{text}").map_err(|fault| fault.to_string())?;
    Ok(ExitCode::SUCCESS)
}
