//! Another program holds the file: the caller gets an error in time, and nothing was done.

use super::{fresh_path, open};
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_sqlite::{ConnectOptions, Store};
use chrono::DateTime;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use domain::operations::audit::{Actor, AuditRecord};
use domain::principal::Principal;
use ports::{accounts::Users, store_error::StoreError};
use std::{sync::Arc, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_holds_keeps_no_caller_waiting_for_ever() {
    let path = fresh_path();
    open(&path).await;
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = Arc::new(AeadSealer::new(&keys, Arc::new(RingRandom::default())));
    let options = ConnectOptions { deadline: Duration::from_millis(200), ..ConnectOptions::default() };
    let address = path.to_str().unwrap();
    let store = Store::connect_with(address, options, sealer, Arc::new(HmacAuditSealer::new(&keys))).await;
    let store = store.unwrap();
    let mut holder = SqliteConnection::establish(address).unwrap();
    holder.batch_execute("begin immediate").unwrap();
    let record = AuditRecord {
        actor: Actor { who: Principal::Anonymous(None), channel: "rest".into(), request_id: "r".into() },
        action: "tried".into(),
        subject: "nobody".into(),
        on_behalf_of: None,
        before: None,
        after: None,
    };
    // The second caller waits for the one writer, the first for the file.
    let (one, other) =
        tokio::join!(store.note(&record, DateTime::UNIX_EPOCH), store.note(&record, DateTime::UNIX_EPOCH));
    for outcome in [one, other] {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    holder.batch_execute("rollback").unwrap();
    store.note(&record, DateTime::UNIX_EPOCH).await.unwrap();
}
