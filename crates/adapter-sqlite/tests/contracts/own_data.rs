//! Exports leave no table out unsaid, and a copy of the database has no keys.

use super::{fresh_folder, open};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection};
use domain::money::{Currency, ledger::clearing_account};
use ports::{
    accounts::{Identities, Users},
    money::Ledger,
    pagination::PageRequest,
    privacy::{KeyCopies, KeyCopy},
};
use std::{collections::BTreeSet, fs, path::Path};
use testkit::{at, new_person, phone, posting};

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn tables(path: &Path) -> BTreeSet<String> {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    // The store's connections may still be closing.
    conn.batch_execute("pragma busy_timeout = 5000").unwrap();
    let query = diesel::sql_query("select name from sqlite_master where type = 'table'");
    query.load::<Table>(&mut conn).unwrap().into_iter().map(|table| table.name).collect()
}

/// Each table is exported, or left out for a reason. A new one fails here until somebody decides.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_exported_or_left_out_with_a_reason() {
    let folder = fresh_folder();
    let path = folder.path().join("stores.db");
    // A store that closes locks the file for a moment.
    let _store = open(&path).await;
    let listed: BTreeSet<String> =
        adapter_sqlite::TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(listed.len(), adapter_sqlite::TABLES.len(), "no table is listed twice");
    assert_eq!(tables(&path), listed);
}

async fn all_keys(store: &adapter_sqlite::Store) -> Vec<KeyCopy> {
    let mut all: Vec<KeyCopy> = Vec::new();
    loop {
        let page = store.copy_keys(all.last().map(|key| key.id)).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// A copy shows amounts and nothing that is sealed, makes no key in place of one that is away, and is whole again with
/// the keys that were copied apart.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_read_without_its_keys_and_whole_with_them() {
    let folder = fresh_folder();
    let store = open(&folder.path().join("stores.db")).await;
    let person = store.get_or_create(&new_person(phone(1)), at(0)).await.unwrap();
    let wallet = store.first_wallet(person.id, Currency::MXN).await.unwrap().unwrap();
    let mut opening = posting(person.id, clearing_account(Currency::MXN), wallet.id, 500, "");
    opening.command.transfer.concept = Some("pianola".into());
    let transfer = opening.command.transfer.id;
    store.post(&[opening], at(0)).await.unwrap();
    let path = folder.path().join("copy.db");
    store.backup(&path).await.unwrap();
    let keys = all_keys(&store).await;
    assert!(!keys.is_empty());
    let bytes = fs::read(&path).unwrap();
    for key in &keys {
        let sealed = key.sealed.as_ref().unwrap();
        assert!(!bytes.windows(sealed.len()).any(|window| window == sealed), "a key's bytes are in the copy");
    }
    let copy = open(&path).await;
    assert!(copy.are_keys_away().await.unwrap() && !store.are_keys_away().await.unwrap());
    let shown = copy.find_transfer(transfer).await.unwrap().unwrap();
    assert_eq!((shown.amount.minor, shown.concept), (500, None));
    assert!(all_keys(&copy).await.is_empty());
    assert_eq!(copy.profile(person.id).await.unwrap().and_then(|profile| profile.phone), None);
    assert!(all_keys(&copy).await.is_empty(), "no other key was made");
    assert_eq!(copy.put_keys(&keys, at(9)).await.unwrap().restored, u64::try_from(keys.len()).unwrap());
    assert!(!copy.are_keys_away().await.unwrap());
    let shown = copy.find_transfer(transfer).await.unwrap().unwrap();
    assert_eq!(shown.concept.as_deref(), Some("pianola"));
    let wallets = copy.wallets(Some(person.id), &PageRequest { limit: 5, after: None }).await.unwrap();
    assert_eq!(wallets[0].name, wallet.name);
    assert_eq!(copy.profile(person.id).await.unwrap().unwrap().phone, Some(phone(1)));
}

/// A backup that is restored with newer keys shows what the database would show that was never restored.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_is_as_if_there_was_none() {
    for seed in 0..8 {
        let folder = fresh_folder();
        let path = folder.path().join("copy.db");
        let store = open(&folder.path().join("stores.db")).await;
        let copy = async |store: adapter_sqlite::Store| {
            store.backup(&path).await.unwrap();
            (store, open(&path).await)
        };
        store_contracts::privacy::restores::a_restore_is_as_if_there_was_none(seed, store, copy).await;
    }
}
