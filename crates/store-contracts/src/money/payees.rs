//! Payees: added by a payment under a name, listed, renamed, forgotten.

use super::ledger::outside;
use crate::{
    Stores,
    examples::{actor, at, id, person, transfer},
    messaging::inbox,
};
use chrono::Duration;
use domain::{
    ids::{PayeeId, UserId},
    money::{
        Currency,
        account_number::AccountNumber,
        ledger::{Decision, Outcome},
        limits::Limits,
        payees::Payee,
        transfer::{Destination, TransferStatus},
    },
};
use futures_util::future::join_all;
use ports::{
    messaging::{Committed, PayeeChange, Turn},
    money::{HoldVerdict, PostRequest, WalletView},
    pagination::PageRequest,
};

fn account(number: u64) -> AccountNumber {
    AccountNumber::Plain(format!("{number:010}"))
}

/// A request to pay an account outside, under a name or without one.
pub(super) fn to(wallet: &WalletView, number: u64, name: Option<&str>, second: i64) -> PostRequest {
    let mut request = transfer(wallet.user, wallet.id, outside(), 10, None);
    request.command.transfer.destination = Destination::Account(account(number));
    request.command.transfer.created_at = at(second);
    request.payee = name.map(str::to_owned);
    request
}

async fn pay(store: &dyn Stores, wallet: &WalletView, number: u64, name: Option<&str>, second: i64) {
    let outcome = store.post(&[to(wallet, number, name, second)], at(second)).await.unwrap().remove(0);
    assert!(matches!(outcome.decision, Decision::Decided(Outcome::Accepted(_))), "{outcome:?}");
}

/// The names and accounts of a person's payees, with the second in which each was last paid.
async fn known(store: &dyn Stores, user: UserId) -> Vec<(String, AccountNumber, i64)> {
    let second = |payee: &Payee| payee.last_paid_at.signed_duration_since(at(0)).num_seconds();
    let all = store.payees_of(user).await.unwrap();
    all.into_iter().map(|payee| (payee.name.clone(), payee.account.clone(), second(&payee))).collect()
}

/// A payment under a name adds the payee as it is written, the newest first; without a name it adds none. The
/// same name may have two accounts, and an account has the name of its last payment.
pub async fn a_payment_under_a_name_adds_a_payee(store: impl Stores) {
    let (ana, bea) = (person(&store, 1, 1_000).await, person(&store, 2, 1_000).await);
    pay(&store, &ana, 1, Some("primo  Lalo"), 10).await;
    pay(&store, &ana, 2, Some("Ana López"), 20).await;
    pay(&store, &ana, 3, None, 30).await;
    pay(&store, &ana, 4, Some("Ana López"), 40).await;
    pay(&store, &bea, 1, Some("Eduardo"), 50).await;
    let ana_lopez = |number, second| ("Ana López".to_owned(), account(number), second);
    let lalo = |second| ("primo Lalo".to_owned(), account(1), second);
    assert_eq!(known(&store, ana.user).await, [ana_lopez(4, 40), ana_lopez(2, 20), lalo(10)]);
    assert_eq!(known(&store, bea.user).await, [("Eduardo".to_owned(), account(1), 50)]);
    pay(&store, &ana, 1, None, 60).await;
    pay(&store, &ana, 2, Some("Anita"), 70).await;
    let anita = ("Anita".to_owned(), account(2), 70);
    assert_eq!(known(&store, ana.user).await, [anita, lalo(60), ana_lopez(4, 40)]);
}

/// Nobody is remembered by a payment that was refused, nor by one between a person's own wallets. Two payments of
/// one batch to one payee, and many at once, are one payee.
pub async fn only_who_is_paid_is_a_payee(store: impl Stores) {
    let (ana, bea) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let mut refused = to(&ana, 1, Some("Rosa"), 10);
    refused.command.transfer.amount.minor = 9_999;
    store.post(&[refused], at(10)).await.unwrap();
    assert_eq!(known(&store, ana.user).await, []);
    let both = [to(&ana, 1, Some("Rosa"), 20), to(&ana, 1, Some("Rosa"), 20), to(&ana, 2, None, 20)];
    store.post(&both, at(20)).await.unwrap();
    join_all((0..8).map(|_| pay(&store, &ana, 1, Some("Rosa"), 30))).await;
    assert_eq!(known(&store, ana.user).await, [("Rosa".to_owned(), account(1), 30)]);
    let mut by_id = transfer(ana.user, ana.id, bea.id, 10, None);
    by_id.command.transfer.destination = Destination::Wallet { id: bea.id, found_by: None };
    by_id.payee = Some("Bea".into());
    store.post(&[by_id], at(40)).await.unwrap();
    assert_eq!(known(&store, ana.user).await.len(), 1, "a wallet's id is no account to pay by name");
    assert_eq!(store.verify().await.unwrap(), []);
}

/// A payment that is held for the bank adds its payee when it is accepted, and is paid when it is captured.
pub async fn a_captured_hold_pays_its_payee(store: impl Stores) {
    let ana = person(&store, 1, 1_000).await;
    let mut held = to(&ana, 1, Some("Rosa"), 10);
    held.command.transfer.status = TransferStatus::Processing;
    let transfer = held.command.transfer.id;
    store.post(&[held], at(10)).await.unwrap();
    assert_eq!(known(&store, ana.user).await, [("Rosa".to_owned(), account(1), 10)]);
    store.settle_hold(transfer, &HoldVerdict::Capture, &actor(), at(90)).await.unwrap();
    assert_eq!(known(&store, ana.user).await, [("Rosa".to_owned(), account(1), 90)]);
}

/// A payee gets another name or is forgotten. A forgotten one is paid again without a new cool-off, and under a
/// name it is a new payee.
pub async fn a_payee_is_renamed_and_forgotten(store: impl Stores) {
    let ana = person(&store, 1, 1_000).await;
    pay(&store, &ana, 1, Some("Rosa"), 10).await;
    let rosa = store.payees_of(ana.user).await.unwrap().remove(0);
    assert_eq!((rosa.owner, store.find_payee(rosa.id).await.unwrap()), (ana.user, Some(rosa.clone())));
    let renamed = store.rename_payee(rosa.id, "Doña Rosa", &actor(), at(20)).await.unwrap().unwrap();
    assert_eq!(renamed, Payee { name: "Doña Rosa".into(), ..rosa.clone() });
    assert_eq!(store.find_payee(rosa.id).await.unwrap(), Some(renamed));
    let nobody = PayeeId(id());
    assert_eq!(store.rename_payee(nobody, "Rosa", &actor(), at(20)).await.unwrap(), None);
    assert!(!store.forget_payee(nobody, &actor(), at(20)).await.unwrap());
    assert!(store.forget_payee(rosa.id, &actor(), at(30)).await.unwrap());
    assert!(!store.forget_payee(rosa.id, &actor(), at(30)).await.unwrap());
    assert_eq!(store.find_payee(rosa.id).await.unwrap(), None);
    let mut again = to(&ana, 1, Some("Rosa"), 100);
    again.command.limits = Limits { new_payee_cooloff: Duration::seconds(90), ..Limits::none(Currency::MXN) };
    let outcome = store.post(&[again], at(100)).await.unwrap().remove(0);
    assert!(matches!(outcome.decision, Decision::Decided(Outcome::Accepted(_))), "{outcome:?}");
    let new = store.payees_of(ana.user).await.unwrap().remove(0);
    assert!(new.id != rosa.id && new.name == "Rosa");
}

/// The end of a turn renames and forgets payees, and one that is forgotten already harms nothing. Under a lease that
/// is over, nothing changes.
pub async fn a_turn_changes_payees(store: impl Stores) {
    let ana = person(&store, 1, 1_000).await;
    pay(&store, &ana, 1, Some("Rosa"), 10).await;
    pay(&store, &ana, 2, Some("Luis"), 20).await;
    let ids: Vec<PayeeId> = store.payees_of(ana.user).await.unwrap().iter().map(|payee| payee.id).collect();
    let change =
        |payee, name: Option<&str>| PayeeChange { payee, name: name.map(str::to_owned), actor: actor() };
    inbox::accept(&store, 1, "a1").await;
    let turn = inbox::lease(&store, 1).await.unwrap();
    let mut end = inbox::done(&turn);
    end.payee_changes = vec![
        change(ids[1], Some("Doña Rosa")),
        change(ids[0], None),
        change(ids[0], None),
        change(ids[0], Some("Luis")),
    ];
    let late = Turn { fence: end.fence - 1, ..end.clone() };
    assert_eq!(store.commit_turn(&late, at(30)).await.unwrap(), Committed::Fenced);
    assert_eq!(known(&store, ana.user).await.len(), 2);
    assert_eq!(store.commit_turn(&end, at(30)).await.unwrap(), Committed::Done);
    assert_eq!(known(&store, ana.user).await, [("Doña Rosa".to_owned(), account(1), 10)]);
}

/// Payees are listed page by page, of one person or of all, each once.
pub async fn payees_are_listed_in_pages(store: impl Stores) {
    let (ana, bea) = (person(&store, 1, 1_000).await, person(&store, 2, 1_000).await);
    for number in 1..=5 {
        pay(&store, &ana, number, Some(&format!("Payee {number}")), 10).await;
    }
    pay(&store, &bea, 1, Some("Eduardo"), 20).await;
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page =
            store.payees(Some(ana.user), &PageRequest { limit: 2, after: after.take() }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.to_string());
        names.extend(page.into_iter().map(|payee| payee.name));
    }
    assert_eq!(names, ["Payee 5", "Payee 4", "Payee 3", "Payee 2", "Payee 1"]);
    let all = store.payees(None, &PageRequest { limit: 10, after: None }).await.unwrap();
    assert_eq!(all.iter().filter(|payee| payee.owner == bea.user).count(), 1);
    assert_eq!(all.len(), 6);
}
