//! Keys that are made at the same time, rolled back and destroyed.

use super::{Place, Vault, contacts};
use crate::{
    backend::testing::fresh_store,
    store::{error::SqlError, handle::Store, rows::corrupt, schema::subject_keys},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use futures_util::{FutureExt, future::join_all};
use ports::{accounts::Identities, subject_keys::SubjectKeyId};
use std::sync::{Arc, Mutex};
use testkit::{at, id, new_person, phone};
use uuid::Uuid;

const PLACE: Place<'static> = Place::new("test.sealed", b"row");

fn key_id() -> SubjectKeyId {
    SubjectKeyId::chat(id())
}

/// Seals a text under a subject's key, which is made if it is missing.
async fn seal(store: &Store, id: SubjectKeyId, text: &'static str) -> Vec<u8> {
    let vault = store.vault.clone();
    let sealed = store.database.write(move |conn| {
        async move { vault.key_for(conn, id, at(0)).await?.seal(id, PLACE, &text) }.boxed()
    });
    sealed.await.unwrap()
}

async fn open(store: &Store, vault: &Vault, sealed: Vec<u8>) -> Option<String> {
    let vault = vault.clone();
    let opened =
        store.database.query(move |conn| async move { vault.open(conn, PLACE, &sealed).await }.boxed());
    opened.await.unwrap()
}

/// A vault over the same database that has no key at hand.
fn cold(store: &Store) -> Vault {
    Vault::new(store.sealer.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_transaction_that_was_rolled_back_is_not_used() {
    let (store, id) = (fresh_store().await, key_id());
    let lost = Arc::new(Mutex::new(Vec::new()));
    let (vault, sealed) = (store.vault.clone(), lost.clone());
    let rolled_back = store.database.write(move |conn| {
        async move {
            let keys = vault.key_for(conn, id, at(0)).await?;
            *sealed.lock().unwrap() = keys.seal(id, PLACE, &"lost")?;
            Err::<(), SqlError>(corrupt("on purpose"))
        }
        .boxed()
    });
    assert!(rolled_back.await.is_err());
    let lost = lost.lock().unwrap().clone();
    assert!(!lost.is_empty());
    assert_eq!(open(&store, &store.vault, lost.clone()).await, None, "its key was never kept");
    let kept = seal(&store, id, "kept").await;
    for vault in [&store.vault, &cold(&store)] {
        assert_eq!(open(&store, vault, kept.clone()).await.as_deref(), Some("kept"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_opens_nothing_once_it_is_forgotten() {
    let (store, id) = (fresh_store().await, key_id());
    let sealed = seal(&store, id, "text").await;
    assert_eq!(open(&store, &store.vault, sealed.clone()).await.as_deref(), Some("text"));
    let destroy = diesel::update(subject_keys::table)
        .set((subject_keys::state.eq("destroyed"), subject_keys::sealed.eq(None::<Vec<u8>>)));
    store.database.write(move |conn| async move { Ok(destroy.execute(conn).await?) }.boxed()).await.unwrap();
    store.vault.forget(id);
    assert_eq!(open(&store, &store.vault, sealed).await, None);
    let vault = store.vault.clone();
    let anew = store.database.write(move |conn| {
        async move { vault.key_for(conn, id, at(1)).await?.seal(id, PLACE, &"more") }.boxed()
    });
    assert!(anew.await.is_err(), "nothing new is stored about an erased subject");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_transactions_that_make_a_key_at_once_one_key_remains() {
    let (store, id) = (fresh_store().await, key_id());
    let sealed = join_all((0..8).map(|_| seal(&store, id, "text"))).await;
    let keys = store
        .database
        .query(|conn| async move { Ok(subject_keys::table.count().get_result::<i64>(conn).await?) }.boxed());
    assert_eq!(keys.await.unwrap(), 1);
    let vault = cold(&store);
    for sealed in sealed {
        assert_eq!(open(&store, &vault, sealed).await.as_deref(), Some("text"));
    }
}

/// Proves an address, and returns its contact.
async fn prove(store: &Store, user: UserId) -> Uuid {
    let hash = store.vault.address("an address");
    let contact = store.database.write(move |conn| {
        async move {
            contacts::prove(conn, &hash, user, at(0)).await?;
            contacts::contact_of(conn, &hash, at(0)).await
        }
        .boxed()
    });
    contact.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_another_person_proves_gets_a_new_contact() {
    let store = fresh_store().await;
    let mut people = Vec::new();
    for n in 1..=2 {
        people.push(store.get_or_create(&new_person(phone(n)), at(0)).await.unwrap().id);
    }
    let of_ana = prove(&store, people[0]).await;
    assert_eq!(prove(&store, people[0]).await, of_ana, "proved again");
    let of_ben = prove(&store, people[1]).await;
    assert_ne!(of_ben, of_ana, "what Ana wrote stays hers");
    assert_eq!(prove(&store, people[1]).await, of_ben);
}
