//! SQLite passes the contract suite of the store ports.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod at_rest;
mod files;
mod killed;
mod own_data;
mod personal;
mod schema;
mod waits;

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom, clabe_issuer};
use adapter_sqlite::Store;
use domain::money::clabe::{ClabeIssuer, ClabePrefix};
use std::{fs, path::PathBuf, sync::Arc};
use tempfile::TempDir;

fn fresh_folder() -> TempDir {
    TempDir::with_prefix("ventanilla-contracts-").unwrap()
}

/// A path for a database, in a folder that the operating system removes.
fn fresh_path() -> PathBuf {
    fresh_folder().keep().join("stores.db")
}

fn keys() -> Keyring {
    Keyring::parse(&"k".repeat(32)).unwrap()
}

fn sealer() -> Arc<AeadSealer> {
    Arc::new(AeadSealer::new(&keys(), Arc::new(RingRandom::default())))
}

async fn open(path: &std::path::Path) -> Store {
    let audit = HmacAuditSealer::new(&keys());
    let store = Store::connect(path.to_str().unwrap(), sealer(), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// The issuer under that prefix and key.
fn issuer(prefix: &str, key: &str) -> Option<ClabeIssuer> {
    clabe_issuer(&Keyring::parse(&key.repeat(32)).unwrap(), ClabePrefix::parse(prefix).unwrap())
}

async fn fresh_store() -> Store {
    open(&fresh_path()).await.with_clabes(issuer(store_contracts::money::clabes::PREFIX, "k"))
}

/// Wallets that were opened before there was a prefix get a CLABE later, in batches. Another prefix or another key
/// leaves those that have one as they are, and gives no CLABE twice.
#[tokio::test(flavor = "multi_thread")]
async fn older_wallets_get_a_clabe_and_keep_it() {
    use domain::money::Currency;
    use ports::{
        accounts::Identities,
        money::{Ledger, Receiving, Resolved},
    };
    let path = fresh_path();
    let store = open(&path).await;
    let now = chrono::DateTime::UNIX_EPOCH;
    let mut people = Vec::new();
    for n in 1..=5 {
        let person = testkit::new_person(testkit::phone(n));
        people.push(store.get_or_create(&person, now).await.unwrap().id);
    }
    let clabe = |store: &Store, n: usize| {
        let (store, user) = (store.clone(), people[n]);
        async move { store.receiving_of(user, Currency::MXN).await.unwrap().unwrap().clabe }
    };
    assert_eq!(store.assign_clabes(10, now).await.unwrap().left, None, "no prefix is set");
    assert_eq!(clabe(&store, 0).await, None);
    let first = store.clone().with_clabes(issuer("6461800001", "k"));
    assert_eq!(first.assign_clabes(2, now).await.unwrap().assigned, 2);
    let kept = clabe(&first, 0).await.unwrap();
    // The same prefix under another key, and then another prefix.
    let rotated = store.clone().with_clabes(issuer("6461800001", "r"));
    assert_eq!(rotated.assign_clabes(1, now).await.unwrap().assigned, 1);
    let other = store.with_clabes(issuer("646180000277", "r"));
    assert_eq!(other.assign_clabes(10, now).await.unwrap().assigned, 2);
    let mut all = std::collections::BTreeSet::new();
    for n in 0..5 {
        all.insert(clabe(&other, n).await.unwrap().canonical().to_owned());
    }
    assert_eq!(all.len(), 5);
    assert_eq!(clabe(&other, 0).await, Some(kept.clone()));
    assert!(clabe(&other, 4).await.unwrap().canonical().starts_with("646180000277"));
    let found = other.resolve(&kept, Currency::MXN).await.unwrap();
    assert!(
        matches!(found, Resolved::Wallet { owner, .. } if owner == people[0]),
        "an old prefix stays valid"
    );
}

store_contracts::suite!(fresh_store);

/// Texts, numbers within bodies and codes are not readable in the file.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_sealed_in_the_file() {
    use domain::{ids::EventId, messaging::conversation::InboundContent};
    use ports::messaging::{TurnQueue, inbound_webhook::InboundMessage};
    let path = fresh_path();
    let store = open(&path).await;
    let message = InboundMessage {
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        provider_event_id: "SM1".into(),
        sender: "whatsapp:+525512345678".into(),
        phone: None,
        profile_name: None,
        content: InboundContent::Text("una frase muy reconocible".into()),
        is_ours: true,
        sent_at: None,
        raw: b"Body=una+frase+muy+reconocible".to_vec(),
    };
    store
        .accept(&[(EventId(uuid::Uuid::from_u128(1)), message)], chrono::DateTime::UNIX_EPOCH)
        .await
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(fs::read(path.with_extension("db-wal")).unwrap_or_default());
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("twilio:whatsapp:+14155238886"), "the row is there");
    assert!(!text.contains("reconocible"));
}

/// A person who owns the database and not the key can change rows; each change is found and named.
#[tokio::test(flavor = "multi_thread")]
async fn changed_removed_and_inserted_audit_rows_are_found() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    owner.batch_execute("drop trigger audit_keeps_update; drop trigger audit_keeps_delete").unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    store_contracts::operations::audit::tampering_is_found(&store, run).await;
}

/// The rules of the ledger are checked over the rows: each kind of damage is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_found() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    owner.batch_execute("drop trigger entries_keep_update; drop trigger entries_keep_delete").unwrap();
    owner.batch_execute("pragma ignore_check_constraints = on").unwrap();
    store_contracts::money::ledger::damage_is_found(&store, |sql| owner.batch_execute(sql).unwrap()).await;
}

/// A row whose channel account can't be read is corrupt, and stops no other row.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_channel_account_is_corrupt() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    use store_contracts::messaging::agent_handoff;
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    agent_handoff::a_malformed_channel_account_is_corrupt(&store, run).await;
}

/// A store over the database, with these keys.
async fn with_keys(address: &str, keys: &str) -> Store {
    let keys = Keyring::parse(keys).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    let store = Store::connect(address, Arc::new(sealer), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_sealed_anew() {
    let address = fresh_path().display().to_string();
    let (old, new) = (format!("old:{}", "o".repeat(32)), format!("new:{}", "n".repeat(32)));
    let both = format!("{new},{old}");
    let stores =
        (with_keys(&address, &old).await, with_keys(&address, &both).await, with_keys(&address, &new).await);
    store_contracts::operations::database_care::rows_are_sealed_anew(stores.0, stores.1, stores.2).await;
}

/// Rows of an earlier version are sealed by the migration.
#[tokio::test(flavor = "multi_thread")]
async fn old_challenges_are_sealed() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    use store_contracts::verification::clear_rows;
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    clear_rows::old_rows_are_sealed(&store, run, async || store.migrate().await.unwrap()).await;
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    clear_rows::an_old_fallback_is_sent(&store, run, async || store.migrate().await.unwrap()).await;
}

/// Contacts without a row go, and people under a legal hold are spared.
#[tokio::test(flavor = "multi_thread")]
async fn retention_looks_at_contacts_and_holds() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    use store_contracts::operations::retention;
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    retention::contacts_without_rows_go(&store, |sql| owner.batch_execute(sql).unwrap()).await;
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    retention::a_legal_hold_spares_its_person(&store, |sql| owner.batch_execute(sql).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_keys_are_sealed_anew() {
    let address = fresh_path().display().to_string();
    let (old, new) = (format!("old:{}", "o".repeat(32)), format!("new:{}", "n".repeat(32)));
    let both = format!("{new},{old}");
    let stores = (with_keys(&address, &old).await, with_keys(&address, &both).await);
    let new = async || with_keys(&address, &new).await;
    store_contracts::operations::subject_keys::subjects_keys_are_sealed_anew(stores.0, stores.1, new).await;
}

/// Runs SQL as the owner of the file.
fn owner(path: &std::path::Path) -> impl FnMut(&str) + use<> {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    owner.batch_execute("pragma busy_timeout = 5000").unwrap();
    move |sql| owner.batch_execute(sql).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn moneys_old_rows_are_sealed() {
    let path = fresh_path();
    let store = open(&path).await.with_clabes(issuer(store_contracts::money::clabes::PREFIX, "k"));
    let migrate = async || assert_eq!(store.migrate().await.unwrap(), 0);
    store_contracts::money::clear_rows::old_rows_are_sealed(&store, owner(&path), migrate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moneys_words_are_nowhere_in_the_file() {
    let path = fresh_path();
    let store = open(&path).await.with_clabes(issuer(store_contracts::money::clabes::PREFIX, "k"));
    let dump = async || [fs::read(&path).unwrap(), fs::read(path.with_extension("db-wal")).unwrap()].concat();
    store_contracts::money::sealed::nothing_is_in_the_clear(&store, dump).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_read_without_keys() {
    for state in ["blocked", "destroyed"] {
        let path = fresh_path();
        let store = open(&path).await.with_clabes(issuer(store_contracts::money::clabes::PREFIX, "k"));
        let reopened = async || open(&path).await;
        store_contracts::money::sealed::readers_live_without_keys(store, owner(&path), reopened, state).await;
    }
}
