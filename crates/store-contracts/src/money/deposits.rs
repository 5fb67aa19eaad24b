//! Deposits come in once for each reference; requests with two keys are bound by both.

use crate::{
    Stores,
    examples::{actor, at, folio, id, person, transfer},
    money::ledger::{balance, is_accepted, is_sound, post},
};
use domain::{
    ids::{TransferId, WalletId},
    money::{
        Currency,
        clearing::DepositSource,
        ledger::{Decision, Outcome, Refusal, ReverseTransfer},
        transfer::Destination,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use futures_util::future::join_all;
use ports::money::{PostRequest, ReverseRequest, WalletView};
use std::collections::HashSet;

/// A deposit of cash into a wallet.
pub(crate) fn deposit(into: &WalletView, minor: i64, reference: Option<&str>) -> PostRequest {
    let till = DepositSource::Cash.clearing_account(Currency::MXN);
    let mut request = transfer(into.user, till, into.id, minor, reference);
    request.command.key.operation = "deposit".into();
    request.command.transfer.destination = Destination::Wallet { id: into.id, found_by: None };
    request
}

/// The transfers that were accepted, now or before.
fn made(decisions: &[Decision]) -> HashSet<TransferId> {
    let accepted = decisions.iter().filter_map(|decision| match decision {
        Decision::Decided(Outcome::Accepted(made)) | Decision::Replayed(Outcome::Accepted(made)) => {
            Some(made.id)
        }
        _ => None,
    });
    accepted.collect()
}

async fn give_back(store: &dyn Stores, original: TransferId) -> Decision {
    let own = TransferId(id());
    let command = ReverseTransfer {
        id: own,
        folio: folio(),
        caller: Principal::Client("test".into()),
        minor: None,
        reason: "a mistake".into(),
        key: IdempotencyKey::own(own.0),
        fingerprint: Fingerprint::of(&[]),
        at: at(20),
    };
    let request = ReverseRequest { original, command, actor: actor() };
    store.reverse(&request, at(20)).await.unwrap().unwrap().decision
}

/// A deposit is in the wallet at once, and the books are sound with it. It goes back to its source, unless the money
/// is spent.
pub async fn a_deposit_is_made_once_and_given_back(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let first = deposit(&wallet, 500, Some("r-1"));
    let decision = post(&store, first.clone()).await;
    assert!(is_accepted(&decision), "{decision:?}");
    let again = post(&store, deposit(&wallet, 500, Some("r-1"))).await;
    assert_eq!(made(std::slice::from_ref(&again)), HashSet::from([first.command.transfer.id]));
    assert_eq!(post(&store, deposit(&wallet, 501, Some("r-1"))).await, Decision::KeyReused);
    let card = DepositSource::Card.clearing_account(Currency::MXN);
    let mut by_card = deposit(&wallet, 100, Some("r-2"));
    by_card.command.transfer.from = card;
    assert!(is_accepted(&post(&store, by_card).await));
    assert_eq!(balance(&store, wallet.id).await, 600);
    is_sound(&store).await;
    let other = person(&store, 2, 0).await;
    assert!(is_accepted(&post(&store, transfer(wallet.user, wallet.id, other.id, 150, None)).await));
    let spent = give_back(&store, first.command.transfer.id).await;
    assert_eq!(spent, Decision::Decided(Outcome::Refused(Refusal::InsufficientFunds)));
    assert!(is_accepted(&post(&store, transfer(other.user, other.id, wallet.id, 50, None)).await));
    assert!(is_accepted(&give_back(&store, first.command.transfer.id).await));
    assert_eq!(balance(&store, wallet.id).await, 0);
    is_sound(&store).await;
}

/// Twenty calls at once under one reference: one deposit.
pub async fn deposits_at_once_under_one_reference_are_one(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let all = join_all((0..20).map(|_| post(&store, deposit(&wallet, 10, Some("r"))))).await;
    assert_eq!((made(&all).len(), balance(&store, wallet.id).await), (1, 10));
    is_sound(&store).await;
}

/// A transfer under the caller's own id, and a header key.
fn keyed(from: &WalletView, to: WalletId, own_id: &str, header: &str) -> PostRequest {
    let mut request = transfer(from.user, from.id, to, 10, Some(own_id));
    request.command.second_key = Some(IdempotencyKey { key: header.into(), ..request.command.key.clone() });
    request
}

/// Twenty attempts at once, each with a header of its own for one `client_tx_id`: one payment. Its own two keys get
/// its answer again, one of them alone too, and any other pair is refused.
pub async fn two_keys_bind_both_at_once(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let ask = |own_id: &str, header: &str| keyed(&payer, payee.id, own_id, header);
    let requests: Vec<_> = (0..20).map(|n| ask("tx", &format!("header-{n}"))).collect();
    let all = join_all(requests.iter().map(|request| post(&store, request.clone()))).await;
    assert_eq!((made(&all).len(), balance(&store, payee.id).await), (1, 10), "{all:?}");
    let winner = all.iter().position(|decision| *decision != Decision::KeyReused).unwrap();
    let header = format!("header-{winner}");
    let others = [
        post(&store, ask("tx", &header)).await,
        post(&store, transfer(payer.user, payer.id, payee.id, 10, Some("tx"))).await,
    ];
    assert_eq!(made(&others), made(&all));
    assert_eq!(post(&store, ask("tx", "header-20")).await, Decision::KeyReused);
    assert_eq!(post(&store, ask("tx-2", &header)).await, Decision::KeyReused);
    assert_eq!(balance(&store, payee.id).await, 10);
    assert!(is_accepted(&post(&store, ask("tx-3", "header-21")).await));
    is_sound(&store).await;
}

/// The same while the wallets differ, so that no lock on an account keeps the requests apart.
pub async fn two_keys_bind_both_of_another_wallet(store: impl Stores) {
    let mut payers = Vec::new();
    for n in 1..=6 {
        payers.push(person(&store, n, 100).await);
    }
    let payee = person(&store, 9, 0).await;
    let asked = payers.iter().enumerate();
    let requests: Vec<_> =
        asked.map(|(n, payer)| keyed(payer, payee.id, "tx", &format!("header-{n}"))).collect();
    let all = join_all(requests.iter().map(|request| post(&store, request.clone()))).await;
    assert_eq!((made(&all).len(), balance(&store, payee.id).await), (1, 10), "{all:?}");
    is_sound(&store).await;
}
