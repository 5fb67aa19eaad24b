//! Starts cargo with the environment that a shell would give it.
//!
//! Cargo runs `cargo xtask` with variables about the package `xtask`. If another cargo inherits them, build
//! scripts that watch them (that of `ring`) run again, and every crate that depends on them is rebuilt.

use std::{env, process::Command};

/// A cargo command with the environment that a shell would give it.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    clear(&mut command);
    command
}

/// Removes from a command's environment the variables that the outer cargo added to ours.
pub(crate) fn clear(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_outer_cargo) {
            command.env_remove(name);
        }
    }
}

/// True for the variables that cargo sets for a program that it runs (the Cargo book, "Environment
/// variables"). Those that people set (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_BUILD_…`) stay.
fn is_of_outer_cargo(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    matches!(name, "CARGO" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR")
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_of_xtask_goes_and_what_people_set_stays() {
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "OUT_DIR"] {
            assert!(is_of_outer_cargo(name), "{name}");
        }
        for name in
            ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "CARGO_TERM_COLOR", "RUSTFLAGS", "PATH"]
        {
            assert!(!is_of_outer_cargo(name), "{name}");
        }
        // Under `cargo test` the variable is set, so the command must remove it.
        let gone = cargo().get_envs().any(|(name, value)| name == "CARGO_PKG_NAME" && value.is_none());
        assert!(gone);
    }
}
