//! `privacy`: a person's data. Export it, erase it, hold it, and erase again after a restore.

mod key_file;

pub(super) use self::key_file::write as write_keys;

use crate::{
    composition::{PrivacyCommands, open_to_read},
    config::{DatabaseAddress, Settings},
};
use application::{
    error_chain::describe,
    privacy::{
        erase_person::Erased,
        export::{ExportError, ExportOut},
    },
};
use async_trait::async_trait;
use clap::Subcommand;
use domain::{ids::UserId, operations::audit::Actor, principal::Principal};
use ports::privacy::HoldChanged;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Subcommand)]
pub(super) enum PrivacyCommand {
    /// Write a person's data into a ZIP file in the current folder, and print its path.
    Export {
        /// The person's id.
        user: UserId,
    },
    /// Erase a person now, without the 72 hours. Prints the receipt.
    Erase {
        /// The person's id.
        user: UserId,
        /// Don't ask. It is not asked either if standard input is no terminal.
        #[arg(long)]
        yes: bool,
    },
    /// After a restore: bring back the keys that are still live, and erase again who was erased since.
    Reapply {
        /// The copy of the keys; the default is the file beside the SQLite database, with `.keys` after its name.
        #[arg(long)]
        keys: Option<PathBuf>,
    },
    /// Hold a person's data: it is neither erased nor deleted by age.
    Hold {
        /// The person's id.
        user: UserId,
        /// Why: the order of a court or an authority.
        #[arg(long)]
        reason: String,
    },
    /// End a hold.
    Release {
        /// The person's id.
        user: UserId,
    },
    /// Show who an erased person was, as far as the law keeps it. The audit log notes it with the reason.
    Open {
        /// The person's id.
        user: UserId,
        /// Why it is looked at: the audit log keeps these words.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(settings: &Settings, command: &PrivacyCommand) -> Result<ExitCode, String> {
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let app = PrivacyCommands::build(settings, store);
    match command {
        PrivacyCommand::Export { user } => export(settings, &app, *user).await,
        PrivacyCommand::Erase { user, yes } => erase(&app, *user, *yes).await,
        PrivacyCommand::Reapply { keys } => reapply(settings, &app, keys.as_deref()).await,
        PrivacyCommand::Hold { user, reason } => {
            let now = app.kernel.now();
            let held = app.holds.hold_data(*user, reason, &actor("hold"), now).await;
            changed(held.map_err(|fault| describe(&fault))?, *user, "held", "was held before")
        }
        PrivacyCommand::Release { user } => {
            let now = app.kernel.now();
            let released = app.holds.release_data(*user, &actor("release"), now).await;
            changed(released.map_err(|fault| describe(&fault))?, *user, "released", "was not held")
        }
        PrivacyCommand::Open { user, reason } => open(&app, *user, reason).await,
    }
}

fn actor(what: &str) -> Actor {
    Actor { who: Principal::System, channel: "command".into(), request_id: format!("privacy {what}") }
}

fn nobody(user: UserId) -> String {
    format!("there is no such person: {user}")
}

fn changed(changed: HoldChanged, user: UserId, done: &str, before: &str) -> Result<ExitCode, String> {
    match changed {
        HoldChanged::Done => super::say(&format!("the data of {user} is {done}")),
        HoldChanged::Unchanged => super::say(&format!("the data of {user} {before}")),
        HoldChanged::ErasureBegan => {
            Err(format!("the erasure of {user} has begun, and can't be held any more"))
        }
        HoldChanged::NoSuchPerson => Err(nobody(user)),
    }
}

async fn erase(app: &PrivacyCommands, user: UserId, yes: bool) -> Result<ExitCode, String> {
    if !yes && io::stdin().is_terminal() && !confirmed(user)? {
        return Err("nothing was erased".into());
    }
    match app.erase.erase_now(user, &actor("erase")).await.map_err(|fault| describe(&fault))? {
        Erased::Done(receipt) => super::say(&receipt.to_string()),
        Erased::InTheWay(obstacles) => {
            let advice: Vec<_> = obstacles.into_iter().map(domain::privacy::Obstacle::advice).collect();
            Err(format!("{user} can't be erased, and nothing was. {}", advice.join(" ")))
        }
        Erased::NotDue | Erased::NoSuchPerson => Err(nobody(user)),
    }
}

/// Asks on the terminal. Only the id itself is a yes.
fn confirmed(user: UserId) -> Result<bool, String> {
    let asked = format!("This erases {user} for good. Type the id to go on: ");
    io::stderr().write_all(asked.as_bytes()).map_err(|fault| fault.to_string())?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(|fault| fault.to_string())?;
    Ok(typed.trim() == user.to_string())
}

async fn open(app: &PrivacyCommands, user: UserId, reason: &str) -> Result<ExitCode, String> {
    if reason.trim().is_empty() {
        return Err("say why with --reason".into());
    }
    let opened = app.store.open_blocked(user, reason, &actor("open"), app.kernel.now()).await;
    match opened.map_err(|fault| describe(&fault))? {
        Some(identity) => super::say(&identity),
        None => {
            Err(format!("nothing is kept of {user}: never erased, never moved money, or its time is over"))
        }
    }
}

/// A file of the current folder that only its owner reads.
struct Output(File);

#[async_trait]
impl ExportOut for Output {
    async fn put(&mut self, bytes: Vec<u8>) -> Result<(), ExportError> {
        self.0.write_all(&bytes).map_err(|fault| ExportError::File(fault.to_string()))
    }
}

async fn export(settings: &Settings, app: &PrivacyCommands, user: UserId) -> Result<ExitCode, String> {
    let profile = app.store.profile(user).await.map_err(|fault| describe(&fault))?;
    let profile = profile.ok_or_else(|| nobody(user))?;
    let locale = profile.locale.unwrap_or(settings.default_locale);
    let name = format!("ventanilla-export-{user}-{}.zip", app.kernel.now().format("%Y%m%dT%H%M%S"));
    let path = PathBuf::from(name);
    let file = create_private(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let mut output = Output(file);
    let written = app.exporter.write(user, locale, &mut output).await;
    match written {
        Ok(()) => {
            output.0.sync_all().map_err(|fault| fault.to_string())?;
            super::say(&path.display().to_string())
        }
        Err(fault) => {
            // It is empty or partial; the first error is the one to report.
            let _removed = fs::remove_file(&path);
            Err(match fault {
                ExportError::NoSuchPerson => nobody(user),
                fault => describe(&fault),
            })
        }
    }
}

/// Creates a file that only its owner can read. Fails if there is one.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Where the keys of a copy are, unless it is said.
pub(super) fn keys_beside(database: &str) -> PathBuf {
    PathBuf::from(format!("{database}.keys"))
}

async fn reapply(
    settings: &Settings,
    app: &PrivacyCommands,
    keys: Option<&Path>,
) -> Result<ExitCode, String> {
    let path = match (keys, &settings.database) {
        (Some(path), _) => path.to_owned(),
        (None, DatabaseAddress::Sqlite(database)) => keys_beside(database),
        (None, DatabaseAddress::Postgres(_)) => {
            return Err(
                "name the copy of the keys with --keys FILE (`ventanilla backup --keys-only FILE` makes one)"
                    .into(),
            );
        }
    };
    key_file::check(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let (made_at, mut lines) =
        key_file::read(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let done = app.keys.reapply(&mut lines, made_at, &actor("reapply"), app.kernel.now()).await;
    let done = done.map_err(|fault| describe(&fault))?;
    super::say(&format!(
        "keys brought back: {}\nkeys that are blocked or destroyed: {}\npeople erased again: {}\npeople of the journal whom this database does not know: {}",
        done.keys.restored, done.keys.ended, done.erased, done.unknown
    ))
}
