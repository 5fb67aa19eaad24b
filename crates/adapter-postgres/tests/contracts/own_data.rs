//! Exports leave no table out unsaid.

use super::{fresh_address, open};
use diesel::QueryableByName;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
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
