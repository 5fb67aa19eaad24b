//! Idempotency: kept answers, by the caller's key.

use crate::operations::retention::purged;
use crate::{Stores, examples::at};
use domain::operations::retention::RetentionCategory;
use domain::{
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use futures_util::future::join_all;
use ports::operations::Claim;

fn key() -> IdempotencyKey {
    IdempotencyKey { caller: Principal::Client("a".into()), operation: "verify.send".into(), key: "k".into() }
}

fn asked(what: &str) -> Fingerprint {
    Fingerprint::of(&[("phone", Some(what))])
}

/// Of many calls at once one does the work. The others learn that it is in progress, and get its answer
/// later.
pub async fn one_of_many_does_the_work(store: impl Stores) {
    let (key, one) = (key(), asked("1"));
    let claims = join_all((0..12).map(|_| store.claim(&key, one, at(-60), at(0)))).await;
    let fresh = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Fresh))).count();
    let waiting = claims.iter().filter(|claim| matches!(claim, Ok(Claim::UnderWay))).count();
    assert_eq!((fresh, waiting), (1, 11));
    store.keep(&key, "{}").await.unwrap();
    store.release(&key).await.unwrap();
    assert_eq!(store.claim(&key, one, at(940), at(1000)).await.unwrap(), Claim::Answered("{}".into()));
    assert_eq!(store.claim(&key, asked("2"), at(940), at(1000)).await.unwrap(), Claim::Reused);
    let another = IdempotencyKey { caller: Principal::Client("b".into()), ..key };
    assert_eq!(store.claim(&another, asked("2"), at(940), at(1000)).await.unwrap(), Claim::Fresh);
}

/// Responses end: after that time the key is new again. Those that are younger stay.
pub async fn responses_end(store: impl Stores) {
    let (old, one) = (key(), asked("1"));
    let young = IdempotencyKey { key: "young".into(), ..key() };
    for (key, second) in [(&old, 0), (&young, 10)] {
        store.claim(key, one, at(-60), at(second)).await.unwrap();
        store.keep(key, "{}").await.unwrap();
    }
    assert_eq!(purged(&store, RetentionCategory::Requests, 10).await, 1);
    assert_eq!(store.claim(&old, one, at(0), at(20)).await.unwrap(), Claim::Fresh);
    assert_eq!(store.claim(&young, one, at(0), at(20)).await.unwrap(), Claim::Answered("{}".into()));
}

/// A key that was given up, or whose worker is gone, can be used again.
pub async fn a_claim_without_an_answer_ends(store: impl Stores) {
    let (key, one) = (key(), asked("1"));
    assert_eq!(store.claim(&key, one, at(-60), at(0)).await.unwrap(), Claim::Fresh);
    store.release(&key).await.unwrap();
    assert_eq!(store.claim(&key, one, at(-59), at(1)).await.unwrap(), Claim::Fresh);
    assert_eq!(store.claim(&key, one, at(0), at(60)).await.unwrap(), Claim::UnderWay);
    assert_eq!(store.claim(&key, one, at(2), at(62)).await.unwrap(), Claim::Fresh);
    assert_eq!(store.claim(&key, one, at(3), at(63)).await.unwrap(), Claim::UnderWay);
}
