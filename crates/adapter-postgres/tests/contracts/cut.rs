//! The connection is cut at every message of every operation that moves money. Whatever the caller was told,
//! they repeat the request under the same key, and find it done exactly once.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod examples;
mod proxy;

use self::{
    examples::{
        actor, at, confirmation, filed, held, outside, person, reversal, the_right_code, transfer,
        wallet_to_open,
    },
    proxy::{Cut, Proxy, Side},
};
use super::fresh_address;
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_postgres::Store;
use domain::{
    ids::{TransferId, WalletId},
    money::{
        ledger::{Decision, Outcome, Refusal},
        transfer::{Transfer, TransferStatus},
    },
};
use futures_util::future::try_join_all;
use ports::{
    money::{ConfirmOutcome, EntryFilter, HoldOutcome, HoldVerdict, Ledger, OpenOutcome, PostOutcome},
    pagination::PageRequest,
    store_error::{StoreError, StoreResult},
};
use std::{collections::HashSet, sync::Arc};

const SIDES: [Side; 3] = [Side::Unsent, Side::Unanswered, Side::Answered];
/// One call that is cut; one on the same connection, which the pool may take for alive until its task has
/// ended; one that is answered. The second fails only when that task has ended.
const ASKS_MAX: usize = 3;
/// No transaction has fewer messages: with fewer, a part of it was not run.
const POINTS_MIN: usize = 60;

async fn connect(address: &str) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    Store::connect(address, Arc::new(sealer), Arc::new(HmacAuditSealer::new(&keys))).await.unwrap()
}

/// A caller on the other side of the cut.
struct Caller<'a> {
    store: &'a Store,
    proxy: &'a Proxy,
    cut: Cut,
}

impl Caller<'_> {
    /// Calls until there is an answer, and once more: returns both answers.
    async fn ask<T>(&self, question: impl AsyncFn(&Store) -> StoreResult<T>) -> [T; 2] {
        self.proxy.arm(self.cut);
        [self.ask_until_answered(&question).await, self.ask_until_answered(&question).await]
    }

    async fn ask_until_answered<T>(&self, question: &impl AsyncFn(&Store) -> StoreResult<T>) -> T {
        for _ in 0..ASKS_MAX {
            match question(self.store).await {
                Ok(answer) => return answer,
                Err(StoreError::Unavailable(_)) => {}
                Err(fault) => panic!("{:?}: {fault}", self.cut),
            }
        }
        panic!("{:?}: no answer", self.cut);
    }
}

/// Whether the caller has a connection that was used for the same request before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connections {
    /// A used connection, from the second point on: only the transaction itself is cut.
    Kept,
    /// A new connection: connecting and preparing the statements are cut too.
    New,
}

/// Runs `deed` once for each message, with the connection cut there, until no message is left. `deed` gets a
/// store that is never cut, and the caller.
async fn at_every_message(connections: Connections, deed: impl AsyncFn(&Store, &Caller)) {
    let address = fresh_address().await;
    let whole = connect(&address).await;
    whole.migrate().await.unwrap();
    let (server, database) = address.rsplit_once('/').unwrap();
    let (user, server) = server.rsplit_once('@').unwrap();
    let proxy = Proxy::to(tokio::net::lookup_host(server).await.unwrap().next().unwrap()).await;
    let proxied = format!("{user}@127.0.0.1:{}/{database}?sslmode=disable", proxy.port);
    let mut store = connect(&proxied).await;
    let mut points = 0;
    for side in SIDES {
        for after in 0.. {
            let cut = Cut { side, after };
            // Shown only when the test fails.
            eprintln!("{cut:?}");
            if connections == Connections::New {
                store = connect(&proxied).await;
            }
            deed(&whole, &Caller { store: &store, proxy: &proxy, cut }).await;
            assert_eq!(whole.verify().await.unwrap(), [], "{cut:?}");
            if !proxy.disarm() {
                break;
            }
            points += 1;
        }
    }
    eprintln!("{points} points were run");
    assert!(points >= POINTS_MIN, "only {points} points were run");
}

/// The transfer of an answer, whether it is new or replayed.
fn accepted(outcome: &PostOutcome) -> &Transfer {
    match &outcome.decision {
        Decision::Decided(Outcome::Accepted(transfer)) | Decision::Replayed(Outcome::Accepted(transfer)) => {
            transfer
        }
        other => panic!("not accepted: {other:?}"),
    }
}

/// The posted balance, the available balance, and the number of entries.
async fn stands(store: &Store, wallet: WalletId) -> (i64, i64, usize) {
    let view = store.find_wallet(wallet).await.unwrap().unwrap();
    let page = PageRequest { limit: 100, after: None };
    let entries = store.entries(wallet, EntryFilter::default(), &page).await.unwrap();
    (view.posted.minor, view.available.minor, entries.len())
}

async fn status(store: &Store, id: TransferId) -> TransferStatus {
    store.find_transfer(id).await.unwrap().unwrap().status
}

/// Like a client that retries: the same key, a new request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_posted_once_wherever_its_connection_is_cut() {
    at_every_message(Connections::New, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let answers = caller
            .ask(async |store| store.post(&[transfer(&wallet, outside(), 100, "k")], at(1)).await)
            .await;
        let ids: HashSet<_> = answers.iter().flatten().map(|outcome| accepted(outcome).id).collect();
        assert_eq!(ids.len(), 1, "one key, one transfer");
        assert_eq!(stands(whole, wallet.id).await, (900, 900, 2));
    })
    .await;
}

/// Two requests are accepted and one is refused, and that stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_posted_once_wherever_its_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let (wallet, other) = (person(whole, 1_000).await, person(whole, 0).await);
        let batch = || {
            [
                transfer(&wallet, outside(), 100, "first"),
                transfer(&wallet, other.id, 200, "second"),
                transfer(&wallet, outside(), 701, "too much"),
            ]
        };
        for answers in caller.ask(async |store| store.post(&batch(), at(1)).await).await {
            assert_eq!([accepted(&answers[0]).amount.minor, accepted(&answers[1]).amount.minor], [100, 200]);
            let refused = Outcome::Refused(Refusal::InsufficientFunds);
            assert!(
                [Decision::Decided(refused.clone()), Decision::Replayed(refused)]
                    .contains(&answers[2].decision)
            );
        }
        assert_eq!(stands(whole, wallet.id).await, (700, 700, 3));
        assert_eq!(stands(whole, other.id).await, (200, 200, 1));
    })
    .await;
}

/// The callers' requests share a transaction, and none of them causes the cut: all are posted, each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_at_once_are_each_posted_once_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let keys = ["one", "two", "three", "four", "five"];
        caller
            .ask(async |store| {
                let all = keys.map(|key| {
                    let request = transfer(&wallet, outside(), 100, key);
                    async move { store.post(&[request], at(1)).await }
                });
                try_join_all(all).await
            })
            .await;
        assert_eq!(stands(whole, wallet.id).await, (500, 500, 6));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filed_transfer_is_paid_once_by_its_code_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let waiting = filed(whole, &wallet, 400).await;
        let request = confirmation(waiting, Some(the_right_code()), None);
        for answer in caller.ask(async |store| store.confirm(&request, at(10)).await).await {
            let (ConfirmOutcome::Decided { transfer, .. } | ConfirmOutcome::AlreadyDone(transfer)) = answer
            else {
                panic!("{answer:?}");
            };
            assert_eq!(transfer.status, TransferStatus::Completed);
        }
        assert_eq!(stands(whole, wallet.id).await, (600, 600, 2));
    })
    .await;
}

/// Under its effect's key a wrong code is one check attempt: two are left, and the right code still pays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_is_counted_once_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let waiting = filed(whole, &wallet, 400).await;
        let key = format!("event of {}", waiting.0);
        let wrong = confirmation(waiting, Some([0; 32]), Some(key));
        for answer in caller.ask(async |store| store.confirm(&wrong, at(10)).await).await {
            assert_eq!(answer, ConfirmOutcome::WrongCode { attempts_remaining: 2 });
        }
        let right = confirmation(waiting, Some(the_right_code()), None);
        assert!(matches!(whole.confirm(&right, at(11)).await.unwrap(), ConfirmOutcome::Decided { .. }));
        assert_eq!(stands(whole, wallet.id).await, (600, 600, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_given_back_once_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let (one, two) = (person(whole, 1_000).await, person(whole, 0).await);
        let paid = whole.post(&[transfer(&one, two.id, 500, "paid")], at(1)).await.unwrap();
        let original = accepted(&paid[0]).id;
        let answers = caller
            .ask(async |store| store.reverse(&reversal(original, 200, "back"), at(20)).await)
            .await
            .map(Option::unwrap);
        assert_eq!(accepted(&answers[0]).id, accepted(&answers[1]).id);
        let left = whole.find_transfer(original).await.unwrap().unwrap();
        assert_eq!((left.status, left.reversed_minor), (TransferStatus::Completed, 200));
        assert_eq!(stands(whole, one.id).await, (700, 700, 3));
        assert_eq!(stands(whole, two.id).await, (300, 300, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_money_is_settled_once_wherever_the_connection_is_cut() {
    let void = HoldVerdict::Void { status: TransferStatus::Failed, refusal: None };
    let verdicts = [(HoldVerdict::Capture, (300, 300, 2)), (void, (1_000, 1_000, 1))];
    for (verdict, after) in verdicts {
        at_every_message(Connections::Kept, async |whole, caller| {
            let wallet = person(whole, 1_000).await;
            let hold = held(whole, &wallet, 700).await;
            let settle = async |store: &Store| store.settle_hold(hold, &verdict, &actor(), at(10)).await;
            for answer in caller.ask(settle).await {
                assert!(matches!(answer, HoldOutcome::Settled(_)), "{answer:?}");
            }
            assert_eq!(stands(whole, wallet.id).await, after);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_is_opened_once_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let first = person(whole, 0).await;
        let answers = caller
            .ask(async |store| store.open_wallet(&wallet_to_open(&first), at(1)).await)
            .await
            .map(|answer| match answer {
                OpenOutcome::Opened(view) | OpenOutcome::Replayed(view) => view.id,
                other => panic!("{other:?}"),
            });
        assert_eq!(answers[0], answers[1]);
        let page = PageRequest { limit: 10, after: None };
        assert_eq!(whole.wallets(Some(first.user), &page).await.unwrap().len(), 2);
    })
    .await;
}

/// Canceled, expired, reversed: each transfer ends once, and its money is available.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_transfers_end_once_wherever_the_connection_is_cut() {
    at_every_message(Connections::Kept, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let withdrawn = filed(whole, &wallet, 100).await.0;
        for answer in caller.ask(async |store| store.cancel(withdrawn, &actor(), at(10)).await).await {
            assert_eq!(answer.unwrap().status, TransferStatus::Canceled);
        }
        assert_eq!(stands(whole, wallet.id).await, (1_000, 1_000, 1));
    })
    .await;
    at_every_message(Connections::Kept, async |whole, caller| {
        let wallet = person(whole, 1_000).await;
        let (waiting, hold) = (filed(whole, &wallet, 100).await.0, held(whole, &wallet, 200).await);
        let again = caller.ask(async |store| store.expire(at(300)).await).await[1];
        assert_eq!(again, 0, "nothing is left to end");
        let ended = [status(whole, waiting).await, status(whole, hold).await];
        assert_eq!(ended, [TransferStatus::Expired; 2]);
        assert_eq!(stands(whole, wallet.id).await, (1_000, 1_000, 1));
    })
    .await;
}
