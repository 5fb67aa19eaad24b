//! Who may know whom, read from what Cargo knows. Each rule here stands as an invariant in
//! `docs/ARCHITECTURE.md`.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeSet;

fn packages() -> Vec<Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap().packages
}

/// Dependencies that end up in the product: not those of tests.
fn known_by(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.clone()).collect()
}

/// The rooms of ours that each kind of room may know.
fn allowed(room: &str) -> Option<Vec<&'static str>> {
    Some(match room {
        "domain" | "group-commit" | "http-breaker" => vec![],
        "ports" => vec!["domain"],
        "application" | "store-contracts" => vec!["domain", "ports"],
        "sandbox" => vec!["domain"],
        "adapter-sqlite" | "adapter-postgres" => vec!["domain", "group-commit", "ports"],
        "adapter-meta-whatsapp" | "adapter-telegram" | "adapter-twilio" => {
            vec!["domain", "http-breaker", "ports"]
        }
        adapter if adapter.starts_with("adapter-") => vec!["domain", "ports"],
        "ventanilla" | "xtask" => return None,
        other => panic!("{other} is a new room: say here whom it may know"),
    })
}

#[test]
fn rooms_know_only_whom_they_may() {
    let all = packages();
    let ours: BTreeSet<String> = all.iter().map(|package| package.name.to_string()).collect();
    for package in &all {
        let Some(allowed) = allowed(&package.name) else { continue };
        let known = known_by(package);
        let strangers: Vec<_> =
            known.intersection(&ours).filter(|room| !allowed.contains(&room.as_str())).collect();
        assert!(strangers.is_empty(), "{} knows {strangers:?}", package.name);
    }
}

#[test]
fn the_domain_cannot_wait_and_knows_no_io() {
    let forbidden =
        ["tokio", "async-trait", "futures-util", "reqwest", "diesel", "actix-web", "tracing", "serde_json"];
    let domain = packages().into_iter().find(|package| package.name.as_str() == "domain").unwrap();
    let known = known_by(&domain);
    assert!(forbidden.iter().all(|library| !known.contains(*library)), "{known:?}");
}

#[test]
fn each_library_has_its_rooms() {
    let rooms: [(&str, &[&str]); 8] = [
        ("actix-web", &["ventanilla", "sandbox"]),
        ("diesel", &["adapter-sqlite", "adapter-postgres"]),
        ("diesel-async", &["adapter-sqlite", "adapter-postgres"]),
        (
            "reqwest",
            &["adapter-meta-whatsapp", "adapter-telegram", "adapter-twilio", "sandbox", "ventanilla"],
        ),
        ("jsonwebtoken", &["adapter-crypto"]),
        ("lettre", &["adapter-smtp"]),
        ("utoipa", &["ventanilla"]),
        ("toml", &["adapter-flows", "ventanilla"]),
    ];
    for package in packages() {
        for (library, allowed) in rooms {
            let knows = known_by(&package).contains(library);
            assert!(!knows || allowed.contains(&package.name.as_str()), "{} knows {library}", package.name);
        }
    }
}
