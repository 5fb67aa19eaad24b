//! A server that hangs, holds a lock or commits with a warning: the caller gets an error in time, and is never
//! told that something lasts of which that is not known.

use super::{fresh_address, open, owner};
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_postgres::{ConnectError, ConnectOptions, Store};
use chrono::DateTime;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use domain::{
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::{
    operations::{Claim, IdempotencyStore},
    store_error::{StoreError, StoreResult},
};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;

async fn connect(address: &str, options: ConnectOptions) -> Result<Store, ConnectError> {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    Store::connect_with(address, options, Arc::new(sealer), Arc::new(HmacAuditSealer::new(&keys))).await
}

async fn claim(store: &Store) -> StoreResult<Claim> {
    let caller = Principal::Client("a".into());
    let key = IdempotencyKey { caller, operation: "verify.send".into(), key: "k".into() };
    let fingerprint = Fingerprint::of(&[("phone", Some("1"))]);
    store.claim(&key, fingerprint, DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH).await
}

fn is_unavailable<T>(outcome: &StoreResult<T>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

/// A server says so by a warning when it ended the wait for a standby: the commit may be lost in a failover.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_answered_with_a_warning_is_no_success() {
    let address = fresh_address().await;
    let store = open(&address).await;
    let mut run = owner(&address);
    run("create function warns() returns trigger language plpgsql as \
         $$ begin raise warning 'canceling wait for synchronous replication'; return null; end $$; \
         create constraint trigger warns after insert on idempotent_responses deferrable initially deferred \
         for each row execute function warns()");
    assert!(is_unavailable(&claim(&store).await));
    assert_eq!(claim(&store).await.unwrap(), Claim::UnderWay, "it was done, and is found under its key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_never_given_back_holds_no_caller_for_ever() {
    let address = fresh_address().await;
    open(&address).await;
    let options = ConnectOptions { deadline: Duration::from_millis(500), ..ConnectOptions::default() };
    let store = connect(&address, options).await.unwrap();
    let mut holder = AsyncPgConnection::establish(&address).await.unwrap();
    holder.batch_execute("begin; lock table idempotent_responses in exclusive mode").await.unwrap();
    assert!(is_unavailable(&claim(&store).await));
    holder.batch_execute("rollback").await.unwrap();
    assert_eq!(claim(&store).await.unwrap(), Claim::Fresh, "nothing was done");
}

/// The first host takes connections and says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_says_nothing_is_left_for_the_next() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = fresh_address().await;
    open(&address).await;
    let (start, place) = address.rsplit_once('@').unwrap();
    let silent_place = silent.local_addr().unwrap();
    let store = connect(&format!("{start}@{silent_place},{place}"), ConnectOptions::default()).await.unwrap();
    assert_eq!(claim(&store).await.unwrap(), Claim::Fresh);
    let database = place.rsplit_once('/').unwrap().1;
    let alone = connect(&format!("{start}@{silent_place}/{database}"), ConnectOptions::default()).await;
    assert!(matches!(alone, Err(ConnectError::Open(_))));
}

/// A statement that the server never ends on its own: the connection is given up, and others of its time too.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_answering_is_given_up_and_found_again() {
    let address = fresh_address().await;
    open(&address).await;
    let options = ConnectOptions { deadline: Duration::from_millis(500), ..ConnectOptions::default() };
    let store = connect(&address, options).await.unwrap();
    let mut run = owner(&address);
    // Longer than the deadline, whatever the server's own limits.
    run("create function hangs() returns trigger language plpgsql as \
         $$ begin perform set_config('statement_timeout', '0', true); perform pg_sleep(30); return new; end $$; \
         create trigger hangs before insert on idempotent_responses for each row execute function hangs()");
    assert!(is_unavailable(&claim(&store).await));
    run(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'INSERT%' and pid <> pg_backend_pid(); \
         drop trigger hangs on idempotent_responses",
    );
    assert_eq!(claim(&store).await.unwrap(), Claim::Fresh);
}
