//! CLABEs of our own wallets: one for each wallet in pesos, and no other wallet is paid by it.

use super::ledger::{balance, outside, post};
use crate::{
    Stores,
    examples::{actor, at, id, person, phone, transfer},
};
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency,
        account_number::AccountNumber,
        ledger::{Decision, Outcome, Refusal},
        transfer::Destination,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
};
use futures_util::future::join_all;
use ports::money::{ClabesAssigned, OpenOutcome, OpenWallet, ReceivingView, Resolved, WalletView};
use std::collections::BTreeSet;

/// The prefix that the stores of the suite assign CLABEs under.
pub const PREFIX: &str = "6461800001";

async fn open(store: &dyn Stores, user: UserId, currency: &str) -> WalletView {
    let wallet = WalletId(id());
    let request = OpenWallet {
        id: wallet,
        user,
        name: "Viaje".into(),
        kind: "savings".into(),
        currency: Currency::parse(currency).unwrap(),
        wallets_max: 1000,
        key: IdempotencyKey::own(wallet.0),
        fingerprint: Fingerprint::of(&[]),
        actor: actor(),
    };
    match store.open_wallet(&request, at(5)).await.unwrap() {
        OpenOutcome::Opened(wallet) => wallet,
        other => panic!("{other:?}"),
    }
}

async fn receiving(store: &dyn Stores, wallet: WalletId) -> ReceivingView {
    store.receiving(wallet).await.unwrap().unwrap()
}

/// Wallets that are opened at once get different CLABEs, whole and under the prefix. A wallet in another currency
/// gets none. The owner's number belongs to their first wallet.
pub async fn each_wallet_in_pesos_has_a_clabe_of_its_own(store: impl Stores) {
    let wallets = join_all((1..=8).map(|n| person(&store, n, 0))).await;
    let second = open(&store, wallets[0].user, "MXN").await;
    let dollars = open(&store, wallets[0].user, "USD").await;
    let mut clabes = BTreeSet::new();
    for wallet in wallets.iter().chain([&second]) {
        let clabe = receiving(&store, wallet.id).await.clabe.unwrap();
        assert!(clabe.canonical().starts_with(PREFIX) && !clabe.looks_mistyped());
        clabes.insert(clabe.canonical().to_owned());
    }
    assert_eq!(clabes.len(), 9);
    let first = receiving(&store, wallets[0].id).await;
    assert_eq!((first.name.as_str(), first.phone.clone()), ("Principal", Some(phone(1))), "no name is known");
    assert_eq!(store.receiving_of(wallets[0].user, Currency::MXN).await.unwrap(), Some(first));
    assert_eq!(receiving(&store, second.id).await.phone, None, "a number pays the first wallet");
    assert_eq!(receiving(&store, dollars.id).await.clabe, None);
    assert_eq!(store.receiving(WalletId(id())).await.unwrap(), None);
    assert_eq!(store.receiving_of(UserId(id()), Currency::MXN).await.unwrap(), None);
    let left = store.assign_clabes(100, at(6)).await.unwrap();
    assert_eq!(left, ClabesAssigned { assigned: 0, left: Some(10_000_000 - 9) });
}

/// A CLABE of ours is a destination inside: it pays its wallet and no other. One that no wallet has is refused, and
/// never leaves the platform.
pub async fn a_clabe_of_ours_pays_its_wallet(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let clabe = receiving(&store, payee.id).await.clabe.unwrap();
    let theirs = Resolved::Wallet { id: payee.id, owner: payee.user };
    assert_eq!(store.resolve(&clabe, Currency::MXN).await.unwrap(), theirs);
    let nobodys = AccountNumber::Clabe(format!("{PREFIX}99999999"));
    assert_eq!(store.resolve(&nobodys, Currency::MXN).await.unwrap(), Resolved::Nobody);
    let foreign = AccountNumber::Clabe("032180000118359719".into());
    assert_eq!(store.resolve(&foreign, Currency::MXN).await.unwrap(), Resolved::Outside);

    let pay = |to: WalletId, destination: Destination| {
        let mut request = transfer(payer.user, payer.id, to, 100, None);
        request.command.transfer.destination = destination;
        post(&store, request)
    };
    let found =
        |wallet, clabe: &AccountNumber| Destination::Wallet { id: wallet, found_by: Some(clabe.clone()) };
    let not_found = Decision::Decided(Outcome::Refused(Refusal::RecipientNotFound));
    assert_eq!(pay(outside(), Destination::Account(nobodys)).await, not_found);
    assert_eq!(pay(outside(), Destination::Account(clabe.clone())).await, not_found, "it is not outside");
    let own = receiving(&store, payer.id).await.clabe.unwrap();
    assert_eq!(pay(payee.id, found(payee.id, &own)).await, not_found, "another wallet's");
    let paid = pay(payee.id, found(payee.id, &clabe)).await;
    assert!(matches!(paid, Decision::Decided(Outcome::Accepted(_))), "{paid:?}");
    let sent = pay(outside(), Destination::Account(foreign)).await;
    assert!(matches!(sent, Decision::Decided(Outcome::Accepted(_))), "{sent:?}");
    assert_eq!(balance(&store, payee.id).await, 100);
    assert_eq!(balance(&store, payer.id).await, 800);
    assert_eq!(store.verify().await.unwrap(), []);
}
