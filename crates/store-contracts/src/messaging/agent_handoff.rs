//! What agents and operators see: who may be written to, the messages of a conversation, and dead letters.

use crate::operations::retention::purged;
use crate::{
    Stores,
    examples::{at, id, inbound, outbound, phone},
};
use domain::operations::retention::RetentionCategory;
use domain::{
    ids::ConversationId,
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
};
use futures_util::future::join_all;
use ports::{
    messaging::{
        ConsentChange, Enqueued, Lane, LeasedTurn, MessageBody, Settlement, Turn, TurnFailure,
        inbound_webhook::Notice,
    },
    operations::{DeadLetterKind, ReplayOutcome, UnreadableWebhook},
    pagination::PageRequest,
    store_error::StoreError,
};

const TWILIO: &str = "twilio:whatsapp:+14155238886";
const META: &str = "meta:whatsapp:106540352242922";

fn page() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

fn end(turn: &LeasedTurn) -> Turn {
    Turn {
        event: turn.event,
        conversation: turn.conversation,
        fence: turn.fence,
        state: turn.state.clone(),
        replies: Vec::new(),
        consent: None,
        audit: Vec::new(),
        flow_response: None,
        timer: ports::messaging::Timer::Keep,
        payee_changes: Vec::new(),
        profile_name: None,
    }
}

/// A person wrote and got no reply. Returns their conversation.
async fn hear(store: &dyn Stores, sender: u32, event: &str, account: &str, second: i64) -> ConversationId {
    let (id, mut message) = inbound(sender, event, event);
    message.channel_account = account.parse().unwrap();
    store.accept(&[(id, message)], at(second)).await.unwrap();
    let turn = store.lease_next(at(second), at(second + 5)).await.unwrap().unwrap();
    store.commit_turn(&end(&turn), at(second)).await.unwrap();
    turn.conversation
}

fn stop(sender: u32, consent: ConsentStatus) -> ConsentChange {
    ConsentChange {
        channel: Channel::Whatsapp,
        recipient: phone(sender).e164().to_owned(),
        scope: ConsentScope::All,
        consent,
        source: "provider".into(),
    }
}

/// A message with the same id is the same message, and it keeps its owner.
pub async fn a_teams_message_is_kept_once_and_stays_theirs(store: impl Stores) {
    let mut message = outbound(1, "hola", Lane::Conversation);
    message.client = Some("team".into());
    let all = join_all((0..8).map(|_| store.enqueue(&message, None, at(0)))).await;
    assert!(all.into_iter().all(|kept| kept.unwrap() == Enqueued::Queued));
    assert_eq!(store.backlog().await.unwrap(), 1);
    let state = ports::messaging::Outbox::find(&store, message.message.id).await.unwrap().unwrap();
    assert_eq!((state.client.as_deref(), state.channel), (Some("team"), Channel::Whatsapp));
}

/// The opt-out holds for each spelling of the address and each provider, until the person opts in again.
pub async fn a_person_who_opted_out_is_not_written_to(store: impl Stores) {
    let conversation = hear(&store, 1, "e1", TWILIO, 1).await;
    store.enqueue(&outbound(1, "waits", Lane::Conversation), Some(conversation), at(2)).await.unwrap();
    store.record_consent(&stop(1, ConsentStatus::OptedOut), at(3)).await.unwrap();
    assert_eq!(store.backlog().await.unwrap(), 0, "queued messages are not sent any more");
    for address in ["whatsapp:+525500000001", "5215500000001", "+525500000001"] {
        let mut message = outbound(1, "no", Lane::Conversation);
        message.message.recipient = address.into();
        message.channel_account = META.parse().unwrap();
        assert_eq!(store.enqueue(&message, None, at(4)).await.unwrap(), Enqueued::OptedOut, "{address}");
    }
    assert_eq!(
        store.enqueue(&outbound(2, "sí", Lane::Conversation), None, at(4)).await.unwrap(),
        Enqueued::Queued
    );
    store.record_consent(&stop(1, ConsentStatus::OptedIn), at(5)).await.unwrap();
    assert_eq!(
        store.enqueue(&outbound(1, "sí", Lane::Conversation), None, at(6)).await.unwrap(),
        Enqueued::Queued
    );
}

/// Whichever comes first, no message is left to send to a person who opted out.
pub async fn stopping_and_writing_at_once_leaves_nothing_to_send(store: impl Stores) {
    for sender in 1..=20 {
        let conversation = hear(&store, sender, &format!("e{sender}"), TWILIO, 1).await;
        let (message, change) =
            (outbound(sender, "hola", Lane::Conversation), stop(sender, ConsentStatus::OptedOut));
        let (kept, stopped) = tokio::join!(
            store.enqueue(&message, Some(conversation), at(2)),
            store.record_consent(&change, at(2))
        );
        kept.unwrap();
        stopped.unwrap();
    }
    assert_eq!(store.backlog().await.unwrap(), 0);
}

/// Each change is kept, and the newest one of each person is listed once. Consent to marketing is kept apart.
pub async fn an_opt_out_at_the_provider_counts(store: impl Stores) {
    store.record_consent(&stop(1, ConsentStatus::OptedOut), at(1)).await.unwrap();
    store.record_consent(&stop(2, ConsentStatus::OptedOut), at(2)).await.unwrap();
    store.record_consent(&stop(1, ConsentStatus::OptedIn), at(3)).await.unwrap();
    let marketing = ConsentChange { scope: ConsentScope::Marketing, ..stop(3, ConsentStatus::OptedOut) };
    store.record_consent(&marketing, at(4)).await.unwrap();
    let all = store.consents(&page()).await.unwrap();
    let told: Vec<_> = all.iter().map(|view| (view.recipient.as_deref(), view.consent)).collect();
    let (one, two) = (phone(1), phone(2));
    assert_eq!(
        told,
        [(Some(one.e164()), ConsentStatus::OptedIn), (Some(two.e164()), ConsentStatus::OptedOut),]
    );
    let behind = PageRequest { limit: 50, after: Some(all[0].seq.to_string()) };
    assert_eq!(store.consents(&behind).await.unwrap().len(), 1, "the cursor");
    let of_three = store.consent_of(Channel::Whatsapp, phone(3).e164()).await.unwrap();
    assert_eq!(of_three, ConsentStatus::OptedIn, "marketing alone");
}

/// Messages come newest first, page by page.
pub async fn a_conversation_shows_who_wrote_what(store: impl Stores) {
    let conversation = hear(&store, 1, "uno", TWILIO, 1).await;
    store.enqueue(&outbound(1, "dos", Lane::Conversation), Some(conversation), at(2)).await.unwrap();
    hear(&store, 1, "tres", TWILIO, 3).await;
    hear(&store, 2, "de otro", TWILIO, 4).await;
    let words = |saying: &MessageBody| match saying {
        MessageBody::Inbound(InboundContent::Text(text)) => format!("< {text}"),
        MessageBody::Outbound { text: Some(text), status } => format!("> {text} {}", status.name()),
        _ => panic!("no words"),
    };
    let lines = store.lines(conversation, &page()).await.unwrap();
    let content: Vec<_> = lines.iter().map(|line| words(&line.saying)).collect();
    assert_eq!(content, ["< tres", "> dos queued", "< uno"]);
    let behind = PageRequest { limit: 1, after: Some(lines[0].id.to_string()) };
    let next = store.lines(conversation, &behind).await.unwrap();
    assert_eq!((next.len(), words(&next[0].saying)), (1, "> dos queued".to_owned()));
    assert_eq!(store.conversations(&page()).await.unwrap().len(), 2);
}

/// A reply goes through the provider that the person last wrote to, to the address that they wrote from.
pub async fn an_answer_goes_where_the_person_last_wrote_from(store: impl Stores) {
    let accounts = [TWILIO, META].map(|account| account.parse().unwrap());
    let newest = || store.newest_conversation(Channel::Whatsapp, "+525500000001", &accounts);
    assert!(newest().await.unwrap().is_none());
    hear(&store, 1, "e1", TWILIO, 1).await;
    let over_meta = hear(&store, 1, "e2", META, 2).await;
    let found = newest().await.unwrap().unwrap();
    assert_eq!((found.id, found.last_inbound_at), (over_meta, Some(at(2))));
    hear(&store, 1, "e3", TWILIO, 3).await;
    let found = newest().await.unwrap().unwrap();
    assert_eq!(found.channel_account.key(), TWILIO);
    assert_eq!(found.address.as_deref(), Some("whatsapp:+525500000001"));
    let (id, mut late) = inbound(1, "late", "late");
    (late.sent_at, late.sender) = (Some(at(2)), "whatsapp:+5215500000001".into());
    store.accept(&[(id, late)], at(90)).await.unwrap();
    let turn = store.lease_next(at(90), at(95)).await.unwrap().unwrap();
    store.commit_turn(&end(&turn), at(90)).await.unwrap();
    let found = newest().await.unwrap().unwrap();
    assert_eq!(found.last_inbound_at, Some(at(3)), "a webhook that comes late opens no window");
    assert_eq!(found.address.as_deref(), Some("whatsapp:+525500000001"), "and does not change the address");
    let elsewhere = store.newest_conversation(Channel::Telegram, "+525500000001", &accounts).await.unwrap();
    assert!(elsewhere.is_none());
}

/// Dead letters: a turn that failed each time, and a message with an unknown outcome.
pub async fn a_dead_letter_is_listed_and_tried_again(store: impl Stores) {
    store.accept(&[inbound(1, "e1", "hola")], at(0)).await.unwrap();
    let turn = store.lease_next(at(1), at(5)).await.unwrap().unwrap();
    store.fail(&turn, &TurnFailure::Park, "poison").await.unwrap();
    let message = outbound(2, "hola", Lane::Conversation);
    store.enqueue(&message, None, at(2)).await.unwrap();
    let leased = store.lease(at(3), at(9), 10).await.unwrap().remove(0);
    store.settle(&leased, &Settlement::Dead { reason: "nobody knows".into() }, at(4)).await.unwrap();
    assert_eq!(store.backlog().await.unwrap(), 0);
    let dead = store.dead_letters(&page()).await.unwrap();
    let told: Vec<_> = dead.iter().map(|one| (one.kind, one.reason.as_str())).collect();
    assert_eq!(told, [(DeadLetterKind::Outbound, "nobody knows"), (DeadLetterKind::Inbound, "poison")]);
    for one in &dead {
        assert!(matches!(store.revive(one.id, at(5)).await.unwrap(), Some(ReplayOutcome::Queued)));
    }
    assert!(store.revive(dead[0].id, at(5)).await.unwrap().is_none(), "it is none any more");
    assert!(store.dead_letters(&page()).await.unwrap().is_empty());
    assert_eq!(store.lease_next(at(6), at(9)).await.unwrap().unwrap().event, turn.event);
    let again = store.lease(at(6), at(9), 10).await.unwrap().remove(0);
    assert_eq!((again.message.id, again.in_doubt_since), (message.message.id, None), "it is simply sent");
    let state = ports::messaging::Outbox::find(&store, message.message.id).await.unwrap().unwrap();
    assert_eq!(state.status, DeliveryStatus::Queued);
}

/// The bytes come back unchanged, and each try counts.
pub async fn an_unreadable_webhook_is_kept_until_it_can_be_read(store: impl Stores) {
    let kept = UnreadableWebhook {
        id: id(),
        webhook: "meta".into(),
        body: b"{\"entry\":[".to_vec(),
        reason: "it ends too soon".into(),
    };
    store.keep_unreadable(&kept, at(1)).await.unwrap();
    store.keep_unreadable(&kept, at(2)).await.unwrap();
    let dead = store.dead_letters(&page()).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts, dead[0].kind), (1, 2, DeadLetterKind::Webhook));
    let Some(ReplayOutcome::Unreadable(again)) = store.revive(kept.id, at(3)).await.unwrap() else {
        panic!()
    };
    assert!(again == kept);
    store.forget_unreadable(kept.id).await.unwrap();
    assert!(store.dead_letters(&page()).await.unwrap().is_empty());
}

/// A notice is kept once, and removed when it is old.
pub async fn a_notice_is_kept_once(store: impl Stores) {
    let notice = Notice {
        channel_account: META.into(),
        kind: "account_update".into(),
        key: "k1".into(),
        raw: b"{}".to_vec(),
    };
    let twice = [(id(), notice.clone()), (id(), notice)];
    store.keep_notices(&twice, at(1)).await.unwrap();
    store.keep_notices(&twice, at(2)).await.unwrap();
    assert_eq!(purged(&store, RetentionCategory::Webhooks, 1).await, 0, "not old yet");
    assert_eq!(purged(&store, RetentionCategory::Webhooks, 9).await, 1);
}

/// `run` executes SQL that our own code never would: a channel account that can't be read gets no default. The
/// conversation is unreadable, its turn is parked and its message fails.
pub async fn a_malformed_channel_account_is_corrupt(store: &impl Stores, mut run: impl FnMut(&str)) {
    let (event, inbound) = inbound(1, "e1", "hola");
    let message = outbound(2, "hola", Lane::Conversation);
    store.accept(&[(event, inbound)], at(0)).await.unwrap();
    store.enqueue(&message, None, at(0)).await.unwrap();
    for table in ["conversations", "inbox", "outbox"] {
        run(&format!("update {table} set channel_account = 'whatsapp:+14155238886'"));
    }
    let found = store.find_conversation(ConversationId(event.0)).await;
    assert!(matches!(found, Err(StoreError::Corrupt(reason)) if reason.contains("channel account")));
    assert!(store.lease_next(at(1), at(5)).await.unwrap().is_none());
    let parked = store.dead_letters(&page()).await.unwrap();
    assert!(matches!(parked.as_slice(), [letter] if letter.reason.contains("channel account")));
    assert!(store.lease(at(1), at(5), 10).await.unwrap().is_empty());
    let state = ports::messaging::Outbox::find(store, message.message.id).await.unwrap().unwrap();
    assert_eq!(state.status, DeliveryStatus::Failed);
}
