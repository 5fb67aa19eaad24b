//! The writer with a database whose failures the test controls.

use super::*;
use futures_util::{FutureExt, future::join_all};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

#[derive(Debug, PartialEq)]
enum Fault {
    Poison,
    Away,
    NotBegun,
}

impl CommitFault for Fault {
    fn blames_the_work(&self) -> bool {
        *self == Fault::Poison
    }

    fn began_nothing(&self) -> bool {
        *self == Fault::NotBegun
    }
}

/// Commits numbers; `gate` lets one commit through for each permit.
struct Database {
    gate: Semaphore,
    batches: Mutex<Vec<Vec<u32>>>,
    failures: AtomicUsize,
}

fn database(permits: usize) -> Arc<Database> {
    Arc::new(Database {
        gate: Semaphore::new(permits),
        batches: Mutex::default(),
        failures: AtomicUsize::new(0),
    })
}

const POISON: u32 = 13;

fn writer(database: &Arc<Database>, size: GroupSize) -> GroupCommit<u32, u32, Fault> {
    let database = database.clone();
    GroupCommit::start(&Handle::current(), size, move |items: Vec<u32>| {
        let database = database.clone();
        async move {
            database.gate.acquire().await.unwrap().forget();
            if database.failures.load(Ordering::SeqCst) > 0 {
                database.failures.fetch_sub(1, Ordering::SeqCst);
                return Err(Fault::Away);
            }
            if items.contains(&POISON) {
                return Err(Fault::Poison);
            }
            let doubled = items.iter().map(|item| item * 2).collect();
            database.batches.lock().unwrap().push(items);
            Ok(doubled)
        }
        .boxed()
    })
}

const SIZE: GroupSize = GroupSize { queue_max: 100, batch_max: 10 };

#[tokio::test]
async fn a_request_to_an_idle_writer_goes_alone_and_those_that_queue_then_go_together() {
    let database = database(0);
    let writer = writer(&database, SIZE);
    let mut first = Box::pin(writer.submit(vec![1]));
    assert!((&mut first).now_or_never().is_none());
    tokio::task::yield_now().await;
    let others = join_all((2..=4).map(|n| writer.submit(vec![n])));
    database.gate.add_permits(2);
    let (first, others) = tokio::join!(first, others);
    assert_eq!(first.unwrap(), [2]);
    assert_eq!(others.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>(), [4, 6, 8]);
    assert_eq!(*database.batches.lock().unwrap(), [vec![1], vec![2, 3, 4]]);
}

#[tokio::test]
async fn a_batch_has_a_limit_and_the_items_of_a_caller_stay_together() {
    let database = database(100);
    let writer = writer(&database, SIZE);
    let answers = join_all((0..8).map(|n| writer.submit(vec![n, n, n]))).await;
    assert!(answers.into_iter().zip(0..).all(|(own, n)| own.unwrap() == [n * 2; 3]));
    let batches = database.batches.lock().unwrap();
    assert!(batches.iter().all(|batch| batch.len() <= 12 && batch.len() % 3 == 0), "{batches:?}");
}

#[tokio::test]
async fn a_caller_that_finds_the_queue_full_gets_an_error_and_commits_nothing() {
    let database = database(0);
    let writer = writer(&database, GroupSize { queue_max: 2, batch_max: 1 });
    let waiting: Vec<_> = (0..3)
        .map(|n| {
            let mut submit = Box::pin({
                let writer = writer.clone();
                async move { writer.submit(vec![n]).await }
            });
            assert!((&mut submit).now_or_never().is_none());
            submit
        })
        .take(2)
        .collect();
    assert!(matches!(writer.submit(vec![9]).await, Err(GroupError::Full)));
    database.gate.add_permits(10);
    assert!(join_all(waiting).await.into_iter().all(|own| own.is_ok()));
    assert!(!database.batches.lock().unwrap().iter().flatten().any(|n| *n == 9));
}

#[tokio::test]
async fn a_failing_item_is_isolated_and_the_others_are_committed_in_order() {
    let database = database(1_000);
    let writer = writer(&database, GroupSize { queue_max: 100, batch_max: 100 });
    let answers = join_all((0..32).map(|n| writer.submit(vec![n]))).await;
    for (own, n) in answers.into_iter().zip(0..) {
        match own {
            Ok(done) => assert_eq!(done, [n * 2]),
            Err(GroupError::Failed(fault)) => assert_eq!((n, fault.as_ref()), (POISON, &Fault::Poison)),
            Err(other) => panic!("{other:?}"),
        }
    }
    let committed: Vec<u32> = database.batches.lock().unwrap().iter().flatten().copied().collect();
    assert_eq!(committed, (0..32).filter(|n| *n != POISON).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_commit_whose_reply_was_lost_is_tried_once_more() {
    let database = database(100);
    database.failures.store(1, Ordering::SeqCst);
    assert_eq!(writer(&database, SIZE).submit(vec![1]).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_database_that_is_unreachable_is_not_called_for_each_caller() {
    let database = database(100);
    database.failures.store(usize::MAX, Ordering::SeqCst);
    let writer = writer(&database, GroupSize { queue_max: 100, batch_max: 100 });
    let answers = join_all((0..50).map(|n| writer.submit(vec![n]))).await;
    assert!(answers.iter().all(|own| matches!(own, Err(GroupError::Failed(_)))));
    let asked = usize::MAX - database.failures.load(Ordering::SeqCst);
    assert!(asked <= 4, "asked {asked} times");
}

#[tokio::test]
async fn work_that_could_not_begin_is_not_tried_again() {
    let tried = Arc::new(AtomicUsize::new(0));
    let counted = tried.clone();
    let writer: GroupCommit<u32, u32, Fault> = GroupCommit::start(&Handle::current(), SIZE, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err(Fault::NotBegun) }.boxed()
    });
    assert!(matches!(writer.submit(vec![1]).await, Err(GroupError::Failed(_))));
    assert_eq!(tried.load(Ordering::SeqCst), 1);
}
