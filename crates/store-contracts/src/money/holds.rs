//! Money held for transfers under way: not available, captured or given back once, never lost.

use crate::{
    Stores,
    examples::{actor, at, person, transfer},
};
use domain::{
    ids::TransferId,
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal, clearing_account},
        limits::Limits,
        transfer::TransferStatus,
    },
};
use futures_util::future::join_all;
use ports::money::{HoldOutcome, HoldVerdict, PostRequest, WalletView};

fn outside() -> domain::ids::WalletId {
    clearing_account(Currency::MXN)
}

async fn post(store: &dyn Stores, request: PostRequest) -> Decision {
    store.post(&[request], at(1)).await.unwrap().remove(0).decision
}

/// Holds money until second 300.
async fn hold(store: &dyn Stores, wallet: &WalletView, minor: i64) -> TransferId {
    let mut request = transfer(wallet.user, wallet.id, outside(), minor, None);
    request.command.transfer.status = TransferStatus::Processing;
    request.command.transfer.expires_at = Some(at(300));
    let id = request.command.transfer.id;
    assert!(matches!(post(store, request).await, Decision::Decided(Outcome::Accepted(_))));
    id
}

async fn settle(store: &dyn Stores, id: TransferId, verdict: HoldVerdict, second: i64) -> HoldOutcome {
    store.settle_hold(id, &verdict, &actor(), at(second)).await.unwrap()
}

/// The posted and the available balance, in minor units.
async fn balances(store: &dyn Stores, wallet: &WalletView) -> (i64, i64) {
    let view = store.find_wallet(wallet.id).await.unwrap().unwrap();
    (view.posted.minor, view.available.minor)
}

fn void() -> HoldVerdict {
    HoldVerdict::Void { status: TransferStatus::Failed, refusal: None }
}

async fn is_sound(store: &dyn Stores) {
    assert_eq!(store.verify().await.unwrap(), []);
}

/// Held money can't be spent twice. Once captured it has left the account; its two entries come with the
/// capture.
pub async fn a_hold_is_captured_once(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let held = hold(&store, &wallet, 700).await;
    assert_eq!(balances(&store, &wallet).await, (1_000, 300));
    let more = post(&store, transfer(wallet.user, wallet.id, outside(), 301, None)).await;
    assert_eq!(more, Decision::Decided(Outcome::Refused(Refusal::InsufficientFunds)));
    is_sound(&store).await;
    let all = join_all((0..8).map(|_| settle(&store, held, HoldVerdict::Capture, 10))).await;
    assert!(
        all.iter().all(|o| matches!(o, HoldOutcome::Settled(t) if t.status == TransferStatus::Completed))
    );
    assert_eq!(balances(&store, &wallet).await, (300, 300));
    assert!(matches!(settle(&store, held, void(), 11).await, HoldOutcome::TooLate(_)));
    is_sound(&store).await;
}

/// After a void the money is available again, and no longer counts for the limits.
pub async fn a_voided_hold_gives_everything_back(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let limits = Limits { per_day: 700, ..Limits::none(Currency::MXN) };
    let limited = |minor| {
        let mut request = transfer(wallet.user, wallet.id, outside(), minor, None);
        request.command.limits = limits;
        request
    };
    let held = hold(&store, &wallet, 700).await;
    assert!(matches!(post(&store, limited(1)).await, Decision::Decided(Outcome::Refused(_))));
    let HoldOutcome::Settled(after) = settle(&store, held, void(), 10).await else { panic!("not voided") };
    assert_eq!((after.status, balances(&store, &wallet).await), (TransferStatus::Failed, (1_000, 1_000)));
    assert!(matches!(post(&store, limited(700)).await, Decision::Decided(Outcome::Accepted(_))));
    assert!(matches!(settle(&store, held, HoldVerdict::Capture, 11).await, HoldOutcome::TooLate(_)));
    is_sound(&store).await;
}

/// A hold that was never handed over expires by itself. One that was handed over does not, and an unknown
/// outcome keeps the money held.
pub async fn a_hold_expires_unless_it_was_handed_over(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let forgotten = hold(&store, &wallet, 100).await;
    let submitted = hold(&store, &wallet, 200).await;
    assert!(matches!(settle(&store, submitted, HoldVerdict::Submit, 5).await, HoldOutcome::Settled(_)));
    assert_eq!((store.expire(at(299)).await.unwrap(), store.expire(at(300)).await.unwrap()), (0, 1));
    assert_eq!(balances(&store, &wallet).await, (1_000, 800));
    let state = store.find_transfer(forgotten).await.unwrap().unwrap().status;
    assert_eq!(state, TransferStatus::Expired);
    assert!(matches!(settle(&store, submitted, HoldVerdict::Unknown, 301).await, HoldOutcome::Settled(_)));
    assert_eq!(
        (store.expire(at(100_000)).await.unwrap(), balances(&store, &wallet).await),
        (0, (1_000, 800))
    );
    is_sound(&store).await;
    assert!(matches!(settle(&store, submitted, HoldVerdict::Capture, 400).await, HoldOutcome::Settled(_)));
    assert_eq!(balances(&store, &wallet).await, (800, 800));
    let states: Vec<_> =
        store.transfer_history(submitted).await.unwrap().into_iter().map(|(status, _)| status).collect();
    assert_eq!(states, [TransferStatus::Processing, TransferStatus::Unknown, TransferStatus::Completed]);
    is_sound(&store).await;
}

/// Capture, void and expiry at once: exactly one of them takes effect.
pub async fn of_many_verdicts_one_holds(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    for _ in 0..5 {
        let held = hold(&store, &wallet, 100).await;
        let (captured, voided, _) = tokio::join!(
            settle(&store, held, HoldVerdict::Capture, 300),
            settle(&store, held, void(), 300),
            store.expire(at(300)),
        );
        let won = [captured, voided].iter().filter(|o| matches!(o, HoldOutcome::Settled(_))).count();
        let status = store.find_transfer(held).await.unwrap().unwrap().status;
        assert!(won == 1 || (won == 0 && status == TransferStatus::Expired), "{won} {status:?}");
        let (posted, available) = balances(&store, &wallet).await;
        assert_eq!(posted, available, "nothing is held any more");
        is_sound(&store).await;
    }
}
