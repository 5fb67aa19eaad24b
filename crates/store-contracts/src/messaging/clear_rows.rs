//! Rows of messages as an earlier version wrote them, with numbers and ids in the clear and bodies under no subject's
//! key. After `migrate` they are like any other.

use super::{
    inbox::{done, lease},
    privacy::{answered, store_one_of_each},
};
use crate::{
    Stores,
    examples::{at, id, inbound, outbound, phone},
};
use domain::operations::retention::RetentionCategory;
use domain::{
    ids::{ConversationId, MessageId},
    locale::Locale,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, InboundContent},
        flow::{Answer, CompletedFlow, Slug},
    },
    operations::idempotency::Fingerprint,
};
use ports::{
    crypto::Sealer,
    messaging::{
        Accepted, Lane, MessageBody, NewFlowResponse, Settlement,
        inbound_webhook::{Notice, StatusReport},
        message_channel::{MessageForm, OutboundMessage},
    },
    operations::Claim,
    pagination::PageRequest,
};
use serde_json::{Value, json};

/// The rows that were written.
pub struct OldRows {
    conversation: ConversationId,
    message: MessageId,
}

fn page() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

fn flow() -> Slug {
    Slug::parse("intake").unwrap()
}

/// Writes the rows of [`store_one_of_each`], a message that waits for its turn and answers to a flow, and turns them into
/// the form of the earlier version. `blob` writes bytes in the database's SQL.
pub async fn write(
    store: &impl Stores,
    sealer: &dyn Sealer,
    mut run: impl FnMut(&str),
    blob: impl Fn(&[u8]) -> String,
) -> OldRows {
    let conversation = store_one_of_each(store).await;
    let shown = store.lines(conversation, &page()).await.unwrap();
    let is_ours = |body: &MessageBody| matches!(body, MessageBody::Outbound { .. });
    let message = MessageId(shown.iter().find(|line| is_ours(&line.saying)).unwrap().id);
    let response = answer(store).await;
    let (waiting, _) = inbound(1, "e2", "");
    store.accept(&[(waiting, inbound(1, "e2", "").1)], at(6)).await.unwrap();
    let sealed = |row: uuid::Uuid, value: &Value| {
        blob(&sealer.seal(row.as_bytes(), &serde_json::to_vec(value).unwrap()))
    };
    let state = Conversation { locale: Some(Locale::Pt), ..Conversation::default() };
    let text = json!({"v": 2, "text": "nada reconocible", "form": MessageForm::Plain});
    let answers = json!({"v": 1, "respondent": "+525500000001", "answers": [["what", Answer::Text("reconocible".into())]]});
    for sql in [
        format!(
            "update conversations set sender_hash = '+525500000001', address = 'whatsapp:+525500000001', \
             contact_id = null, sealed = null, state = {}",
            sealed(conversation.0, &json!({"conversation": state}))
        ),
        "update inbox set contact_id = null, raw = null".into(),
        format!(
            "update inbox set event_hash = 'wamid.HBgNclave1', body = {} where id = {}",
            sealed(conversation.0, &body("algo reconocible")),
            blob_of_id(conversation.0, &blob)
        ),
        format!(
            "update inbox set event_hash = 'e2', body = {} where id = {}",
            sealed(waiting.0, &body("otra cosa reconocible")),
            blob_of_id(waiting.0, &blob)
        ),
        format!(
            "update outbox set recipient_hash = 'whatsapp:+525500000001', contact_id = null, sealed = null, \
             provider_hash = 'wamid.HBgNclave2', provider_sealed = null, body = {}",
            sealed(message.0, &text)
        ),
        format!("update flow_responses set contact_id = null, body = {}", sealed(response, &answers)),
    ] {
        run(&sql);
    }
    write_small_rows(run);
    OldRows { conversation, message }
}

/// The body of an inbound message with that text.
fn body(text: &str) -> Value {
    json!({"v": 1, "sender": "whatsapp:+525500000001", "phone": "+525500000001", "profile_name": "Xochitl",
        "content": InboundContent::Text(text.into()), "raw": text.as_bytes()})
}

/// Consents, an early report, a notice and a kept answer in the form of the earlier version. Contacts and their keys were
/// not known to it.
fn write_small_rows(mut run: impl FnMut(&str)) {
    let report = StatusReport {
        message: None,
        provider_id: Some("wamid.HBgNclave9".into()),
        status: DeliveryStatus::Read,
        error: None,
        opted_out: false,
        at: None,
        price_category: None,
    };
    run("update consents set recipient_hash = '+525500000001', sealed = null; \
         update consent_history set recipient_hash = '+525500000001', sealed = null");
    run(&format!(
        "update early_delivery_reports set provider_hash = 'wamid.HBgNclave9', report = '{}'",
        serde_json::to_string(&report).unwrap()
    ));
    run("update notices set notice_hash = 'wamid.HBgNclave3:5500000001'");
    run("update idempotent_responses set caller = 'anonymous:10.9.8.7', sealed = null, \
         answer = '{\"to\":\"+525500000001\"}'");
    run("delete from contacts; delete from subject_keys; delete from sealed_areas");
}

/// An id in the database's SQL.
fn blob_of_id(id: uuid::Uuid, blob: &impl Fn(&[u8]) -> String) -> String {
    let bytes = blob(id.as_bytes());
    if bytes.starts_with("x'") { bytes } else { format!("'{id}'") }
}

/// Answers to a flow by the same sender. Returns their id.
async fn answer(store: &impl Stores) -> uuid::Uuid {
    store.accept(&[inbound(1, "e1", "")], at(5)).await.unwrap();
    let turn = lease(store, 5).await.unwrap();
    let mut end = done(&turn);
    let response = id();
    end.flow_response = Some(NewFlowResponse {
        id: domain::ids::FlowResponseId(response),
        completed: CompletedFlow { flow: flow(), version: 1, answers: Vec::new() },
        respondent: phone(1).e164().to_owned(),
    });
    store.commit_turn(&end, at(5)).await.unwrap();
    response
}

/// The rows that [`write()`] wrote, after `migrate`.
pub async fn are_like_any_other(store: &impl Stores, old: &OldRows) {
    let seen = store.find_conversation(old.conversation).await.unwrap().unwrap();
    assert_eq!(seen.sender_key.as_deref(), Some("+525500000001"));
    assert_eq!(seen.address.as_deref(), Some("whatsapp:+525500000001"));
    assert_eq!((seen.state.locale, seen.consent), (Some(Locale::Pt), ConsentStatus::OptedOut));
    let listed = store.consents(&page()).await.unwrap();
    assert_eq!((listed.len(), listed[0].recipient.as_deref()), (1, Some("+525500000001")));

    let same = inbound(1, "wamid.HBgNclave1", "");
    assert_eq!(store.accept(&[same], at(20)).await.unwrap(), [Accepted::Duplicate]);
    let turn = lease(store, 20).await.unwrap();
    assert_eq!((turn.conversation, turn.message.provider_event_id.as_str()), (old.conversation, "e2"));
    assert_eq!(turn.message.raw, b"otra cosa reconocible");
    assert_eq!(turn.message.phone.as_ref(), Some(&phone(1)));
    let shown = store.lines(old.conversation, &page()).await.unwrap();
    let said = |text: &str| {
        shown.iter().any(|line| match &line.saying {
            MessageBody::Inbound(InboundContent::Text(said)) => said == text,
            MessageBody::Outbound { text: Some(said), .. } => said == text,
            _ => false,
        })
    };
    assert!(said("algo reconocible") && said("nada reconocible"));

    let to = OutboundMessage {
        id: MessageId(id()),
        channel: Channel::Whatsapp,
        recipient: "+525500000001".into(),
        text: String::new(),
        form: MessageForm::Plain,
    };
    assert_eq!(store.known_provider_ids(&to, at(0)).await.unwrap(), ["wamid.HBgNclave2"]);
    let state = ports::messaging::Outbox::find(store, old.message).await.unwrap().unwrap();
    assert_eq!(state.provider_id.as_deref(), Some("wamid.HBgNclave2"));
    // The report that came early finds the message that gets its id now.
    store.enqueue(&outbound(2, "hola", Lane::Conversation), None, at(21)).await.unwrap();
    let leased = store.lease(at(21), at(29), 10).await.unwrap().remove(0);
    let sent = Settlement::Sent { provider_id: "wamid.HBgNclave9".into() };
    store.settle(&leased, &sent, at(22)).await.unwrap();
    let state = ports::messaging::Outbox::find(store, leased.message.id).await.unwrap().unwrap();
    assert_eq!(state.status, DeliveryStatus::Read);

    let responses = store.responses(&flow(), &page()).await.unwrap();
    assert_eq!((responses.len(), responses[0].respondent.as_str()), (1, "+525500000001"));
    let notice = Notice {
        channel_account: "meta:whatsapp:106540352242922".into(),
        kind: "edited_message".into(),
        key: "wamid.HBgNclave3:5500000001".into(),
        raw: Vec::new(),
    };
    let before = store.count_old(RetentionCategory::Webhooks, at(99)).await.unwrap();
    store.keep_notices(&[(id(), notice)], at(4)).await.unwrap();
    let after = store.count_old(RetentionCategory::Webhooks, at(99)).await.unwrap();
    assert_eq!(before, after, "it was the same notice");
    assert!(before > 0);
    let again = store.claim(&answered(), Fingerprint::of(&[("to", Some("1"))]), at(0), at(23)).await.unwrap();
    assert!(matches!(again, Claim::Answered(answer) if answer == "{\"to\":\"+525500000001\"}"));
}
