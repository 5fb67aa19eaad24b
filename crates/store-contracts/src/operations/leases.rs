//! Leases: one process at a time does the work.

use crate::{Stores, examples::at};
use futures_util::future::join_all;
use uuid::Uuid;

fn process(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Of many processes that ask at the same time, one gets the lease.
pub async fn of_many_processes_one_holds_a_lease(store: impl Stores) {
    let asked = join_all((1..=20).map(|n| store.hold_lease("poll", process(n), at(0), at(10)))).await;
    assert_eq!(asked.iter().filter(|held| matches!(held, Ok(true))).count(), 1);
    assert_eq!(asked.iter().filter(|held| matches!(held, Ok(false))).count(), 19);
    assert!(
        store.hold_lease("other", process(21), at(0), at(10)).await.unwrap(),
        "other work is another lease"
    );
}

/// Its holder extends it, and another process takes it once it has ended.
pub async fn a_lease_is_extended_and_ends(store: impl Stores) {
    let (one, two) = (process(1), process(2));
    assert!(store.hold_lease("poll", one, at(0), at(10)).await.unwrap());
    assert!(store.hold_lease("poll", one, at(5), at(15)).await.unwrap());
    assert!(!store.hold_lease("poll", two, at(14), at(24)).await.unwrap());
    assert!(store.hold_lease("poll", two, at(15), at(25)).await.unwrap());
    assert!(!store.hold_lease("poll", one, at(16), at(26)).await.unwrap(), "it is the other's now");
    let asked = join_all((3..=20).map(|n| store.hold_lease("poll", process(n), at(25), at(35)))).await;
    assert_eq!(asked.iter().filter(|held| matches!(held, Ok(true))).count(), 1, "one takes over");
}

/// What its holder gives back is free at once; nobody gives back another's.
pub async fn a_lease_is_given_back_by_its_holder(store: impl Stores) {
    let (one, two) = (process(1), process(2));
    assert!(store.hold_lease("poll", one, at(0), at(10)).await.unwrap());
    store.release_lease("poll", two).await.unwrap();
    assert!(!store.hold_lease("poll", two, at(1), at(11)).await.unwrap());
    store.release_lease("poll", one).await.unwrap();
    assert!(store.hold_lease("poll", two, at(1), at(11)).await.unwrap());
}
