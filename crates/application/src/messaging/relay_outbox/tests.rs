//! A send without a clear answer: looked up, then sent again until it expires.

use super::*;
use domain::{ids::MessageId, message::Channel};
use mockall::predicate::{always, eq};
use ports::{
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    messaging::{
        MockOutbox,
        message_channel::{MockMessageChannel, OutboundMessage, SendLookup},
    },
};
use testkit::at;
use uuid::Uuid;

const ACCOUNT: &str = "twilio:whatsapp:+14155238886";

fn leased(in_doubt_since: Option<i64>, resent: bool) -> LeasedMessage {
    LeasedMessage {
        message: OutboundMessage::plain(
            MessageId(Uuid::nil()),
            Channel::Whatsapp,
            "whatsapp:+525512345678".into(),
            "hola".into(),
        ),
        channel_account: ACCOUNT.parse().unwrap(),
        attempts: 1,
        fence: 1,
        in_doubt_since: in_doubt_since.map(at),
        resent,
        expires_at: at(3600),
    }
}

/// The settlement that the relay writes at second 100, for a channel that behaves like this one.
async fn settled(leased: LeasedMessage, channel: MockMessageChannel) -> Settlement {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| at(100));
    let mut random = MockRandom::new();
    random.expect_fill().returning(|buffer| buffer.fill(0));
    let mut outbox = MockOutbox::new();
    outbox.expect_known_provider_ids().returning(|_, _| Ok(vec!["SM0".into()]));
    let (tell, told) = std::sync::mpsc::channel();
    outbox.expect_settle_all().times(1).returning(move |settled, _| {
        let [(_, settlement)] = settled else { panic!("one message was sent") };
        tell.send(settlement.clone()).unwrap();
        Ok(())
    });
    let channel: Arc<dyn MessageChannel> = Arc::new(channel);
    let kernel =
        Kernel { clock: Arc::new(clock), ids: Arc::new(MockIdGenerator::new()), random: Arc::new(random) };
    let relay =
        RelayOutbox::new(Arc::new(outbox), HashMap::from([(ACCOUNT.parse().unwrap(), channel)]), kernel);
    relay.handle(leased).await.unwrap();
    told.try_recv().unwrap()
}

fn unknown() -> SendOutcome {
    SendOutcome::Unknown { reason: "no answer".into() }
}

#[tokio::test]
async fn a_refusal_to_be_repeated_waits_at_least_as_long_as_it_was_told() {
    let mut channel = MockMessageChannel::new();
    let reason = || "429".to_owned();
    channel.expect_send().returning(move |_| SendOutcome::Rejected {
        code: None,
        reason: reason(),
        retry: Retry::After(Some(7)),
    });
    let Settlement::RetryAt { at: again, .. } = settled(leased(None, false), channel).await else { panic!() };
    assert!(again >= at(107));
}

#[tokio::test]
async fn a_send_in_doubt_that_is_found_is_sent() {
    let mut channel = MockMessageChannel::new();
    channel
        .expect_find_sent()
        .with(always(), eq(at(30)), eq(vec!["SM0".to_owned()]))
        .returning(|_, _, _| Ok(SendLookup::Found("SM1".into())));
    channel.expect_send().never();
    let settlement = settled(leased(Some(90), false), channel).await;
    assert_eq!(settlement, Settlement::Sent { provider_id: "SM1".into() });
}

#[tokio::test]
async fn without_a_trace_it_is_looked_for_ten_seconds_and_then_sent_again_until_it_expires() {
    let no_trace = || {
        let mut channel = MockMessageChannel::new();
        channel.expect_find_sent().returning(|_, _, _| Ok(SendLookup::NoneYet));
        channel
    };
    let mut early = no_trace();
    early.expect_send().never();
    assert!(matches!(
        settled(leased(Some(91), false), early).await,
        Settlement::InDoubt { resent: false, .. }
    ));
    let mut due = no_trace();
    due.expect_send().times(1).returning(|_| unknown());
    assert!(matches!(settled(leased(Some(90), false), due).await, Settlement::InDoubt { resent: true, .. }));
    let mut again = no_trace();
    again.expect_send().times(1).returning(|_| unknown());
    assert!(matches!(settled(leased(Some(90), true), again).await, Settlement::InDoubt { resent: true, .. }));
    let mut late = no_trace();
    late.expect_send().never();
    let expired = LeasedMessage { expires_at: at(100), ..leased(Some(90), true) };
    assert!(matches!(settled(expired, late).await, Settlement::Failed { .. }));
}

#[tokio::test]
async fn a_message_that_is_too_late_or_has_no_channel_is_given_up() {
    let late = LeasedMessage { expires_at: at(100), ..leased(None, false) };
    assert!(matches!(settled(late, MockMessageChannel::new()).await, Settlement::Failed { .. }));
    let nowhere =
        LeasedMessage { channel_account: "meta:whatsapp:1".parse().unwrap(), ..leased(None, false) };
    assert!(matches!(settled(nowhere, MockMessageChannel::new()).await, Settlement::Failed { .. }));
}
