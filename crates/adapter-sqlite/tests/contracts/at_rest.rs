//! What the database itself holds of people, and what is left after an erasure.

use super::{fresh_path, open};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::{fs, path::Path};
use store_contracts::messaging::{clear_rows, privacy};

/// Runs SQL as the owner of the file.
fn owner(path: &Path) -> impl FnMut(&str) + use<> {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("pragma busy_timeout = 5000").unwrap();
    move |sql| conn.batch_execute(sql).unwrap()
}

fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes.extend(fs::read(path.with_extension("db-wal")).unwrap_or_default());
    bytes
}

fn blob(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    format!("x'{}'", digits.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_the_file_in_the_clear() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::store_one_of_each(&store).await;
    privacy::no_secret_is_in(&bytes_of(&path));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_sender_begins_anew() {
    let path = fresh_path();
    let (store, fresh) = (open(&path).await, open(&path).await);
    privacy::an_erased_sender_begins_anew(&store, owner(&path), &fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_before_wrote_is_not_handled() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::what_the_person_before_wrote_is_not_handled(&store, owner(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_text_is_no_turn() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::a_wiped_text_is_no_turn(&store, owner(&path), "x''").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhooks_body_is_kept_apart() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::a_webhooks_body_is_kept_apart(&store, owner(&path)).await;
}

/// Rows as an earlier version wrote them are found, read and handled like any other, and are in the clear no more.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_earlier_version_are_sealed() {
    let path = fresh_path();
    let old = clear_rows::write(&open(&path).await, super::sealer().as_ref(), owner(&path), blob).await;
    let store = open(&path).await;
    privacy::no_secret_is_in(&bytes_of(&path));
    clear_rows::are_like_any_other(&store, &old).await;
}
