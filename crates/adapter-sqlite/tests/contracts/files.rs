//! The database's files: only their owner reads them, and who only looks makes none.
#![cfg(unix)]

use super::{fresh_folder, open};
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_sqlite::{ConnectError, ConnectOptions, Store};
use ports::{accounts::Identities, operations::DatabaseCare};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

fn modes(folder: &Path) -> Vec<(String, u32)> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mode = |file: fs::DirEntry| {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        (file.file_name().to_string_lossy().into_owned(), mode)
    };
    files.map(mode).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_reads_the_files() {
    let folder = fresh_folder();
    let path = folder.path().join("stores.db");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let store = open(&path).await;
    store.probe_write(testkit::at(1)).await.unwrap();
    let found = modes(folder.path());
    assert!(found.iter().any(|(name, _)| name.ends_with("-wal")), "{found:?}");
    assert!(found.iter().all(|(_, mode)| *mode == 0o600), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_and_private_and_replaces_nothing() {
    let folder = fresh_folder();
    let store = open(&folder.path().join("stores.db")).await;
    let person = store.get_or_create(&testkit::new_person(testkit::phone(1)), testkit::at(1)).await.unwrap();
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let again = store.backup(&copy).await.unwrap_err();
    assert!(matches!(again, ConnectError::Backup(_)), "{again}");
    let copied = open(&copy).await;
    let found = copied.find_by_phone(&testkit::phone(1)).await.unwrap().unwrap();
    assert_eq!(found.id, person.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_looks_makes_no_file_and_no_folder() {
    let folder = fresh_folder();
    let path = folder.path().join("sub").join("none.db");
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = Arc::new(AeadSealer::new(&keys, Arc::new(RingRandom::default())));
    let audit = Arc::new(HmacAuditSealer::new(&keys));
    let options = ConnectOptions { must_exist: true, ..ConnectOptions::default() };
    let opened = Store::connect_with(path.to_str().unwrap(), options, sealer, audit).await;
    assert!(matches!(opened.err().unwrap(), ConnectError::Missing(_)));
    assert!(!folder.path().join("sub").exists());
}
