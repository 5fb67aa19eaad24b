//! Outbound messages: in order for each recipient and lane, settled once, and their status only moves
//! forward.

use crate::{
    Stores,
    examples::{at, inbound, outbound},
};
use domain::{ids::MessageId, message::DeliveryStatus, messaging::price::MessagePrice};
use ports::messaging::{
    Lane, LeasedMessage, NewOutbound, PriceAnswer, Settlement, Turn, inbound_webhook::StatusReport,
    message_channel::MessageForm,
};

/// Puts messages into the outbox as the replies of a turn, which is the only way.
async fn enqueue(store: &dyn Stores, replies: Vec<NewOutbound>) {
    let event = format!("e{}", crate::examples::id());
    store.accept(&[inbound(99, &event, "hola")], at(0)).await.unwrap();
    let turn = store.lease_next(at(0), at(5)).await.unwrap().unwrap();
    let end = Turn {
        event: turn.event,
        conversation: turn.conversation,
        fence: turn.fence,
        state: turn.state,
        replies,
        consent: None,
        audit: Vec::new(),
        flow_response: None,
        timer: ports::messaging::Timer::Keep,
        payee_changes: Vec::new(),
        profile_name: None,
    };
    store.commit_turn(&end, at(0)).await.unwrap();
}

async fn lease(store: &dyn Stores, second: i64) -> Vec<LeasedMessage> {
    store.lease(at(second), at(second + 20), 16).await.unwrap()
}

fn texts(leased: &[LeasedMessage]) -> Vec<&str> {
    leased.iter().map(|leased| leased.message.text.as_str()).collect()
}

fn sent(sid: &str) -> Settlement {
    Settlement::Sent { provider_id: sid.into() }
}

fn delivery_reports(message: Option<MessageId>, sid: &str, status: DeliveryStatus) -> StatusReport {
    StatusReport {
        message,
        provider_id: Some(sid.into()),
        status,
        error: None,
        opted_out: false,
        at: None,
        price_category: None,
    }
}

/// The second message waits until the first is settled; another recipient does not wait.
pub async fn a_recipients_messages_go_one_after_the_other(store: impl Stores) {
    enqueue(
        &store,
        vec![
            outbound(1, "a1", Lane::Conversation),
            outbound(1, "a2", Lane::Conversation),
            outbound(2, "b1", Lane::Conversation),
        ],
    )
    .await;
    let first = lease(&store, 1).await;
    assert_eq!(texts(&first), ["a1", "b1"]);
    assert!(matches!(&first[0].message.form, MessageForm::Buttons(buttons) if buttons.len() == 1));
    assert!(lease(&store, 1).await.is_empty());
    let later = Settlement::RetryAt { at: at(30), reason: "429".into() };
    store.settle(&first[0], &later, at(2)).await.unwrap();
    store.settle(&first[1], &sent("SM1"), at(2)).await.unwrap();
    assert!(lease(&store, 10).await.is_empty(), "a2 waits for a1");
    assert_eq!(texts(&lease(&store, 61).await), ["a1", "a2"], "the head blocks for a minute at most");
}

/// A code does not wait behind the conversation.
pub async fn lanes_do_not_wait_for_each_other(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation), outbound(1, "code", Lane::Code)]).await;
    assert_eq!(texts(&lease(&store, 1).await), ["a1", "code"]);
}

/// Nobody knows whether the message was sent: it is leased again as a send in doubt, with its text.
pub async fn an_expired_lease_leaves_its_message_in_doubt(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
    assert_eq!(lease(&store, 1).await[0].in_doubt_since, None);
    let again = lease(&store, 22).await;
    assert_eq!((again[0].in_doubt_since, again[0].attempts), (Some(at(22)), 1));
    let doubt = Settlement::InDoubt { look_at: at(25), resent: false, reason: "no answer".into() };
    store.settle(&again[0], &doubt, at(23)).await.unwrap();
    let state = store.find_message(again[0].message.id).await;
    assert_eq!(state.status, DeliveryStatus::Unknown);
    assert_eq!(lease(&store, 26).await[0].in_doubt_since, Some(at(22)), "since the first doubt");
}

/// A message that was read stays read.
pub async fn a_delivery_report_moves_a_message_forward_only(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
    let leased = lease(&store, 1).await.remove(0);
    store.settle(&leased, &sent("SM1"), at(1)).await.unwrap();
    for status in [DeliveryStatus::Read, DeliveryStatus::Delivered, DeliveryStatus::Failed] {
        assert_eq!(store.record_statuses(&[delivery_reports(None, "SM1", status)], at(2)).await.unwrap(), 1);
    }
    let state = store.find_message(leased.message.id).await;
    assert_eq!((state.status, state.provider_id.as_deref()), (DeliveryStatus::Read, Some("SM1")));
    let history: Vec<_> = state.history.iter().map(|(status, _, _)| *status).collect();
    assert_eq!(history, [DeliveryStatus::Sent, DeliveryStatus::Read]);
    let strange = [delivery_reports(None, "SM9", DeliveryStatus::Read)];
    assert_eq!(store.record_statuses(&strange, at(2)).await.unwrap(), 0, "not known yet");
    let known = store.known_provider_ids(&leased.message, at(0)).await.unwrap();
    assert_eq!(known, ["SM1"]);
}

/// A delivery report can come before our own commit: then it settles the send.
pub async fn a_delivery_report_before_our_own_settlement_counts(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
    let leased = lease(&store, 1).await.remove(0);
    let report = delivery_reports(Some(leased.message.id), "SM1", DeliveryStatus::Delivered);
    assert_eq!(store.record_statuses(&[report], at(1)).await.unwrap(), 1);
    let doubt = Settlement::InDoubt { look_at: at(2), resent: false, reason: "no answer".into() };
    store.settle(&leased, &doubt, at(2)).await.unwrap();
    assert!(lease(&store, 60).await.is_empty(), "it went out: nothing is left to do");
    assert_eq!(store.find_message(leased.message.id).await.status, DeliveryStatus::Delivered);
}

/// A delivery report with only a provider reference waits until we know that reference too.
pub async fn a_delivery_report_by_an_unknown_reference_is_kept(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
    let leased = lease(&store, 1).await.remove(0);
    let early = [
        delivery_reports(None, "wamid.1", DeliveryStatus::Read),
        delivery_reports(None, "wamid.1", DeliveryStatus::Delivered),
    ];
    assert_eq!(store.record_statuses(&early, at(1)).await.unwrap(), 0);
    store.settle(&leased, &sent("wamid.1"), at(2)).await.unwrap();
    assert_eq!(store.find_message(leased.message.id).await.status, DeliveryStatus::Read);
}

/// A delivery report and the settlement that it belongs to come at the same time, many times: none is lost.
pub async fn a_delivery_report_beside_the_settlement_is_not_lost(store: impl Stores) {
    for number in 0..20 {
        enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
        let leased = lease(&store, 1).await.remove(0);
        let name = format!("wamid.{number}");
        let (report, settlement) = ([delivery_reports(None, &name, DeliveryStatus::Delivered)], sent(&name));
        let (told, settled) =
            tokio::join!(store.record_statuses(&report, at(1)), store.settle(&leased, &settlement, at(1)));
        told.unwrap();
        settled.unwrap();
        assert_eq!(store.find_message(leased.message.id).await.status, DeliveryStatus::Delivered, "{name}");
    }
}

/// A relay that lost its lease changes nothing.
pub async fn an_old_lease_settles_nothing(store: impl Stores) {
    enqueue(&store, vec![outbound(1, "a1", Lane::Conversation)]).await;
    let old = lease(&store, 1).await.remove(0);
    let new = lease(&store, 30).await.remove(0);
    let failed = Settlement::Failed { code: None, reason: "late".into(), opted_out: false };
    store.settle(&old, &failed, at(31)).await.unwrap();
    store.settle(&new, &sent("SM1"), at(31)).await.unwrap();
    assert_eq!(store.find_message(new.message.id).await.status, DeliveryStatus::Sent);
}

/// The price of a delivered message is asked by one worker at a time, at the time that the last answer named, and kept
/// once. A message that is not delivered, or whose provider tells no prices, is not asked about.
pub async fn a_delivered_messages_price_is_asked_and_kept_once(store: impl Stores) {
    let mut told = outbound(1, "a1", Lane::Conversation);
    told.channel_account = "twilio:whatsapp:+14155238886".parse().unwrap();
    let mut untold = outbound(2, "b1", Lane::Conversation);
    untold.channel_account = "meta:whatsapp:106540352242922".parse().unwrap();
    enqueue(&store, vec![told, untold, outbound(3, "c1", Lane::Conversation)]).await;
    let leased = lease(&store, 1).await;
    for (number, message) in leased.iter().enumerate() {
        store.settle(message, &sent(&format!("SM{number}")), at(1)).await.unwrap();
    }
    let reports = [0, 1].map(|number: usize| {
        delivery_reports(Some(leased[number].message.id), &format!("SM{number}"), DeliveryStatus::Delivered)
    });
    let [told, untold] = reports.clone();
    let categorised = StatusReport { price_category: Some("utility".into()), ..untold };
    store.record_statuses(&[told, categorised], at(2)).await.unwrap();
    let known = store.find_message(leased[1].message.id).await;
    assert_eq!((known.price, known.price_category.as_deref()), (None, Some("utility")));
    let ask = async |second| store.lease_unpriced(at(second), at(second + 60), 10).await.unwrap();
    assert_eq!(ask(3).await, [], "the provider is given a moment");
    let first = ask(4).await;
    let [asked] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!((asked.provider_id.as_str(), asked.asks), ("SM0", 1));
    assert_eq!(ask(63).await, [], "another worker has it");
    let again = ask(64).await.remove(0);
    assert_eq!(again.asks, 2, "its lease ran out");
    store.settle_price(asked, &PriceAnswer::GivenUp).await.unwrap();
    store.settle_price(&again, &PriceAnswer::AskAt(at(70))).await.unwrap();
    assert_eq!(ask(69).await, []);
    let last = ask(70).await.remove(0);
    let price = MessagePrice::read("-0.00750", "USD").unwrap();
    store.settle_price(&last, &PriceAnswer::Told(price.clone())).await.unwrap();
    assert_eq!(store.find_message(last.id).await.price, Some(price));
    store.record_statuses(&reports, at(80)).await.unwrap();
    assert_eq!(ask(1_000).await, [], "it is known, and another report changes nothing");
}

/// Finds a message that must exist.
trait FindMessage {
    async fn find_message(&self, id: MessageId) -> ports::messaging::MessageState;
}

impl<T: Stores> FindMessage for T {
    async fn find_message(&self, id: MessageId) -> ports::messaging::MessageState {
        ports::messaging::Outbox::find(self, id).await.unwrap().unwrap()
    }
}
