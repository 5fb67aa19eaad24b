//! Which module may know which. No file takes part in a circle (a file and the files below it count as one), and
//! features know each other in one direction.

use super::sources::{Crate, Module};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

const FEATURES: [&str; 5] = ["money", "verification", "messaging", "accounts", "operations"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The `src` folders of all crates and apps.
fn sources() -> Vec<PathBuf> {
    let folders = ["crates", "apps"].map(|name| root().join(name));
    let packages = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut found: Vec<_> = packages.map(|entry| entry.unwrap().path().join("src")).collect();
    found.push(root().join("xtask/src"));
    found.retain(|folder| folder.is_dir() && std::fs::read_dir(folder).unwrap().count() > 1);
    found.sort();
    found
}

/// A circle of modules, if there is one: each takes a name from the next, and the last from the first.
fn circle(edges: &BTreeMap<&Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    fn walk(
        at: &Module,
        edges: &BTreeMap<&Module, BTreeSet<Module>>,
        path: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<Module>> {
        if let Some(begin) = path.iter().position(|module| module == at) {
            return Some(path[begin..].to_vec());
        }
        if !done.insert(at.clone()) {
            return None;
        }
        path.push(at.clone());
        let found = edges.get(at).into_iter().flatten().find_map(|next| walk(next, edges, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|module| walk(module, edges, &mut Vec::new(), &mut done))
}

#[test]
fn no_file_takes_part_in_a_circle() {
    let mut circles = Vec::new();
    for folder in sources() {
        let package = Crate::read(&folder);
        if let Some(found) = circle(&package.edges()) {
            let names: Vec<String> = found.iter().map(|module| module.join("::")).collect();
            circles.push(format!("{}: {}", folder.display(), names.join(" → ")));
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let [a, b, c] = ["a", "b", "c"].map(|name| vec![name.to_owned()]);
    let to = |module: &Module| BTreeSet::from([module.clone()]);
    let edges = BTreeMap::from([(&a, to(&b)), (&b, to(&c)), (&c, to(&b))]);
    assert_eq!(circle(&edges), Some(vec![b.clone(), c.clone()]));
    assert_eq!(circle(&BTreeMap::from([(&a, to(&b)), (&b, to(&c))])), None);
}

/// The features that each feature may know, beside what belongs to none.
fn may_know(feature: &str) -> &'static [&'static str] {
    match feature {
        "messaging" => &["accounts", "money", "verification", "operations"],
        "accounts" | "money" => &["verification", "operations"],
        "verification" => &["operations"],
        _ => &[],
    }
}

/// What every feature may know of another, and why.
const SHARED: [(&str, &str); 10] = [
    ("messaging::outbox", "each feature may write to the outbox in its own transaction"),
    ("messaging::inbound_webhook", "a dead letter may be a webhook that can't be read"),
    ("store::messaging::outbox::new_row", "each feature may write to the outbox in its own transaction"),
    ("store::messaging::outbox::row", "each feature may write to the outbox in its own transaction"),
    ("store::messaging::consent_rows", "what keeps a message asks for consent in the same transaction"),
    ("store::messaging::alert_rows", "what people are told of a decision is written in the same transaction"),
    ("store::money::waiting", "a freeze cancels what waits in the same transaction"),
    ("store::accounts::names", "a statement names the other person"),
    ("store::accounts::personal", "who is paid at a wallet's number is named"),
    ("store::money::wallets", "a new person gets a wallet in the same transaction"),
];

#[test]
fn features_know_each_other_in_one_direction() {
    let mut wrong = Vec::new();
    for (crate_name, prefix) in
        [("domain", ""), ("ports", ""), ("application", ""), ("adapter-sqlite", "store")]
    {
        let package = Crate::read(&root().join("crates").join(crate_name).join("src"));
        let feature_of = |module: &Module| {
            let at = usize::from(!prefix.is_empty());
            module.get(at).filter(|name| FEATURES.contains(&name.as_str())).cloned()
        };
        for (module, targets) in package.edges() {
            let Some(own) = feature_of(module) else { continue };
            for target in targets {
                let Some(other) = feature_of(&target).filter(|other| *other != own) else { continue };
                let path = target.join("::");
                let is_shared = SHARED.iter().any(|(shared, _)| path == *shared);
                if !may_know(&own).contains(&other.as_str()) && !is_shared {
                    wrong.push(format!("{crate_name}: {} knows {path}", module.join("::")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_the_api_http_knows_no_routes_and_settings_know_no_http() {
    let package = Crate::read(&root().join("apps/api/src"));
    let forbidden = [
        ("http", "routes"),
        ("http", "commands"),
        ("http", "workers"),
        ("config", "http"),
        ("config", "composition"),
        ("config", "routes"),
        ("composition", "http"),
        ("composition", "routes"),
        ("composition", "workers"),
        ("workers", "http"),
        ("workers", "routes"),
        ("routes", "commands"),
    ];
    for (module, targets) in package.edges() {
        let top = module.first().map_or("", String::as_str);
        for target in &targets {
            let other = target.first().map_or("", String::as_str);
            assert!(!forbidden.contains(&(top, other)), "{} knows {}", module.join("::"), target.join("::"));
        }
    }
}
