//! Tables of another version are found, and `migrate` refuses them.

use super::{fresh_path, open};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, sync_connection_wrapper::SyncConnectionWrapper};
use ports::operations::{DatabaseCare, SchemaState};

/// The state after `change` was made to the notes of a migrated database, and what `migrate` says then.
async fn after(change: &str) -> (SchemaState, Result<usize, String>) {
    let path = fresh_path();
    let store = open(&path).await;
    let mut other =
        SyncConnectionWrapper::<diesel::SqliteConnection>::establish(path.to_str().unwrap()).await.unwrap();
    other.batch_execute(change).await.unwrap();
    let state = store.schema().await.unwrap();
    (state, store.migrate().await.map_err(|error| error.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_left_alone() {
    let (state, migrated) =
        after("insert into __diesel_schema_migrations (version) values ('99999999999999')").await;
    assert_eq!(state.newer, ["99999999999999"]);
    assert!(state.missing.is_empty() && !state.is_current());
    assert!(migrated.unwrap_err().contains("newer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_edited_after_it_ran_is_found() {
    let change = "update migration_checksums set checksum = '0' where version = '20261121000003'";
    let (state, migrated) = after(change).await;
    assert_eq!(state.changed, ["20261121000003"]);
    assert!(migrated.unwrap_err().contains("20261121000003"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_did_not_run_is_missing() {
    let path = fresh_path();
    let store = open(&path).await;
    let mut other =
        SyncConnectionWrapper::<diesel::SqliteConnection>::establish(path.to_str().unwrap()).await.unwrap();
    let newest = "delete from __diesel_schema_migrations where version = \
                  (select max(version) from __diesel_schema_migrations)";
    other.batch_execute(newest).await.unwrap();
    let state = store.schema().await.unwrap();
    assert_eq!((state.missing.len(), state.is_current()), (1, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_lacks_every_migration() {
    let path = fresh_path();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let keys = adapter_crypto::Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer =
        adapter_crypto::AeadSealer::new(&keys, std::sync::Arc::new(adapter_crypto::RingRandom::default()));
    let audit = adapter_crypto::HmacAuditSealer::new(&keys);
    let connected = adapter_sqlite::Store::connect(
        path.to_str().unwrap(),
        std::sync::Arc::new(sealer),
        std::sync::Arc::new(audit),
    );
    let state = connected.await.unwrap().schema().await.unwrap();
    assert!(state.applied.is_empty() && state.missing.len() >= 5, "{state:?}");
}
