//! The audit log: a row for each decision, sealed in a chain that shows every change.

use crate::{
    Stores,
    examples::{actor, at, person, transfer},
};
use domain::{
    money::{Currency, ledger::clearing_account},
    operations::audit::BlockHead,
};
use futures_util::future::join_all;
use ports::pagination::PageRequest;

async fn pay(store: &dyn Stores, times: u32) {
    let wallet = person(store, 1, 1_000).await;
    let request = || transfer(wallet.user, wallet.id, clearing_account(Currency::MXN), 1, None);
    join_all((0..times).map(|_| async { store.post(&[request()], at(5)).await.unwrap() })).await;
}

async fn seal_all(store: &dyn Stores) -> Option<BlockHead> {
    let mut newest = None;
    while let Some(head) = store.seal(at(6)).await.unwrap() {
        newest = Some(head);
    }
    newest
}

/// Each decision has its row, refusals too, with actor, person, before and after. Of accounts it says nothing.
pub async fn each_decision_has_its_row(store: impl Stores) {
    let wallet = person(&store, 1, 100).await;
    let outside = clearing_account(Currency::MXN);
    let paid = transfer(wallet.user, wallet.id, outside, 40, None);
    let refused = transfer(wallet.user, wallet.id, outside, 400, None);
    let subject = paid.command.transfer.id.to_string();
    store.post(&[paid, refused], at(5)).await.unwrap();
    let events = store.events(&PageRequest { limit: 10, after: None }).await.unwrap();
    let actions: Vec<_> = events.iter().map(|row| row.record.action.as_str()).collect();
    assert_eq!(actions, ["transfer.refused", "transfer.completed", "transfer.completed"]);
    let row = &events[1].record;
    assert_eq!((&row.actor, &row.subject), (&actor(), &subject));
    assert_eq!(row.on_behalf_of, Some(format!("user:{}", wallet.user)));
    assert_eq!((row.before.as_deref(), row.after.as_deref()), (None, Some("completed: 0.40 MXN")));
    assert_eq!(events[0].record.after.as_deref(), Some("insufficient_funds: 4.00 MXN"));
    let older =
        store.events(&PageRequest { limit: 1, after: Some(events[1].seq.to_string()) }).await.unwrap();
    assert_eq!(older[0].seq, events[2].seq);
}

/// Each row is sealed once, however many workers seal. The chain verifies, and contains the heads that were
/// noted.
pub async fn the_chain_is_sealed_once_and_sound(store: impl Stores) {
    pay(&store, 20).await;
    let heads = join_all((0..6).map(|_| seal_all(&store))).await;
    assert!(heads.iter().any(Option::is_some));
    let first = store.verify_chain(None).await.unwrap();
    assert_eq!((first.faults.as_slice(), first.checked, first.unsealed), ([].as_slice(), 21, 0));
    pay_more(&store).await;
    assert_eq!(store.verify_chain(None).await.unwrap().unsealed, 1);
    seal_all(&store).await;
    let noted = first.head;
    let second = store.verify_chain(noted).await.unwrap();
    assert_eq!((second.faults.as_slice(), second.checked), ([].as_slice(), 22));
    assert_ne!(second.head, noted);
    let rebuilt = noted.map(|head| BlockHead { code: [9; 32], ..head });
    assert_eq!(store.verify_chain(rebuilt).await.unwrap().faults.len(), 1, "that head never was");
}

async fn pay_more(store: &dyn Stores) {
    let wallet = person(store, 1, 0).await;
    let request = transfer(wallet.user, wallet.id, clearing_account(Currency::MXN), 1, None);
    store.post(&[request], at(7)).await.unwrap();
}

/// Rows that are written during sealing are sealed later; none is missed.
pub async fn nothing_is_missed_while_others_write(store: impl Stores) {
    let sealing = async {
        for _ in 0..10 {
            store.seal(at(6)).await.unwrap();
        }
    };
    tokio::join!(pay(&store, 60), sealing);
    seal_all(&store).await;
    let report = store.verify_chain(None).await.unwrap();
    assert_eq!((report.faults.as_slice(), report.checked, report.unsealed), ([].as_slice(), 61, 0));
}

/// `run` executes SQL as a person who owns the database and does not have the key.
pub async fn tampering_is_found(store: &impl Stores, mut run: impl FnMut(&str)) {
    pay(store, 5).await;
    seal_all(store).await;
    let faults = || async {
        let found = store.verify_chain(None).await.unwrap().faults;
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(faults().await, Vec::<String>::new());
    run("update audit set after = 'another' where seq = 2");
    assert_eq!(faults().await, ["row 2 was changed"]);
    run("delete from audit where seq = 4");
    assert_eq!(faults().await, ["row 2 was changed", "row 4 was removed"]);
    run("insert into audit (seq, at, who, channel, request_id, action, subject) \
         select 4, at, who, channel, request_id, action, subject from audit where seq = 3");
    assert_eq!(faults().await, ["row 2 was changed", "row 4 was changed"]);
    run("update audit_blocks set last_seq = 5");
    assert_eq!(faults().await, ["block 1 was changed"]);
    run("update audit_blocks set number = 2");
    assert_eq!(faults().await, ["block 1 was removed"]);
}
