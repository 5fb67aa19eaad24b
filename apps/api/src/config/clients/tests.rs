//! Which files of clients are accepted, and that each error is reported.

use super::*;
use tempfile::TempDir;

const SOUND: &str = r#"
[[clients]]
id = "treasury"
scopes = ["wallets:read", "transfers"]
secrets = ["the first secret of the treasury, in use", "the second secret of the treasury, to come"]

[[clients]]
id = "web-backend"
scopes = []
secret_files = ["backend"]
"#;

/// A folder with a secret in the file `backend`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("backend"), "a secret of the backend, kept in a file\r\n").unwrap();
    folder
}

fn complaints(text: &str) -> Vec<String> {
    parse(text, Path::new("/nonexistent")).1
}

#[test]
fn clients_are_read_with_their_scopes_and_secrets() {
    let folder = folder();
    let (clients, complaints) = parse(SOUND, folder.path());
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!((clients[0].id.as_str(), clients[0].secrets.len()), ("treasury", 2));
    assert_eq!(clients[0].scopes, ["wallets:read", "transfers"]);
    assert_eq!(clients[1].secrets[0].expose_secret(), "a secret of the backend, kept in a file");
    assert!(!format!("{clients:?}").contains("secret of the"), "secrets are not shown");
}

#[test]
fn every_error_is_reported_with_its_line_and_no_value() {
    let text = r#"
limit = 7
[[clients]]
id = "a:b"
scopes = ["transfers", "everything"]
secrets = ["hunter2"]
colour = "red"
[[clients]]
id = "one"
secrets = ["a secret that two clients try to share"]
[[clients]]
id = "one"
scopes = "transfers"
secrets = ["a secret that two clients try to share", 7]
[[clients]]
id = "none"
scopes = []
secret_files = ["missing"]
"#;
    let found = complaints(text).join("\n");
    for expected in [
        "line 2: only [[clients]] is allowed here",
        "line 4: a client needs an id",
        "line 5: unknown scope",
        "line 6: a secret must be at least 32 characters long",
        "line 7: unknown field; a client has id, scopes, secrets and secret_files",
        "line 8: a client needs scopes",
        "line 12: another client has this id",
        "line 13: this must be a list of texts",
        "line 14: this must be a text",
        "line 14: this secret occurs twice",
        "line 18: this file can't be read",
        "line 15: a client needs one secret",
    ] {
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
    assert!(!["hunter2", "try to share", "everything", "red"].iter().any(|value| found.contains(value)));
}

#[test]
fn a_file_without_clients_is_refused() {
    for (text, expected) in [
        ("", "line 1: at least one [[clients]] is needed"),
        ("clients = []", "line 1: at least one [[clients]] is needed"),
        ("clients = [7]", "line 1: a client must be a table"),
        ("[clients]\nid = \"a\"", "line 1: only [[clients]] is allowed here"),
        ("[[clients]]\nid = hunter2", "line 2: is not TOML"),
    ] {
        let found = complaints(text);
        assert!(found.iter().any(|complaint| complaint == expected), "{text}: {found:?}");
        assert!(!found.join("").contains("hunter2"));
    }
}

#[test]
fn three_secrets_or_the_same_twice_are_refused() {
    let of = |secrets: &str| {
        complaints(&format!("[[clients]]\nid = \"one\"\nscopes = []\nsecrets = [{secrets}]")).join("\n")
    };
    let (one, two) = (format!("\"{}\"", "1".repeat(32)), format!("\"{}\"", "2".repeat(32)));
    assert_eq!(of(&format!("{one}, {two}")), "");
    assert!(of(&format!("{one}, {one}")).contains("occurs twice"));
    assert!(of(&format!("{one}, {two}, \"{}\"", "3".repeat(32))).contains("one secret, or two"));
    assert!(of("").contains("one secret, or two"));
}
