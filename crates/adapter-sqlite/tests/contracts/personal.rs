//! Personal data of accounts: rows of an earlier version, destroyed keys, and what the file shows.

use super::{fresh_path, open};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::path::Path;
use store_contracts::accounts::personal;

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_the_clear_are_sealed() {
    let path = fresh_path();
    let store = open(&path).await;
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    let migrate = async || assert_eq!(store.migrate().await.unwrap(), 0);
    personal::rows_in_the_clear_are_sealed(&store, run, migrate).await;
    assert_unreadable(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_nothing_is_shown() {
    let path = fresh_path();
    let (store, other) = (open(&path).await, open(&path).await);
    let mut owner = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let run = |sql: &str| owner.batch_execute(sql).unwrap();
    personal::without_the_key_nothing_is_shown(&store, &other, run).await;
}

/// No number, address, name, chat or device of an account is readable in the file or its log, in any spelling.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_not_readable_in_the_file() {
    let path = fresh_path();
    let store = open(&path).await;
    let user = personal::filled(&store).await;
    assert!(bytes_of(&path).windows(16).any(|window| window == user.0.as_bytes()), "the row is there");
    assert_unreadable(&path);
}

/// The file and its log.
fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    bytes.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
    bytes
}

fn digit(half: u8) -> char {
    char::from_digit(half.into(), 16).unwrap()
}

fn assert_unreadable(path: &Path) {
    let bytes = bytes_of(path);
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    for value in personal::VALUES {
        let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex: String = value.bytes().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect();
        assert!(!has(value.as_bytes()) && !has(&utf16) && !has(hex.as_bytes()), "{value}");
    }
}
