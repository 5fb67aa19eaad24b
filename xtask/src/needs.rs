//! What the tests need beside Rust: found, or installed where that is possible, or a clear failure.

use crate::{run, say, succeeds};
use std::process::Command;

/// A browser and its driver.
pub(crate) fn chromium() -> Result<(), String> {
    let is_there = |program: &str| succeeds(Command::new(program).arg("--version"));
    if is_there("chromedriver") && (is_there("chromium") || is_there("google-chrome")) {
        return Ok(());
    }
    say("Chromium and its driver are missing; installing Debian's");
    let installed = run(Command::new("apt-get").args(["update", "--quiet"])).and_then(|()| {
        let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive").args([
            "install",
            "--yes",
            "--no-install-recommends",
        ]);
        run(install.args(packages))
    });
    installed.map_err(|fault| format!("the browser tests need chromium and chromedriver: {fault}"))
}
