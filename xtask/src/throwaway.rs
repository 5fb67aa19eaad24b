//! A temporary folder for one database server. A separate caretaker process removes it, however this process
//! ends, because Ctrl-C and kill leave no time for a `Drop`.

use crate::{account::Account, say};
use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

const PREFIX: &str = "ventanilla-pg-";

/// The caretaker. It waits until its input ends, which happens when xtask closes it or dies. Then it stops
/// the server at once (SIGQUIT, an immediate shutdown) and removes the folder. While initdb runs, the number
/// in postmaster.pid is negative.
const CARETAKER: &str = r#"
trap '' HUP INT TERM
read -r _
lock="$1/data/postmaster.pid"
if pid=$(head -n 1 "$lock" 2>/dev/null); then kill -s QUIT "${pid#-}"; fi
turn=0
while [ -e "$lock" ] && [ "$turn" -lt 100 ]; do sleep 0.1; turn=$((turn + 1)); done
rm -rf "$1"
"#;

/// The folder. Dropping it stops the server whose data is in its `data` subfolder, and removes everything.
pub(crate) struct Throwaway {
    folder: PathBuf,
    caretaker: Child,
}

impl Throwaway {
    /// Creates a new folder below `base` that only `owner` may enter.
    pub(crate) fn below(base: &Path, owner: Account) -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("{PREFIX}{}-{nth}", process::id()));
        let caretaker = make(&folder, owner)
            .and_then(|lock| caretaker(&folder, lock))
            .map_err(|fault| format!("{} could not be made: {fault}", folder.display()))?;
        Ok(Self { folder, caretaker })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        drop(self.caretaker.stdin.take());
        if let Err(fault) = self.caretaker.wait() {
            say(&format!("{} may be left over: {fault}", self.folder.display()));
        }
    }
}

/// Creates the folder and returns its locked handle. The lock tells other xtask processes that the folder is
/// in use.
fn make(folder: &Path, owner: Account) -> io::Result<File> {
    DirBuilder::new().mode(0o700).create(folder)?;
    let lock = File::open(folder)?;
    lock.lock()?;
    chown(folder, Some(owner.uid), Some(owner.gid))?;
    Ok(lock)
}

/// Starts the caretaker in its own process group, which the terminal's Ctrl-C does not reach. The caretaker
/// inherits the lock as its output, to which it writes nothing, so the lock lasts as long as the caretaker.
fn caretaker(folder: &Path, lock: File) -> io::Result<Child> {
    let mut shell = Command::new("sh");
    shell.args(["-c", CARETAKER, "caretaker"]).arg(folder);
    shell.stdin(Stdio::piped()).stdout(lock).process_group(0).spawn()
}

/// Removes the folders below `base` that have no caretaker, for example after a power cut. It kills no
/// process by its number, because the number may belong to another process by now: a server that still runs
/// there ends by itself within a minute after its postmaster.pid is gone.
pub(crate) fn sweep(base: &Path, owner: Account) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == owner.uid);
        if !is_ours || is_looked_after(&folder) {
            continue;
        }
        if let Err(fault) = fs::remove_dir_all(&folder) {
            say(&format!("{} is left over and can't be removed: {fault}", folder.display()));
        }
    }
}

fn is_looked_after(folder: &Path) -> bool {
    File::open(folder).map_or(true, |handle| handle.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    fn base(name: &str) -> PathBuf {
        let base = env::temp_dir().join(format!("xtask-{name}-{}", process::id()));
        fs::create_dir(&base).unwrap();
        base
    }

    #[test]
    fn a_dropped_folder_is_gone() {
        let base = base("dropped");
        let throwaway = Throwaway::below(&base, Account::of_server().unwrap()).unwrap();
        fs::write(throwaway.path().join("log"), "LOG").unwrap();
        drop(throwaway);
        fs::remove_dir(&base).unwrap();
    }

    #[test]
    fn sweeping_spares_folders_in_use() {
        let base = base("swept");
        let owner = Account::of_server().unwrap();
        let in_use = Throwaway::below(&base, owner).unwrap();
        let left_over = base.join(format!("{PREFIX}0-0"));
        drop(make(&left_over, owner).unwrap());
        let somebody_elses = base.join("pg");
        fs::create_dir(&somebody_elses).unwrap();

        sweep(&base, owner);

        assert!(in_use.path().exists() && somebody_elses.exists());
        assert!(!left_over.exists());
        drop(in_use);
        fs::remove_dir_all(&base).unwrap();
    }
}
