//! axe-core: checks the accessibility of a page. npm fetches it in the version and with the hash that
//! `tests/axe/package-lock.json` names, once for each target folder.

use crate::phones_page::browser::Browser;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

/// The script; it is fetched if it is missing. Without it the test fails, because nothing is checked.
fn script() -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../../target/axe");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() {
        fetch(&here.join("tests/axe"), &folder);
    }
    fs::read_to_string(&script).expect("axe-core is there")
}

/// Fetches it into a folder of its own first, because tests run in parallel.
fn fetch(lock: &Path, folder: &Path) {
    let own: PathBuf = folder.with_file_name(format!("axe-{}", process::id()));
    fs::create_dir_all(&own).unwrap();
    for file in ["package.json", "package-lock.json"] {
        fs::copy(lock.join(file), own.join(file)).unwrap();
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
        .arg(&own)
        .output()
        .expect("npm, which `cargo xtask test` sees to");
    assert!(npm.status.success(), "axe-core can't be had: {}", String::from_utf8_lossy(&npm.stderr));
    if fs::rename(&own, folder).is_err() {
        // Another test was faster.
        fs::remove_dir_all(&own).unwrap();
    }
}

/// Fails if the page breaks a rule.
pub(crate) async fn finds_nothing(browser: &Browser, name: &str) {
    let there = browser.page.execute("return typeof axe", Vec::new()).await.unwrap();
    if there == json!("undefined") {
        let script = format!("{}; window.axe = axe;", script());
        browser.page.execute(&script, Vec::new()).await.unwrap();
    }
    let run = "const done = arguments[arguments.length - 1]; axe.run(document).then((found) => done({ \
               passes: found.passes.length, violations: found.violations.map((v) => ({ rule: v.id, at: \
               v.nodes.map((n) => [n.html, n.failureSummary]) })) }), (fault) => done({ fault: String(fault) }));";
    let found = browser.page.execute_async(run, Vec::new()).await.unwrap();
    assert!(found["passes"].as_u64() > Some(10), "axe looked at nothing on {name}: {found}");
    let violations: Vec<&Value> = found["violations"].as_array().unwrap().iter().collect();
    assert!(violations.is_empty(), "{name}: {violations:#?}");
}
