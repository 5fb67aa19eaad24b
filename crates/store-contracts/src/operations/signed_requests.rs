//! Signed requests are accepted once.

use crate::operations::retention::purged;
use crate::{Stores, examples::at};
use domain::operations::retention::RetentionCategory;
use futures_util::future::join_all;

/// Of many calls at the same time, one is first.
pub async fn of_twenty_at_once_one_is_first(store: impl Stores) {
    let taken = join_all((0..20).map(|_| store.take_once("team", "nonce:1", at(300)))).await;
    assert_eq!(taken.iter().filter(|first| matches!(first, Ok(true))).count(), 1);
    assert_eq!(taken.iter().filter(|again| matches!(again, Ok(false))).count(), 19);
    assert!(!store.take_once("team", "nonce:1", at(900)).await.unwrap(), "nor later");
}

/// Clients need not know each other's nonces, and upper and lower case are not the same.
pub async fn what_came_from_one_client_did_not_come_from_another(store: impl Stores) {
    for (client, once) in [
        ("team", "nonce:a"),
        ("other", "nonce:a"),
        ("team", "nonce:A"),
        ("team", "signature:a"),
        ("Team", "nonce:a"),
    ] {
        assert!(store.take_once(client, once, at(300)).await.unwrap(), "{client} {once}");
        assert!(!store.take_once(client, once, at(300)).await.unwrap(), "{client} {once}");
    }
}

/// A nonce is refused until its time, and forgotten afterwards.
pub async fn it_is_remembered_until_then(store: impl Stores) {
    store.take_once("team", "nonce:1", at(300)).await.unwrap();
    store.take_once("team", "nonce:2", at(301)).await.unwrap();
    assert_eq!(purged(&store, RetentionCategory::Requests, 300).await, 0);
    assert!(!store.take_once("team", "nonce:1", at(600)).await.unwrap());
    assert_eq!(purged(&store, RetentionCategory::Requests, 301).await, 1);
    assert!(store.take_once("team", "nonce:1", at(600)).await.unwrap());
    assert!(!store.take_once("team", "nonce:2", at(600)).await.unwrap());
}
