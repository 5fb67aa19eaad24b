//! The sources of another commit.

use crate::root;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The sources of a commit in a folder of their own below `target`, which is removed at the end.
pub(crate) struct Worktree(PathBuf);

impl Worktree {
    /// Checks the commit out into `target/<folder>`.
    ///
    /// # Errors
    /// There is no such commit, or git can't check it out.
    pub(crate) fn of(commit: &str, folder: &str) -> Result<Self, String> {
        let folder = root()?.join("target").join(folder);
        let made = Self(folder.clone());
        made.remove();
        let folder = folder.to_string_lossy();
        git(&["worktree", "add", "--detach", &folder, commit]).map(|_said| made)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn remove(&self) {
        // Where there is none yet, git has nothing to remove.
        let _none = git(&["worktree", "remove", "--force", &self.0.to_string_lossy()]);
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What git answers to a command in this repository.
pub(crate) fn git(arguments: &[&str]) -> Result<String, String> {
    let asked = Command::new("git").args(arguments).current_dir(root()?).output();
    let answer = asked.map_err(|fault| format!("git could not be started: {fault}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if answer.status.success() { Ok(text(&answer.stdout)) } else { Err(text(&answer.stderr)) }
}
