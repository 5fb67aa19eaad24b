//! Each category by itself, batch by batch, by one process.

use super::*;
use mockall::{Sequence, predicate::eq};
use ports::{
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    operations::{MockLeases, MockRetention, RetentionBatch},
};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use testkit::at;

const PACE: Pace = Pace { batch: 500, pause: std::time::Duration::from_millis(7) };

fn use_case(store: MockRetention, leases: MockLeases) -> ApplyRetention {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| at(0));
    let kernel = Kernel {
        clock: Arc::new(clock),
        ids: Arc::new(MockIdGenerator::new()),
        random: Arc::new(MockRandom::new()),
    };
    let policy = RetentionPolicy::default();
    ApplyRetention::new(Arc::new(store), Arc::new(leases), kernel, policy, Uuid::from_u128(1))
}

/// Leases that this process gets, and gives back once.
fn free() -> MockLeases {
    let mut leases = MockLeases::new();
    leases.expect_hold_lease().returning(|_, _, _, _| Ok(true));
    leases.expect_release_lease().times(1).returning(|_, _| Ok(()));
    leases
}

/// A batch that is the last of its category, and one that is not.
const NOTHING: RetentionBatch = RetentionBatch { deleted: 0, next: None };
const MORE: RetentionBatch =
    RetentionBatch { deleted: 500, next: Some(RetentionPosition { part: 1, after: Uuid::nil() }) };

fn position(part: usize) -> RetentionPosition {
    RetentionPosition { part, ..RetentionPosition::default() }
}

async fn go_on(_pause: std::time::Duration) -> bool {
    true
}

fn deleted(reports: &[CategoryReport], category: RetentionCategory) -> u64 {
    reports.iter().find(|report| report.category == category).unwrap().deleted
}

#[tokio::test]
async fn a_backlog_is_worked_off_batch_by_batch_with_pauses() {
    let mut store = MockRetention::new();
    store.expect_oldest().returning(|_| Ok(Some(at(-60))));
    let mut batches = Sequence::new();
    // The store says where to go on, also after a batch that only looked.
    for (part, rows) in [(0, 500), (1, 500), (2, 0), (3, 20)] {
        let before = at(0) - Duration::days(365);
        let next = Some(position(part + 1)).filter(|next| next.part < 4);
        store
            .expect_delete_old()
            .with(eq(RetentionCategory::Texts), eq(position(part)), eq(before), eq(500))
            .times(1)
            .in_sequence(&mut batches)
            .returning(move |_, _, _, _| Ok(RetentionBatch { deleted: rows, next }));
    }
    store.expect_delete_old().returning(|_, _, _, _| Ok(NOTHING));
    let pauses = AtomicUsize::new(0);
    let pause = |pause| {
        pauses.fetch_add(usize::from(pause == PACE.pause), Ordering::Relaxed);
        go_on(pause)
    };
    let run = use_case(store, free()).run(PACE, pause).await.unwrap();
    let RetentionRun::Done(reports) = run else { panic!("{run:?}") };
    assert_eq!(reports.len(), RetentionCategory::ALL.len());
    assert_eq!(deleted(&reports, RetentionCategory::Texts), 1_020);
    assert_eq!(pauses.load(Ordering::Relaxed), 3);
    assert_eq!(reports[0].oldest, Some(Duration::seconds(60)));
}

#[tokio::test]
async fn a_category_that_fails_stops_no_other() {
    let mut store = MockRetention::new();
    store.expect_oldest().returning(|_| Ok(None));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    store.expect_delete_old().returning(move |category, _, _, _| {
        noted.lock().unwrap().push(category);
        if category == RetentionCategory::Texts { Err(StoreError::Overloaded) } else { Ok(NOTHING) }
    });
    let run = use_case(store, free()).run(PACE, go_on).await.unwrap();
    let RetentionRun::Done(reports) = run else { panic!("{run:?}") };
    assert_eq!(*asked.lock().unwrap(), RetentionCategory::ALL);
    let failed: Vec<_> = reports.iter().map(|report| report.failure.is_some()).collect();
    assert_eq!(failed.iter().filter(|failed| **failed).count(), 1);
    assert!(failed[1], "texts come second");
}

#[tokio::test]
async fn another_process_does_it() {
    let mut leases = MockLeases::new();
    leases.expect_hold_lease().times(1).returning(|_, _, _, _| Ok(false));
    let run = use_case(MockRetention::new(), leases).run(PACE, go_on).await.unwrap();
    assert!(matches!(run, RetentionRun::Elsewhere));
}

#[tokio::test]
async fn a_process_that_stops_leaves_the_rest_to_the_next() {
    let mut store = MockRetention::new();
    store.expect_oldest().returning(|_| Ok(None));
    store.expect_delete_old().times(1).returning(|_, _, _, _| Ok(MORE));
    let run = use_case(store, free()).run(PACE, async |_pause| false).await.unwrap();
    let RetentionRun::Stopped(reports) = run else { panic!("{run:?}") };
    assert_eq!(deleted(&reports, RetentionCategory::ALL[0]), 500);
}

#[tokio::test]
async fn a_process_that_lost_its_lease_stops() {
    let mut leases = MockLeases::new();
    let mut held = Sequence::new();
    for is_held in [true, true, false] {
        leases.expect_hold_lease().times(1).in_sequence(&mut held).returning(move |_, _, _, _| Ok(is_held));
    }
    leases.expect_release_lease().times(1).returning(|_, _| Ok(()));
    let mut store = MockRetention::new();
    store.expect_oldest().returning(|_| Ok(None));
    store.expect_delete_old().times(1).returning(|_, _, _, _| Ok(MORE));
    let run = use_case(store, leases).run(PACE, go_on).await.unwrap();
    assert!(matches!(run, RetentionRun::Stopped(_)));
}

#[tokio::test]
async fn a_look_counts_by_the_same_cut_offs() {
    let mut store = MockRetention::new();
    let policy = RetentionPolicy::default();
    store
        .expect_count_old()
        .times(RetentionCategory::ALL.len())
        .withf(move |category, before| *before == policy.cut_off(*category, at(0)))
        .returning(|category, _| Ok(if category == RetentionCategory::Codes { 3 } else { 0 }));
    let found = use_case(store, MockLeases::new()).look().await.unwrap();
    assert_eq!(found.iter().map(|(_, rows)| rows).sum::<u64>(), 3);
    assert!(found.contains(&(RetentionCategory::Codes, 3)));
}
