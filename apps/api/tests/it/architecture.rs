//! Which crate may depend on which, read from Cargo. Each rule is an invariant in `docs/ARCHITECTURE.md`.

mod modules;
mod sources;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeSet;

fn packages() -> Vec<Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap().packages
}

/// The dependencies of the product, without those of tests.
fn known_by(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.clone()).collect()
}

/// Our crates that a crate may depend on; None if it may depend on all.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "domain" | "group-commit" => vec![],
        "ports" => vec!["domain"],
        "application" | "testkit" => vec!["domain", "ports"],
        "store-contracts" => vec!["domain", "ports", "testkit"],
        "provider-http" => vec!["ports"],
        "sandbox" => vec!["domain"],
        "adapter-sqlite" | "adapter-postgres" => vec!["domain", "group-commit", "ports"],
        "adapter-bank-http"
        | "adapter-meta-whatsapp"
        | "adapter-nlu-openai"
        | "adapter-nlu-rasa"
        | "adapter-telegram"
        | "adapter-twilio" => vec!["domain", "ports", "provider-http"],
        adapter if adapter.starts_with("adapter-") => vec!["domain", "ports"],
        "ventanilla" | "xtask" => return None,
        other => panic!("{other} is a new crate: say here which crates it may depend on"),
    })
}

#[test]
fn crates_depend_only_on_allowed_crates() {
    let all = packages();
    let ours: BTreeSet<String> = all.iter().map(|package| package.name.to_string()).collect();
    for package in &all {
        let Some(allowed) = allowed(&package.name) else { continue };
        let known = known_by(package);
        let strangers: Vec<_> =
            known.intersection(&ours).filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(strangers.is_empty(), "{} depends on {strangers:?}", package.name);
    }
}

#[test]
fn the_domain_has_no_async_and_no_io() {
    let forbidden =
        ["tokio", "async-trait", "futures-util", "reqwest", "diesel", "actix-web", "tracing", "serde_json"];
    let domain = packages().into_iter().find(|package| package.name.as_str() == "domain").unwrap();
    let known = known_by(&domain);
    assert!(forbidden.iter().all(|library| !known.contains(*library)), "{known:?}");
}

#[test]
fn each_library_is_used_only_by_its_crates() {
    let users: [(&str, &[&str]); 10] = [
        ("actix-web", &["ventanilla", "sandbox"]),
        ("diesel", &["adapter-sqlite", "adapter-postgres"]),
        ("diesel-async", &["adapter-sqlite", "adapter-postgres"]),
        ("reqwest", &["provider-http", "sandbox", "ventanilla"]),
        ("jsonwebtoken", &["adapter-crypto"]),
        ("lettre", &["adapter-smtp"]),
        ("utoipa", &["ventanilla"]),
        ("toml", &["adapter-flows", "ventanilla"]),
        // Only tests depend on these; the contract suite is a test itself.
        ("store-contracts", &[]),
        ("testkit", &["store-contracts"]),
    ];
    for package in packages() {
        for (library, allowed) in users {
            let knows = known_by(&package).contains(library);
            assert!(
                !knows || allowed.contains(&package.name.as_str()),
                "{} depends on {library}",
                package.name
            );
        }
    }
}
