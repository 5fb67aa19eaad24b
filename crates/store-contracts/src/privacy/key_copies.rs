//! Copies of keys: what was destroyed or blocked never comes back.

use super::erasures::erase;
use crate::{
    Stores,
    examples::{actor, at, person, phone, transfer},
    money::ledger::{is_accepted, post},
};
use ports::{
    privacy::{KeyCopy, KeyState},
    subject_keys::SubjectKeyId,
};

async fn all(store: &dyn Stores) -> Vec<KeyCopy> {
    let mut all: Vec<KeyCopy> = Vec::new();
    loop {
        let page = store.copy_keys(all.last().map(|key| key.id)).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn state(keys: &[KeyCopy], id: SubjectKeyId) -> Option<KeyState> {
    keys.iter().find(|key| key.id == id).map(|key| key.state)
}

/// Old copies of keys bring nobody back who was erased.
pub async fn a_key_never_comes_back(store: impl Stores) {
    let (one, two) = (person(&store, 1, 100).await, person(&store, 2, 0).await);
    assert!(is_accepted(&post(&store, transfer(one.user, one.id, two.id, 100, None)).await));
    let before = all(&store).await;
    let (chat, money) = (SubjectKeyId::chat(one.user.0), SubjectKeyId::money(one.user.0));
    assert_eq!(state(&before, chat), Some(KeyState::Live));
    erase(&store, one.user, 10).await;
    let after = all(&store).await;
    assert_eq!(state(&after, chat), Some(KeyState::Destroyed));
    assert_eq!(state(&after, money), Some(KeyState::Blocked));
    assert!(after.iter().all(|key| key.sealed.is_none() == (key.state == KeyState::Destroyed)));
    let put = store.put_keys(&before, at(20)).await.unwrap();
    assert_eq!((put.restored, put.ended), (0, 0));
    assert!(all(&store).await == after);
    assert!(store.find_by_phone(&phone(2)).await.unwrap().is_some());
    assert!(!store.are_keys_away().await.unwrap());
}

/// Wishes of a newer journal count: one that was taken back since is not carried out.
pub async fn wishes_are_those_of_the_newer_journal(store: impl Stores) {
    let (one, two, three) =
        (person(&store, 1, 0).await, person(&store, 2, 0).await, person(&store, 3, 0).await);
    super::erasures::ask(&store, one.user, 1).await;
    super::erasures::ask(&store, two.user, 2).await;
    let journal = store.erasure_journal(None).await.unwrap();
    let kept: Vec<_> = journal.into_iter().filter(|entry| entry.user == two.user).collect();
    assert_eq!(kept.len(), 1);
    // After the copy was made.
    super::erasures::ask(&store, three.user, 9).await;
    store.restore_wishes(&kept, at(5), &actor(), at(10)).await.unwrap();
    let mut wishes: Vec<_> =
        store.erasure_journal(None).await.unwrap().iter().map(|entry| entry.user).collect();
    wishes.sort();
    let mut expected = vec![two.user, three.user];
    expected.sort();
    assert_eq!(wishes, expected);
}
