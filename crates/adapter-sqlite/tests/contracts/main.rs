//! SQLite passes the contract suite of the store ports.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod killed;

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_sqlite::Store;
use std::{fs, path::PathBuf, sync::Arc};
use tempfile::TempDir;

fn fresh_folder() -> TempDir {
    TempDir::with_prefix("ventanilla-contracts-").unwrap()
}

/// A path for a database, in a folder that the operating system removes.
fn fresh_path() -> PathBuf {
    fresh_folder().keep().join("stores.db")
}

async fn open(path: &std::path::Path) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    let store = Store::connect(path.to_str().unwrap(), Arc::new(sealer), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn fresh_store() -> Store {
    open(&fresh_path()).await
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
    assert!(text.contains("SM1"), "the row is there");
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
