//! Describes the machine of a measurement.

use std::{fs, path::Path, process::Command, thread};

/// Cores, memory, kernel and PostgreSQL version, in one line.
pub(crate) fn describe(bin: &Path) -> String {
    let cores = thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").as_deref().and_then(gibibytes).unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let postgres = Command::new(bin.join("postgres")).arg("--version").output();
    let postgres = postgres.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    format!(
        "{cores} cores ({model}), {memory} GiB of memory, Linux {}, {}",
        kernel.trim(),
        postgres.unwrap_or_default()
    )
}

/// Reads GiB from a text such as `24117248 kB`.
fn gibibytes(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse::<u64>().ok()?.checked_div(1024 * 1024)
}

/// The text after the colon in the first line that starts with `name`.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
