//! Reversals give back no more than the transfer, once for each key.

use crate::{
    Stores,
    examples::{actor, at, folio, id, person, transfer},
};
use domain::{
    ids::TransferId,
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal, ReverseTransfer, clearing_account},
        limits::LimitExceeded,
        transfer::TransferStatus,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use futures_util::future::join_all;
use ports::money::{ReverseRequest, WalletView};

fn request(original: TransferId, minor: Option<i64>, key: Option<&str>) -> ReverseRequest {
    let own = TransferId(id());
    let amount = minor.map(|minor| minor.to_string());
    ReverseRequest {
        original,
        command: ReverseTransfer {
            id: own,
            folio: folio(),
            caller: Principal::Client("test".into()),
            minor,
            reason: "a mistake".into(),
            key: key.map_or_else(
                || IdempotencyKey::own(own.0),
                |key| IdempotencyKey {
                    caller: Principal::Client("test".into()),
                    operation: "reverse".into(),
                    key: key.into(),
                },
            ),
            fingerprint: Fingerprint::of(&[("amount", amount.as_deref())]),
            at: at(20),
        },
        actor: actor(),
    }
}

async fn reverse(store: &dyn Stores, request: ReverseRequest) -> Decision {
    store.reverse(&request, at(20)).await.unwrap().unwrap().decision
}

/// Two people, and a transfer of 500 from the first to the second.
async fn paid(store: &dyn Stores) -> (WalletView, WalletView, TransferId) {
    let (one, two) = (person(store, 1, 1_000).await, person(store, 2, 0).await);
    let request = transfer(one.user, one.id, two.id, 500, None);
    let original = request.command.transfer.id;
    store.post(&[request], at(1)).await.unwrap();
    (one, two, original)
}

async fn balance(store: &dyn Stores, wallet: &WalletView) -> i64 {
    store.find_wallet(wallet.id).await.unwrap().unwrap().posted.minor
}

const TOO_MUCH: Decision =
    Decision::Decided(Outcome::Refused(Refusal::LimitExceeded { limit: LimitExceeded::LeftToReverse }));

/// Ten partial reversals at once: as many as fit are accepted. The original is reversed when all of it is
/// given back.
pub async fn reversals_at_once_never_exceed_the_original(store: impl Stores) {
    let (one, two, original) = paid(&store).await;
    let all = join_all((0..10).map(|_| reverse(&store, request(original, Some(120), None)))).await;
    let done = all.iter().filter(|d| matches!(d, Decision::Decided(Outcome::Accepted(_)))).count();
    assert_eq!((done, all.iter().filter(|d| **d == TOO_MUCH).count()), (4, 6));
    let left = store.find_transfer(original).await.unwrap().unwrap();
    assert_eq!((left.status, left.reversed_minor), (TransferStatus::Completed, 480));
    assert!(matches!(
        reverse(&store, request(original, None, None)).await,
        Decision::Decided(Outcome::Accepted(_))
    ));
    let whole = store.find_transfer(original).await.unwrap().unwrap();
    assert_eq!((whole.status, whole.reversed_minor), (TransferStatus::Reversed, 500));
    assert_eq!(reverse(&store, request(original, Some(1), None)).await, TOO_MUCH);
    assert_eq!((balance(&store, &one).await, balance(&store, &two).await), (1_000, 0));
    assert_eq!(store.verify().await.unwrap(), []);
}

/// The same reversal under its key gets the first answer, also at once. Another amount under the key is
/// refused, and a refusal stays the answer.
pub async fn a_reversal_is_decided_once_for_its_key(store: impl Stores) {
    let (one, two, original) = paid(&store).await;
    let all = join_all((0..8).map(|_| reverse(&store, request(original, Some(200), Some("k"))))).await;
    let first = all.iter().filter(|d| matches!(d, Decision::Decided(_))).count();
    let again = all.iter().filter(|d| matches!(d, Decision::Replayed(Outcome::Accepted(_)))).count();
    assert_eq!((first, again, balance(&store, &one).await), (1, 7, 700));
    assert_eq!(reverse(&store, request(original, Some(201), Some("k"))).await, Decision::KeyReused);
    store
        .post(&[transfer(two.user, two.id, clearing_account(Currency::MXN), 300, None)], at(2))
        .await
        .unwrap();
    let poor = || reverse(&store, request(original, Some(100), Some("poor")));
    assert_eq!(poor().await, Decision::Decided(Outcome::Refused(Refusal::InsufficientFunds)));
    store.post(&[transfer(one.user, one.id, two.id, 100, None)], at(3)).await.unwrap();
    assert_eq!(poor().await, Decision::Replayed(Outcome::Refused(Refusal::InsufficientFunds)));
    assert_eq!(store.verify().await.unwrap(), []);
}

/// An off-us transfer, one that has not completed and one that is a reversal can't be reversed.
pub async fn only_what_stayed_here_can_be_given_back(store: impl Stores) {
    let (one, _, original) = paid(&store).await;
    let refused = Decision::Decided(Outcome::Refused(Refusal::NotReversible));
    let away = transfer(one.user, one.id, clearing_account(Currency::MXN), 10, None);
    let away_id = away.command.transfer.id;
    store.post(&[away], at(2)).await.unwrap();
    assert_eq!(reverse(&store, request(away_id, None, None)).await, refused);
    let Decision::Decided(Outcome::Accepted(reversal)) =
        reverse(&store, request(original, Some(5), None)).await
    else {
        panic!("not reversed");
    };
    assert_eq!(reverse(&store, request(reversal.id, None, None)).await, refused);
    assert!(store.reverse(&request(TransferId(id()), None, None), at(20)).await.unwrap().is_none());
}
