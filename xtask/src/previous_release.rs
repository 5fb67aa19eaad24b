//! Runs the tests of the stores of the release before on today's schema. Both releases run side by side while one
//! replaces the other, so the tables of the new one must serve the old one.

use crate::{
    TEST_PG_URL, root, run, say, shell_env, test_server,
    worktree::{Worktree, git},
};
use std::{fs, path::Path, process::Command};

/// Takes the newest release tag before this commit, gives its sources today's migrations, and runs its contract
/// tests over both databases. Before the first release there is nothing to test, and it says so.
///
/// # Errors
/// A test fails, or the sources of the release can't be had.
pub(crate) fn test() -> Result<(), String> {
    let tags = git(&["tag", "--list", "v*", "--merged", "HEAD", "--no-contains", "HEAD"])?;
    let Some(tag) = newest(&tags) else {
        say("There is no release before this one: nothing runs beside today's schema.");
        return Ok(());
    };
    let sources = Worktree::of(tag, "previous-release-sources")?;
    put_todays_migrations(sources.path())?;
    let mut tests = shell_env::cargo();
    tests.args(["test", "--locked", "--package", "adapter-sqlite", "--package", "adapter-postgres"]);
    tests.args(["--test", "contracts"]).current_dir(sources.path());
    // Apart from today's builds: cargo takes the same package of two folders for one, and what a build script of one
    // made, such as the list of migrations, would be used for the other.
    tests.env("CARGO_TARGET_DIR", root()?.join("target/previous-release"));
    let server = test_server()?;
    if let Some(server) = &server {
        tests.env(TEST_PG_URL, server.url());
    }
    run(&mut tests).map_err(|fault| format!("{tag} does not work on today's schema: {fault}"))
}

/// The newest of these tags: `v1.10.0` is newer than `v1.9.3`. What is no version is none.
fn newest(tags: &str) -> Option<&str> {
    tags.lines().filter_map(|tag| Some((version(tag)?, tag))).max().map(|(_version, tag)| tag)
}

/// The three numbers of a release tag. A tag with more than them, such as `v1.0.0-rc.1`, names no release.
fn version(tag: &str) -> Option<[u32; 3]> {
    let numbers = tag.strip_prefix('v')?.split('.').map(str::parse).collect::<Result<Vec<_>, _>>().ok()?;
    numbers.try_into().ok()
}

/// Replaces the migrations in the sources of a release by today's.
fn put_todays_migrations(sources: &Path) -> Result<(), String> {
    let (here, there) = (root()?.join("migrations"), sources.join("migrations"));
    let failed = |fault| format!("{}: {fault}", there.display());
    fs::remove_dir_all(&there).map_err(failed)?;
    run(Command::new("cp").arg("-R").arg(&here).arg(&there))
}

#[cfg(test)]
mod tests {
    use super::newest;

    #[test]
    fn the_newest_release_is_by_numbers() {
        assert_eq!(newest("v0.9.0\nv1.10.0\nv1.9.3\n"), Some("v1.10.0"));
        assert_eq!(newest("v2.0.0-rc.1\nv1.0.0\nvalue\nv9\n"), Some("v1.0.0"), "only whole releases count");
        assert_eq!(newest(""), None);
    }
}
