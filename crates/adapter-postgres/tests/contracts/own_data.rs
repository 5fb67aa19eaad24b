//! Exports leave no table out unsaid, and a restore is as if there was none.

use super::{fresh_address, open};
use diesel::QueryableByName;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use std::collections::BTreeSet;

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// Each table is exported, or left out for a reason. A new one fails here until somebody decides.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_exported_or_left_out_with_a_reason() {
    let address = fresh_address().await;
    open(&address).await;
    let mut conn = AsyncPgConnection::establish(&address).await.unwrap();
    let query =
        "select table_name::text as name from information_schema.tables where table_schema = 'public'";
    let found = diesel::sql_query(query).load::<Table>(&mut conn).await.unwrap();
    let tables: BTreeSet<String> = found.into_iter().map(|table| table.name).collect();
    let listed = adapter_postgres::TABLES.iter().map(|(name, _)| (*name).to_owned());
    // SQLite's own.
    let listed: BTreeSet<String> = listed.filter(|name| name != "sqlite_sequence").collect();
    assert_eq!(tables, listed);
}

/// Makes a database like that one, without the keys of people, as a dump without them makes it. Nobody may use it.
async fn copy_without_keys(address: &str) -> String {
    let (host, name) = address.rsplit_once('/').unwrap();
    let copy = format!("{name}_copy");
    let server = std::env::var("TEST_PG_URL").unwrap();
    let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
    for command in [
        format!("alter database {name} allow_connections false"),
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
        format!("create database {copy} template {name}"),
        format!("alter database {name} allow_connections true"),
    ] {
        admin.batch_execute(&command).await.unwrap();
    }
    let copy = format!("{host}/{copy}");
    let mut conn = AsyncPgConnection::establish(&copy).await.unwrap();
    conn.batch_execute("delete from subject_keys").await.unwrap();
    copy
}

/// A backup that is restored with newer keys shows what the database would show that was never restored.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_is_as_if_there_was_none() {
    for seed in 0..8 {
        let address = fresh_address().await;
        let copy = async |store| {
            drop(store);
            let copied = copy_without_keys(&address).await;
            (open(&address).await, open(&copied).await)
        };
        let store = open(&address).await;
        store_contracts::privacy::restores::a_restore_is_as_if_there_was_none(seed, store, copy).await;
    }
}
