//! The database itself: its version, writes, and the keys that its rows need.

use crate::{
    Stores,
    examples::{at, inbound, outbound},
};
use domain::{
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::{
    messaging::{Lane, MessageBody},
    operations::{Claim, KeptKey, KeyUse},
    pagination::PageRequest,
    store_error::StoreError,
};

/// After `migrate` the tables are those of this program, and a write succeeds.
pub async fn migrated_tables_are_current_and_take_writes(store: impl Stores) {
    let state = store.schema().await.unwrap();
    assert!(state.is_current() && state.applied.len() >= 5, "{state:?}");
    for seconds in [1, 2] {
        store.probe_write(at(seconds)).await.unwrap();
    }
}

/// A key is noted once, and forgotten when no row needs it; the newest stays.
pub async fn keys_are_noted_until_no_row_needs_them(store: impl Stores) {
    assert!(store.keys_in_use().await.unwrap().is_empty());
    for key in ["old", "1", "old"] {
        store.use_key(key, at(1)).await.unwrap();
    }
    assert_eq!(store.keys_in_use().await.unwrap(), ["1", "old"]);
    assert_eq!(store.forget_unused_keys("1").await.unwrap(), ["old"]);
    assert_eq!(store.keys_in_use().await.unwrap(), ["1"]);
}

/// A key is kept once, and comes back as it was.
pub async fn a_kept_key_stays_as_it_was(store: impl Stores) {
    let key = |byte: u8| KeptKey { purpose: "audit/v1".into(), key_id: "a".into(), key: [byte; 32] };
    store.keep_key(&key(1)).await.unwrap();
    store.keep_key(&key(2)).await.unwrap();
    let other = KeptKey { purpose: "secret/v1".into(), ..key(3) };
    store.keep_key(&other).await.unwrap();
    let mut kept = store.kept_keys().await.unwrap();
    // `migrate` keeps one by itself.
    kept.retain(|key| key.purpose != "lookup/v1");
    assert!(kept == [key(1), other]);
}

/// Three stores over one database: `old` seals under the key `old`; `both` seals under `new` and opens both; `new`
/// has only `new`. Rows of the old key are sealed anew, once, and then the old key is not needed any more.
pub async fn rows_are_sealed_anew(old: impl Stores, both: impl Stores, new: impl Stores) {
    for event in ["one", "two"] {
        old.accept(&[inbound(1, event, "a text")], at(1)).await.unwrap();
    }
    old.enqueue(&outbound(2, "an answer", Lane::Conversation), None, at(1)).await.unwrap();
    let kept = KeptKey { purpose: "audit/v1".into(), key_id: "old".into(), key: [7; 32] };
    old.keep_key(&kept).await.unwrap();
    let caller = Principal::Anonymous(Some("10.0.0.1".into()));
    let asked = IdempotencyKey { caller, operation: "messages".into(), key: "k".into() };
    old.claim(&asked, Fingerprint::of(&[]), at(0), at(1)).await.unwrap();
    old.keep(&asked, "an answer").await.unwrap();
    both.accept(&[inbound(3, "three", "a text")], at(2)).await.unwrap();
    let rows = |key_id: &str, rows| KeyUse { key_id: key_id.into(), rows };
    // The keys of two contacts, under which their messages are sealed, an answer to a request, and two kept keys; then the
    // key of another contact.
    assert_eq!(both.key_uses().await.unwrap(), [rows("new", 1), rows("old", 5)]);
    marks_what_it_cannot_open(&new).await;
    let unreadable = new.kept_keys().await.err().unwrap();
    assert!(matches!(unreadable, StoreError::Corrupt(what) if what.contains("old")));
    assert_eq!(both.reseal().await.unwrap(), 5);
    assert_eq!(both.reseal().await.unwrap(), 0);
    assert_eq!(new.key_uses().await.unwrap(), [rows("new", 6)]);
    assert!(new.kept_keys().await.unwrap().contains(&kept));
    let page = PageRequest { limit: 10, after: None };
    let conversations = new.conversations(&page).await.unwrap();
    assert_eq!(conversations.len(), 2);
    let mut texts = 0;
    for conversation in conversations {
        texts += new.lines(conversation.id, &page).await.unwrap().len();
    }
    assert_eq!(texts, 3);
    assert_eq!(new.reseal().await.unwrap(), 0);
    // By a store whose hashes are those of the kept key.
    let answer = both.claim(&asked, Fingerprint::of(&[]), at(0), at(3)).await.unwrap();
    assert_eq!(answer, Claim::Answered("an answer".into()));
}

/// A list with rows whose key is gone shows all of them, and says which can't be read.
async fn marks_what_it_cannot_open(new: &dyn Stores) {
    let page = PageRequest { limit: 10, after: None };
    let listed = new.conversations(&page).await.unwrap();
    let marks: Vec<_> = listed.iter().map(|conversation| conversation.is_unreadable).collect();
    assert_eq!(marks, [false, true], "the newest first");
    let lines = new.lines(listed[1].id, &page).await.unwrap();
    assert!(lines.iter().all(|line| line.saying == MessageBody::Unreadable { is_ours: false }));
    assert_eq!(lines.len(), 2);
}
