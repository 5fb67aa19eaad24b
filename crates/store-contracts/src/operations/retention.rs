//! Retention: each category goes by its age, in batches, and people under a legal hold are spared.

use crate::{
    Stores,
    examples::{approved, at, challenge, id, inbound, outbound, phone, policy},
    messaging::inbox::done,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{PageId, VerificationId},
    operations::{
        idempotency::{Fingerprint, IdempotencyKey},
        retention::RetentionCategory,
    },
    principal::Principal,
    verification::otp::Purpose,
};
use ports::{
    messaging::{Lane, Outbox, Settlement, inbound_webhook::Notice},
    operations::{Claim, RetentionPosition, UnreadableWebhook},
    pagination::PageRequest,
    verification::{
        NewVerificationPage, StartOutcome, VerificationPages, Verifications,
        number_lookup::{LineType, NumberInfo},
    },
};

const DAY: i64 = 86_400;

/// Deletes all of a category that is from before that second, and returns how many rows that were.
pub(crate) async fn purged(store: &dyn Stores, category: RetentionCategory, second: i64) -> u32 {
    batches(store, category, second, 1_000).await.into_iter().sum()
}

/// The rows of each batch that deleted any.
async fn batches(store: &dyn Stores, category: RetentionCategory, second: i64, limit: u32) -> Vec<u32> {
    let (mut deleted, mut from) = (Vec::new(), Some(RetentionPosition::default()));
    while let Some(position) = from {
        let batch = store.delete_old(category, position, at(second), limit).await.unwrap();
        deleted.extend(Some(batch.deleted).filter(|rows| *rows > 0));
        from = batch.next;
    }
    deleted
}

async fn counted(store: &dyn Stores, category: RetentionCategory, second: i64) -> u64 {
    store.count_old(category, at(second)).await.unwrap()
}

async fn begun(store: &dyn Stores, number: u32, second: i64) -> VerificationId {
    let begun = Verifications::begin(store, &challenge(number, policy()), at(second)).await.unwrap();
    let StartOutcome::Started(begun) = begun else { panic!("{begun:?}") };
    begun.id
}

/// Receives a message and handles it.
async fn handled(store: &dyn Stores, sender: u32, event: &str, now: DateTime<Utc>) {
    store.accept(&[inbound(sender, event, "a text")], now).await.unwrap();
    let leased = store.lease_next(now, now + Duration::seconds(5)).await.unwrap().unwrap();
    store.commit_turn(&done(&leased), now).await.unwrap();
}

/// Old challenges go with their sends, attempts and look-ups; those after the cut-off stay, and so do their counts.
pub async fn old_codes_go(store: impl Stores) {
    let codes = RetentionCategory::Codes;
    let old = approved(&store, 1, Purpose::Login).await;
    let new = begun(&store, 1, 100).await;
    let facts = NumberInfo { valid: true, line_type: LineType::Ordinary, country: None, carrier: None };
    store.log_lookup(&phone(1), &facts, at(0)).await.unwrap();
    let page = NewVerificationPage {
        id: PageId(id()),
        token_hash: [9; 32],
        owner: Principal::Client("team".into()),
        user: None,
        phone: Some(phone(1)),
        purpose: Purpose::Login,
        return_to: None,
        state: None,
        locale: None,
        expires_at: at(200),
    };
    VerificationPages::open(&store, &page, at(0)).await.unwrap();
    assert!(VerificationPages::begin(&store, page.id, &phone(1), old).await.unwrap());
    assert_eq!(store.oldest(codes).await.unwrap(), Some(at(0)));
    assert_eq!(counted(&store, codes, 0).await, 0);
    assert_eq!(counted(&store, codes, 50).await, 2, "a challenge and a look-up");
    assert_eq!(purged(&store, codes, 50).await, 2);
    assert!(Verifications::find(&store, old).await.unwrap().is_none());
    assert_eq!(Verifications::find(&store, new).await.unwrap().unwrap().sends.len(), 1);
    let open = VerificationPages::find(&store, &[9; 32]).await.unwrap().unwrap();
    assert_eq!((open.phone, open.verification), (Some(phone(1)), None), "its challenge is gone");
    assert_eq!(counted(&store, codes, 50).await, 0);
    assert_eq!(purged(&store, codes, 201).await, 2, "the other challenge and the page");
    assert!(VerificationPages::find(&store, &[9; 32]).await.unwrap().is_none());
    assert_eq!(store.oldest(codes).await.unwrap(), None);
}

/// A batch deletes no more than it may, and counting deletes nothing.
pub async fn a_batch_keeps_to_its_limit(store: impl Stores) {
    let codes = RetentionCategory::Codes;
    for number in 1..=5 {
        begun(&store, number, i64::from(number)).await;
    }
    for _ in 0..2 {
        assert_eq!(counted(&store, codes, 100).await, 5);
    }
    assert_eq!(batches(&store, codes, 100, 2).await, [2, 2, 1]);
}

/// Handled messages go, then the conversation, once no message of it is left; what was not handled stays.
pub async fn old_texts_go(store: impl Stores) {
    let texts = RetentionCategory::Texts;
    handled(&store, 1, "one", at(0)).await;
    handled(&store, 2, "two", at(100)).await;
    store.accept(&[inbound(3, "three", "not handled")], at(0)).await.unwrap();
    let page = PageRequest { limit: 10, after: None };
    let left = async || store.conversations(&page).await.unwrap().len();
    assert_eq!(store.oldest(texts).await.unwrap(), Some(at(0)));
    assert_eq!(purged(&store, texts, 50).await, 2, "a message and its conversation");
    assert_eq!(left().await, 2);
    assert_eq!(purged(&store, texts, 200).await, 2);
    assert_eq!(left().await, 1, "what waits to be handled is kept");
    assert!(store.lease_next(at(300), at(310)).await.unwrap().is_some());
}

/// The text of a sent message goes before its delivery; a message that waits keeps both.
pub async fn old_deliveries_go(store: impl Stores) {
    let (texts, deliveries) = (RetentionCategory::Texts, RetentionCategory::Deliveries);
    let (sent, waiting) = (outbound(1, "sent", Lane::Conversation), outbound(2, "later", Lane::Conversation));
    store.enqueue(&sent, None, at(0)).await.unwrap();
    let leased = Outbox::lease(&store, at(0), at(10), 1).await.unwrap().pop().unwrap();
    let settlement = Settlement::Sent { provider_id: "SM1".into() };
    Outbox::settle(&store, &leased, &settlement, at(1)).await.unwrap();
    store.enqueue(&waiting, None, at(2)).await.unwrap();
    assert_eq!(purged(&store, texts, 50).await, 1);
    assert_eq!(counted(&store, texts, 50).await, 0);
    let found = Outbox::find(&store, sent.message.id).await.unwrap();
    assert!(found.is_some(), "its delivery is still told");
    assert_eq!(counted(&store, deliveries, 50).await, 1);
    assert_eq!(purged(&store, deliveries, 50).await, 1);
    assert!(Outbox::find(&store, sent.message.id).await.unwrap().is_none());
    let again = Outbox::lease(&store, at(60), at(70), 9).await.unwrap();
    assert_eq!(again.iter().map(|leased| leased.message.text.as_str()).collect::<Vec<_>>(), ["later"]);
}

/// Webhooks that can't be read and notices go.
pub async fn old_webhooks_go(store: impl Stores) {
    let webhooks = RetentionCategory::Webhooks;
    let unreadable =
        UnreadableWebhook { id: id(), webhook: "meta".into(), body: b"{".to_vec(), reason: "no JSON".into() };
    store.keep_unreadable(&unreadable, at(0)).await.unwrap();
    let notice = Notice {
        channel_account: "meta:whatsapp:1".into(),
        kind: "account_update".into(),
        key: "one".into(),
        raw: b"{}".to_vec(),
    };
    store.keep_notices(&[(id(), notice)], at(0)).await.unwrap();
    assert_eq!(purged(&store, webhooks, 0).await, 0);
    assert_eq!(counted(&store, webhooks, 10).await, 2);
    assert_eq!(purged(&store, webhooks, 10).await, 2);
    let page = PageRequest { limit: 10, after: None };
    assert!(store.dead_letters(&page).await.unwrap().is_empty());
}

/// Kept answers and the ids of signed requests go.
pub async fn old_requests_go(store: impl Stores) {
    let requests = RetentionCategory::Requests;
    let key = |name: &str| IdempotencyKey {
        caller: Principal::Client("team".into()),
        operation: "message".into(),
        key: name.into(),
    };
    let print = Fingerprint([1; 32]);
    for (name, second) in [("old", 0), ("new", 100)] {
        let claim = store.claim(&key(name), print, at(second - 60), at(second)).await.unwrap();
        assert_eq!(claim, Claim::Fresh);
        store.keep(&key(name), "{}").await.unwrap();
    }
    assert!(store.take_once("team", "nonce", at(10)).await.unwrap());
    assert_eq!(counted(&store, requests, 50).await, 2);
    assert_eq!(purged(&store, requests, 50).await, 2);
    let claim = store.claim(&key("new"), print, at(40), at(110)).await.unwrap();
    assert_eq!(claim, Claim::Answered("{}".into()), "the new answer is kept");
    assert!(store.take_once("team", "nonce", at(200)).await.unwrap(), "the id is forgotten");
}

/// A contact goes with its key when no row is about it: first it is taken out of use, then, an hour later, deleted.
/// Keys of nobody go. `run` runs SQL as the owner of the database; it fails if a condition is not met.
pub async fn contacts_without_rows_go(store: &impl Stores, mut run: impl FnMut(&str)) {
    let (codes, contacts) = (RetentionCategory::Codes, RetentionCategory::Contacts);
    begun(store, 1, 0).await;
    run("create table counts (found integer not null check (found = 1))");
    let mut expect = |sql: &str| run(&format!("insert into counts select count(*) from {sql}"));
    expect("contacts");
    expect("subject_keys");
    assert_eq!(counted(store, contacts, 2 * DAY).await, 0, "a challenge is about it");
    assert_eq!(purged(store, codes, DAY).await, 1);
    assert_eq!(counted(store, contacts, 2 * DAY).await, 1);
    assert_eq!(purged(store, contacts, 2 * DAY).await, 1);
    expect("contacts where lookup is null");
    expect("subject_keys");
    assert_eq!(purged(store, contacts, 2 * DAY + 3_599).await, 0, "a transaction may still write about it");
    // The number comes again: it has a new contact.
    let again = begun(store, 1, 2 * DAY).await;
    expect("contacts where lookup is not null");
    assert_eq!(purged(store, contacts, 2 * DAY + 3_600).await, 1);
    expect("contacts where lookup is not null");
    expect("subject_keys");
    assert!(Verifications::find(store, again).await.unwrap().is_some());
    let keys = RetentionCategory::Keys;
    assert_eq!(counted(store, keys, 9 * DAY).await, 0);
    run("update verifications set contact_id = null; delete from contacts");
    assert_eq!(purged(store, keys, DAY).await, 0, "too new");
    assert_eq!(purged(store, keys, 9 * DAY).await, 1);
    run("insert into counts select 1 + count(*) from subject_keys");
}

/// Nothing of a person under a legal hold goes, nor of their contacts; once the hold is lifted it does.
pub async fn a_legal_hold_spares_its_person(store: &impl Stores, mut run: impl FnMut(&str)) {
    let codes = RetentionCategory::Codes;
    let held = store.get_or_create(&testkit::new_person(phone(1)), at(0)).await.unwrap().id;
    // The number is the person's, as when they proved it.
    let by_contact = begun(store, 1, 0).await;
    run("update contacts set user_id = (select id from users)");
    let mut own = challenge(2, policy());
    own.challenge.requester = Principal::User(held);
    let StartOutcome::Started(by_person) = Verifications::begin(store, &own, at(0)).await.unwrap() else {
        panic!()
    };
    let of_another = begun(store, 3, 0).await;
    run("insert into legal_holds (user_id, reason, held_by, since) \
         select id, 'case 1', 'operator', created_at from users");
    assert_eq!(purged(store, codes, DAY).await, 1);
    assert!(Verifications::find(store, of_another).await.unwrap().is_none());
    for spared in [by_contact, by_person.id] {
        assert!(Verifications::find(store, spared).await.unwrap().is_some());
    }
    assert_eq!(counted(store, codes, DAY).await, 0);
    run("delete from legal_holds");
    assert_eq!(purged(store, codes, DAY).await, 2);
}

/// Books, audit and opt-outs are in no category.
pub async fn books_audit_and_opt_outs_stay(store: impl Stores) {
    let wallet = crate::examples::person(&store, 1, 5_000).await;
    let page = PageRequest { limit: 50, after: None };
    let audited = store.events(&page).await.unwrap().len();
    for category in RetentionCategory::ALL {
        purged(&store, category, 100_000 * DAY).await;
    }
    assert_eq!(store.find_wallet(wallet.id).await.unwrap().unwrap().posted, wallet.posted);
    assert!(store.verify().await.unwrap().is_empty());
    assert_eq!(store.events(&page).await.unwrap().len(), audited);
}
