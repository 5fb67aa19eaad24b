//! What the database itself holds of people, and what is left after an erasure.

use super::{fresh_address, open, owner};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use store_contracts::messaging::{clear_rows, privacy, retired_contacts};

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

async fn texts(conn: &mut AsyncPgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Text> = diesel::sql_query(sql).load(conn).await.unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// Every row of every table, as text.
async fn dump(address: &str) -> Vec<u8> {
    let mut conn = AsyncPgConnection::establish(address).await.unwrap();
    let tables = "select tablename::text as text from pg_tables where schemaname = 'public'";
    let mut all = Vec::new();
    for table in texts(&mut conn, tables).await {
        all.extend(texts(&mut conn, &format!("select t::text as text from {table} t")).await);
    }
    all.join("\n").into_bytes()
}

fn blob(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    format!("'\\x{}'", digits.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_the_tables_in_the_clear() {
    let address = fresh_address().await;
    let store = open(&address).await;
    privacy::store_one_of_each(&store).await;
    privacy::no_secret_is_in(&dump(&address).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_sender_begins_anew() {
    let address = fresh_address().await;
    let (store, fresh) = (open(&address).await, open(&address).await);
    privacy::an_erased_sender_begins_anew(&store, owner(&address), &fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_before_wrote_is_not_handled() {
    let address = fresh_address().await;
    let store = open(&address).await;
    privacy::what_the_person_before_wrote_is_not_handled(&store, owner(&address)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_goes_to_its_address() {
    let address = fresh_address().await;
    let store = open(&address).await;
    retired_contacts::an_overtaken_answer_goes_to_its_address(&store, owner(&address)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_is_not_for_the_next_person() {
    let address = fresh_address().await;
    let store = open(&address).await;
    retired_contacts::an_overtaken_answer_is_not_for_the_next_person(&store, owner(&address)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_is_not_for_who_is_being_erased() {
    let address = fresh_address().await;
    let store = open(&address).await;
    retired_contacts::an_overtaken_answer_is_not_for_who_is_being_erased(&store, owner(&address)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_text_is_no_turn() {
    let address = fresh_address().await;
    let store = open(&address).await;
    privacy::a_wiped_text_is_no_turn(&store, owner(&address), "''").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhooks_body_is_kept_apart() {
    let address = fresh_address().await;
    let store = open(&address).await;
    privacy::a_webhooks_body_is_kept_apart(&store, owner(&address)).await;
}

/// Rows as an earlier version wrote them are found, read and handled like any other, and are in the clear no more.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_earlier_version_are_sealed() {
    let address = fresh_address().await;
    let old = clear_rows::write(&open(&address).await, super::sealer().as_ref(), owner(&address), blob).await;
    let store = open(&address).await;
    privacy::no_secret_is_in(&dump(&address).await);
    clear_rows::are_like_any_other(&store, &old).await;
}
