//! Nobody's number, text or address is in the clear, and what was erased stays away: from transcripts, from turns and
//! from the outbox. `run` executes SQL as the owner of the database: here it is what an erasure does.

use super::inbox::{done, lease};
use crate::{
    Stores,
    examples::{at, id, inbound, outbound, phone},
};
use domain::{
    ids::ConversationId,
    locale::Locale,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::{
    messaging::{
        Accepted, Committed, ConsentChange, Lane, MessageBody, Settlement, TranscriptMessage,
        inbound_webhook::{Notice, StatusReport},
    },
    pagination::PageRequest,
};

/// What an erasure does to the contact of the only sender: its key is destroyed, and its address forgotten.
pub const ERASE_CONTACTS: &str = "update contacts set lookup = null; \
                                  update subject_keys set sealed = null, state = 'destroyed'";
/// Words that must not be found in the database, in no spelling.
pub const SECRETS: [&str; 5] = ["5500000001", "reconocible", "wamid.HBgNclave", "10.9.8.7", "Xochitl"];

fn page() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

async fn lines(store: &dyn Stores, conversation: ConversationId) -> Vec<TranscriptMessage> {
    store.lines(conversation, &page()).await.unwrap()
}

fn report(provider_id: &str) -> StatusReport {
    StatusReport {
        message: None,
        provider_id: Some(provider_id.into()),
        status: DeliveryStatus::Read,
        error: None,
        opted_out: false,
        at: None,
        price_category: None,
    }
}

fn stop(sender: u32) -> ConsentChange {
    ConsentChange {
        channel: Channel::Whatsapp,
        recipient: phone(sender).e164().to_owned(),
        scope: ConsentScope::All,
        consent: ConsentStatus::OptedOut,
        source: "provider".into(),
    }
}

/// Stores one row of every kind that holds something of a person, and returns the conversation's id.
pub async fn store_one_of_each(store: &impl Stores) -> ConversationId {
    let (event, mut message) = inbound(1, "wamid.HBgNclave1", "algo reconocible");
    message.profile_name = Some("Xochitl".into());
    message.raw = b"Body=algo+reconocible&From=%2B525500000001&ProfileName=Xochitl".to_vec();
    store.accept(&[(event, message)], at(0)).await.unwrap();
    let turn = lease(store, 1).await.unwrap();
    let mut end = done(&turn);
    end.replies.push(outbound(1, "nada reconocible", Lane::Conversation));
    store.commit_turn(&end, at(1)).await.unwrap();
    let leased = store.lease(at(2), at(9), 10).await.unwrap().remove(0);
    let sent = Settlement::Sent { provider_id: "wamid.HBgNclave2".into() };
    store.settle(&leased, &sent, at(3)).await.unwrap();
    store.record_statuses(&[report("wamid.HBgNclave9")], at(3)).await.unwrap();
    store.record_consent(&stop(1), at(4)).await.unwrap();
    let notice = Notice {
        channel_account: "meta:whatsapp:106540352242922".into(),
        kind: "edited_message".into(),
        key: "wamid.HBgNclave3:5500000001".into(),
        raw: b"un aviso reconocible".to_vec(),
    };
    store.keep_notices(&[(id(), notice)], at(4)).await.unwrap();
    let key = answered();
    store.claim(&key, Fingerprint::of(&[("to", Some("1"))]), at(0), at(4)).await.unwrap();
    store.keep(&key, "{\"to\":\"+525500000001\"}").await.unwrap();
    turn.conversation
}

/// The key of a request that was answered.
pub(super) fn answered() -> IdempotencyKey {
    let caller = Principal::Anonymous(Some("10.9.8.7".into()));
    IdempotencyKey { caller, operation: "messages".into(), key: "k".into() }
}

/// The spellings in which a word must not be found: plain, in hexadecimal digits, in UTF-16, and at any place of a
/// base64 text.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = |bytes: &[u8]| -> Vec<u8> {
        let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1)).collect();
        let digit = |six: &[u8]| DIGITS[usize::from(six.iter().fold(0, |sum, bit| sum << 1 | bit))];
        bits.chunks_exact(6).map(digit).collect()
    };
    let bytes = word.as_bytes();
    let mut all = vec![
        bytes.to_vec(),
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|n| b"0123456789abcdef"[usize::from(n)])
            .collect(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    // At another place the first digits differ: what is left of the first three bytes is cut off.
    all.extend((0..3).map(|cut| base64(&bytes[cut..])));
    all
}

/// `dump` is the whole content of a database after [`store_one_of_each`].
pub fn no_secret_is_in(dump: &[u8]) {
    let holds = |needle: &[u8]| dump.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"twilio:whatsapp:+14155238886"), "the rows are there");
    for word in SECRETS {
        for (number, spelling) in spellings(word).iter().enumerate() {
            assert!(!holds(spelling), "{word} in spelling {number}");
        }
    }
}

/// An erased sender's conversation shows nothing. A message of theirs that comes again stores nothing; a new one begins
/// the conversation anew, with what they decided about messages. `fresh` is another store over the same database, whose
/// process has opened no keys.
pub async fn an_erased_sender_begins_anew(
    store: &impl Stores,
    mut run: impl FnMut(&str),
    fresh: &impl Stores,
) {
    store.accept(&[inbound(1, "e1", "uno")], at(0)).await.unwrap();
    let first = lease(store, 1).await.unwrap();
    let mut end = done(&first);
    end.state.locale = Some(Locale::Pt);
    store.commit_turn(&end, at(1)).await.unwrap();
    store.enqueue(&outbound(1, "dos", Lane::Conversation), Some(first.conversation), at(2)).await.unwrap();
    store.record_consent(&stop(1), at(2)).await.unwrap();
    store.enqueue(&outbound(2, "otro", Lane::Conversation), None, at(2)).await.unwrap();
    store.accept(&[inbound(1, "e2", "dos")], at(2)).await.unwrap();
    let old = lease(store, 3).await.unwrap();
    run(ERASE_CONTACTS);

    let again = inbound(1, "e1", "uno");
    assert_eq!(fresh.accept(&[again], at(10)).await.unwrap(), [Accepted::Duplicate]);
    let seen = fresh.find_conversation(first.conversation).await.unwrap().unwrap();
    assert!(
        seen.sender_key.is_none() && seen.address.is_none() && seen.is_unreadable,
        "it has no contact yet"
    );
    let shown = lines(fresh, first.conversation).await;
    let is_gone = |line: &TranscriptMessage| matches!(line.saying, MessageBody::Unreadable { .. });
    assert!(shown.len() == 3 && shown.iter().all(is_gone));
    let listed = fresh.consents(&page()).await.unwrap();
    assert_eq!((listed.len(), listed[0].recipient.as_deref()), (1, None));
    assert!(fresh.lease(at(10), at(20), 10).await.unwrap().is_empty(), "nobody is written to");

    assert_eq!(fresh.accept(&[inbound(1, "e3", "tres")], at(11)).await.unwrap(), [Accepted::New]);
    assert_eq!(store.commit_turn(&done(&old), at(11)).await.unwrap(), Committed::Fenced);
    let turn = lease(fresh, 11).await.unwrap();
    assert_eq!(turn.message.provider_event_id, "e3");
    assert_eq!((turn.conversation, turn.state.locale), (first.conversation, None));
    assert_eq!(turn.consent, ConsentStatus::OptedOut, "what they decided still holds");
    let seen = fresh.find_conversation(first.conversation).await.unwrap().unwrap();
    assert_eq!(seen.sender_key.as_deref(), Some(phone(1).e164()));
    assert!(lines(fresh, first.conversation).await.iter().skip(1).all(is_gone));
}

/// A number that another person proved since: what the person before wrote is not handled for the one after.
pub async fn what_the_person_before_wrote_is_not_handled(store: &impl Stores, mut run: impl FnMut(&str)) {
    store.accept(&[inbound(1, "e1", "paga todo")], at(0)).await.unwrap();
    run("update contacts set lookup = null");
    store.accept(&[inbound(1, "e2", "hola")], at(1)).await.unwrap();
    let turn = lease(store, 2).await.unwrap();
    assert_eq!(turn.message.provider_event_id, "e2");
    let parked = store.dead_letters(&page()).await.unwrap();
    assert!(matches!(parked.as_slice(), [letter] if letter.reason.contains("retired")));
}

/// A text that was wiped, because its time is over, is no turn and not shown. `empty` is how the database writes no bytes.
pub async fn a_wiped_text_is_no_turn(store: &impl Stores, mut run: impl FnMut(&str), empty: &str) {
    let (event, message) = inbound(1, "e1", "uno");
    store.accept(&[(event, message)], at(0)).await.unwrap();
    run(&format!("update inbox set body = {empty}, raw = null"));
    assert!(lease(store, 1).await.is_none());
    assert!(store.dead_letters(&page()).await.unwrap().is_empty());
    let shown = lines(store, ConversationId(event.0)).await;
    assert!(matches!(shown[0].saying, MessageBody::Unreadable { is_ours: false }));
    let same = inbound(1, "e1", "uno");
    assert_eq!(store.accept(&[same], at(2)).await.unwrap(), [Accepted::Duplicate], "it is still known");
    store.accept(&[inbound(1, "e2", "dos")], at(3)).await.unwrap();
    run(&format!(
        "update outbox set body = {empty}; update conversations set state = {empty}, sealed = null"
    ));
    let seen = store.find_conversation(ConversationId(event.0)).await.unwrap().unwrap();
    assert!(seen.sender_key.is_none() && seen.is_unreadable);
    assert_eq!(store.reseal().await.unwrap(), 0, "what is empty needs no key");
}

/// The webhook's body is kept apart, and a turn has it as long as it is there, whatever its bytes.
pub async fn a_webhooks_body_is_kept_apart(store: &impl Stores, mut run: impl FnMut(&str)) {
    let raw = vec![0, 159, 146, 150, b'"'];
    for (event, raw) in [("e1", raw.clone()), ("e2", b"text".to_vec()), ("e3", b"gone".to_vec())] {
        let (id, mut message) = inbound(1, event, event);
        message.raw = raw;
        store.accept(&[(id, message)], at(0)).await.unwrap();
    }
    for expected in [raw, b"text".to_vec()] {
        let turn = lease(store, 1).await.unwrap();
        assert_eq!(turn.message.raw, expected);
        store.commit_turn(&done(&turn), at(1)).await.unwrap();
    }
    run("update inbox set raw = null");
    let last = lease(store, 2).await.unwrap();
    assert!(matches!(&last.message.content, InboundContent::Text(text) if text == "e3"));
    assert_eq!(last.message.raw, b"");
}
