//! Sessions: one successor for concurrent refreshes, and an end that stays.

use crate::{
    Stores,
    examples::{actor, at, registered, sign_up},
};
use domain::{
    accounts::{RefreshFamily, Rotation},
    ids::{SessionId, UserId},
};
use futures_util::future::join_all;
use ports::{
    accounts::{NewAccount, Refreshed, Registered},
    pagination::PageRequest,
};

async fn signed_in(store: &dyn Stores, n: u32) -> (UserId, SessionId) {
    let account: NewAccount = sign_up(n, None);
    let session = account.session.id;
    match registered(store, account).await {
        Registered::Done(user) => (user, session),
        refused => panic!("{refused:?}"),
    }
}

/// Twenty refreshes with one token at once: one successor, and nobody is signed out.
pub async fn twenty_refreshes_at_once_give_one_successor(store: impl Stores) {
    let (user, session) = signed_in(&store, 1).await;
    let answers = join_all((0..20).map(|_| store.refresh_session(session, 1, at(10)))).await;
    let answers: Vec<Refreshed> = answers.into_iter().map(Result::unwrap).collect();
    let next = |rotation| Refreshed::To { user, generation: 2, rotation };
    assert_eq!(answers.iter().filter(|answer| **answer == next(Rotation::Next)).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == next(Rotation::Again)).count(), 19);
    assert_eq!(store.session_owner(session, at(10)).await.unwrap(), Some(user));
}

/// A token that is used after the grace period ends its session, with an audit row. The newest token is
/// invalid then.
pub async fn a_used_token_ends_its_session(store: impl Stores) {
    let (user, session) = signed_in(&store, 1).await;
    store.refresh_session(session, 1, at(0)).await.unwrap();
    assert_eq!(store.refresh_session(session, 1, at(10)).await.unwrap(), Refreshed::Refused);
    assert_eq!(store.refresh_session(session, 2, at(11)).await.unwrap(), Refreshed::Refused);
    assert_eq!(store.session_owner(session, at(11)).await.unwrap(), None);
    let events = store.events(&PageRequest { limit: 1, after: None }).await.unwrap();
    assert_eq!(events[0].record.action, "session.ended");
    assert_eq!(events[0].record.on_behalf_of, Some(format!("user:{user}")));
}

/// Only its owner ends a session, once, and no other session ends with it.
pub async fn a_session_is_its_owners(store: impl Stores) {
    let (user, session) = signed_in(&store, 1).await;
    let (stranger, other) = signed_in(&store, 2).await;
    assert!(!store.end_session(session, stranger, &actor(), at(1)).await.unwrap());
    assert!(store.end_session(session, user, &actor(), at(1)).await.unwrap());
    assert!(!store.end_session(session, user, &actor(), at(1)).await.unwrap());
    assert_eq!(store.refresh_session(session, 1, at(1)).await.unwrap(), Refreshed::Refused);
    assert_eq!(store.session_owner(other, at(1)).await.unwrap(), Some(stranger));
    let page = PageRequest { limit: 10, after: None };
    assert!(store.sessions(user, &page, at(1)).await.unwrap().is_empty());
    assert_eq!(store.sessions(stranger, &page, at(1)).await.unwrap()[0].id, other);
}

/// A session that nobody refreshes expires by itself.
pub async fn a_session_ends_by_itself(store: impl Stores) {
    let (user, session) = signed_in(&store, 1).await;
    let ends = RefreshFamily::begin(at(0)).expires_at;
    assert_eq!(store.session_owner(session, at(0)).await.unwrap(), Some(user));
    assert_eq!(store.session_owner(session, ends).await.unwrap(), None);
    assert_eq!(store.refresh_session(session, 1, ends).await.unwrap(), Refreshed::Refused);
}
