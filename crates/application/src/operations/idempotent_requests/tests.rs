//! A key that is new, answered, in progress or reused, and work that fails.

use super::*;
use domain::principal::Principal;
use mockall::predicate::eq;
use ports::{
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    operations::MockIdempotencyStore,
};
use testkit::at;

fn key() -> IdempotencyKey {
    IdempotencyKey { caller: Principal::Client("team".into()), operation: "messages".into(), key: "1".into() }
}

fn requests(store: MockIdempotencyStore) -> IdempotentRequests {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| at(0));
    let (ids, random) = (Arc::new(MockIdGenerator::new()), Arc::new(MockRandom::new()));
    IdempotentRequests::new(Arc::new(store), Kernel { clock: Arc::new(clock), ids, random })
}

/// A store that answers the claim so, and nothing else.
fn claimed(claim: Claim) -> MockIdempotencyStore {
    let mut store = MockIdempotencyStore::new();
    store
        .expect_claim()
        .withf(|_, _, claimed_before, now| (*claimed_before, *now) == (at(-120), at(0)))
        .times(1)
        .returning(move |_, _, _, _| Ok(claim.clone()));
    store
}

async fn run(
    store: MockIdempotencyStore,
    work: impl Future<Output = Result<String, StoreError>>,
) -> Result<IdempotentOutcome, StoreError> {
    requests(store).run(&key(), Fingerprint::of(&[]), work).await
}

#[tokio::test]
async fn the_answer_of_a_new_key_is_kept() {
    let mut store = claimed(Claim::Fresh);
    store.expect_keep().with(eq(key()), eq("done")).times(1).returning(|_, _| Ok(()));
    let outcome = run(store, async { Ok("done".into()) }).await.unwrap();
    assert_eq!(outcome, IdempotentOutcome::Fresh("done".into()));
}

#[tokio::test]
async fn a_known_key_does_no_work() {
    for (claim, expected) in [
        (Claim::Answered("first".into()), IdempotentOutcome::Replayed("first".into())),
        (Claim::UnderWay, IdempotentOutcome::UnderWay),
        (Claim::Reused, IdempotentOutcome::Reused),
    ] {
        let outcome = run(claimed(claim), async { panic!("the work must not run") }).await;
        assert_eq!(outcome.unwrap(), expected);
    }
}

#[tokio::test]
async fn work_that_fails_frees_its_key() {
    let mut store = claimed(Claim::Fresh);
    store.expect_release().with(eq(key())).times(1).returning(|_| Ok(()));
    let failed = run(store, async { Err(StoreError::Overloaded) }).await;
    assert!(matches!(failed, Err(StoreError::Overloaded)));
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_still_reaches_the_caller() {
    let mut store = claimed(Claim::Fresh);
    store.expect_keep().returning(|_, _| Err(StoreError::Overloaded));
    let outcome = run(store, async { Ok("done".into()) }).await.unwrap();
    assert_eq!(outcome, IdempotentOutcome::Fresh("done".into()));
}
