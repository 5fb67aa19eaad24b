//! The account that runs the database server. PostgreSQL refuses to run as root.

use std::{
    os::unix::process::CommandExt,
    process::{Command, Output},
};

/// A user id and a group id of this machine.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The current user. For root: the user `postgres`, or `nobody` where there is no `postgres`.
    pub(crate) fn of_server() -> Result<Self, String> {
        if is_root()? {
            Self::named("postgres").or_else(|_absent| Self::named("nobody"))
        } else {
            Ok(Self { uid: id(&["-u"])?, gid: id(&["-g"])? })
        }
    }

    fn named(user: &str) -> Result<Self, String> {
        Ok(Self { uid: id(&["-u", user])?, gid: id(&["-g", user])? })
    }

    /// Makes the command run as this account. For an ordinary user this changes nothing.
    pub(crate) fn runs(self, command: &mut Command) -> &mut Command {
        command.uid(self.uid).gid(self.gid)
    }
}

/// True if root runs this program.
pub(crate) fn is_root() -> Result<bool, String> {
    Ok(id(&["-u"])? == 0)
}

// `id` knows every source of users, not only /etc/passwd, and needs no unsafe code.
fn id(arguments: &[&str]) -> Result<u32, String> {
    let asked = Command::new("id").args(arguments).output();
    let answer = asked.map_err(|fault| format!("`id` could not be started: {fault}"))?;
    number(&answer).ok_or_else(|| format!("`id {}` did not print a number", arguments.join(" ")))
}

fn number(answer: &Output) -> Option<u32> {
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).trim().parse().ok())?
}
