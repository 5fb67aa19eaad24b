//! What others see of a person stays as it was when the person is erased.

use super::keep_names;
use crate::{
    backend::{Conn, DbId, testing::fresh_address},
    store::{
        error::SqlError,
        handle::Store,
        schema::{kept_names, subject_keys, users},
    },
};
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency,
        counterpart::Counterpart,
        ledger::{Decision, Outcome, clearing_account},
    },
};
use futures_util::FutureExt;
use ports::{
    accounts::Identities,
    money::{EntryFilter, EntryView, Ledger, WalletView},
    pagination::PageRequest,
};
use std::sync::Arc;
use testkit::{at, new_person, phone, posting};

async fn open(address: &str) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    let store = Store::connect(address, Arc::new(sealer), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn person(store: &Store, n: u32) -> WalletView {
    let user = store.get_or_create(&new_person(phone(n)), at(0)).await.unwrap();
    let wallet = store.first_wallet(user.id, Currency::MXN).await.unwrap().unwrap();
    pay(store, user.id, (clearing_account(Currency::MXN), wallet.id), &format!("opening {n}")).await;
    wallet
}

async fn pay(store: &Store, owner: UserId, (from, to): (WalletId, WalletId), key: &str) {
    let minor = if key.starts_with("opening") { 1_000 } else { 10 };
    let mut request = posting(owner, from, to, minor, key);
    request.command.transfer.concept = Some(format!("for {key}"));
    let decision = store.post(&[request], at(1)).await.unwrap().remove(0).decision;
    assert!(matches!(decision, Decision::Decided(Outcome::Accepted(_))), "{decision:?}");
}

async fn entries(store: &Store, wallet: &WalletView) -> Vec<EntryView> {
    let page = PageRequest { limit: 50, after: None };
    store.entries(wallet.id, EntryFilter::default(), &page).await.unwrap()
}

async fn keep(store: &Store, person: UserId) -> usize {
    let vault = store.vault.clone();
    let work = store
        .database
        .write(move |conn| async move { keep_names(conn, &vault, person, at(9)).await }.boxed());
    work.await.unwrap()
}

/// What an erasure does to a person's account: the chat key is destroyed, and nothing is left of the names.
async fn erase(conn: &mut Conn, person: UserId) -> Result<(), SqlError> {
    let key = subject_keys::table.find((DbId(person.0), "chat"));
    diesel::update(key)
        .set((subject_keys::sealed.eq(None::<Vec<u8>>), subject_keys::state.eq("destroyed")))
        .execute(conn)
        .await?;
    diesel::update(users::table.find(DbId(person.0)))
        .set((users::phone_hash.eq(None::<String>), users::personal.eq(None::<Vec<u8>>)))
        .execute(conn)
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_stays_when_the_other_person_is_erased() {
    let address = fresh_address().await;
    let store = open(&address).await;
    let (ana, bea, cleo) = (person(&store, 1).await, person(&store, 2).await, person(&store, 3).await);
    pay(&store, ana.user, (ana.id, bea.id), "a present").await;
    pay(&store, bea.user, (bea.id, ana.id), "a share").await;
    pay(&store, cleo.user, (cleo.id, bea.id), "a meal").await;
    let before = (entries(&store, &bea).await, entries(&store, &cleo).await);
    let seen: Vec<_> = before.0.iter().map(|entry| entry.counterpart.to_string()).collect();
    assert_eq!(seen, ["****0003", "****0001", "****0001", "****"]);
    assert_eq!(keep(&store, ana.user).await, 1, "only Bea has seen Ana");
    assert_eq!(entries(&store, &bea).await, before.0);
    let person = ana.user;
    store.database.write(move |conn| erase(conn, person).boxed()).await.unwrap();
    let store = open(&address).await;
    assert_eq!((entries(&store, &bea).await, entries(&store, &cleo).await), before);
    assert_eq!(keep(&store, ana.user).await, 0, "nothing is known any more, and what is kept stays");
    assert_eq!(entries(&store, &bea).await, before.0);
    // To a person who sees Ana for the first time, she is nobody.
    pay(&store, cleo.user, (cleo.id, ana.id), "a late gift").await;
    assert_eq!(entries(&store, &cleo).await[0].counterpart, Counterpart::Person("****".into()));
    // Another person's key opens no kept name.
    let moved = diesel::update(kept_names::table).set(kept_names::viewer_id.eq(DbId(cleo.user.0)));
    store.database.write(|conn| async move { Ok(moved.execute(conn).await?) }.boxed()).await.unwrap();
    let page = PageRequest { limit: 1, after: None };
    assert!(store.entries(cleo.id, EntryFilter::default(), &page).await.is_err());
}
