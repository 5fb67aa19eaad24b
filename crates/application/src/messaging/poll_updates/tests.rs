//! What is confirmed, and who polls.

use super::*;
use domain::messaging::conversation::InboundContent;
use ports::{
    messaging::{
        Accepted, AcceptedMessage, MockConsents, MockOutbox, MockTurnQueue,
        inbound_webhook::{InboundEvent, InboundMessage, SignatureInvalid, Undecodable},
        update_source::MockUpdateSource,
    },
    operations::{MockDeadLetters, MockLeases},
};
use std::sync::Mutex;
use testkit::{CountedIds, MovableClock, ZeroRandom};

/// A body is the text of a message, and `?` can't be read.
struct Plain;

impl InboundWebhook for Plain {
    fn authenticate(&self, _webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        Err(SignatureInvalid)
    }

    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
        if webhook.body == b"?" {
            return Err(Undecodable("what is this".into()));
        }
        let text = String::from_utf8(webhook.body.clone()).unwrap();
        Ok(vec![InboundEvent::Message(InboundMessage {
            channel_account: "telegram:telegram:1".parse().unwrap(),
            provider_event_id: text.clone(),
            sender: "42".into(),
            phone: None,
            profile_name: None,
            content: InboundContent::Text(text),
            is_ours: true,
            sent_at: None,
            raw: Vec::new(),
        })])
    }
}

fn update(id: i64, body: &str) -> FetchedUpdate {
    FetchedUpdate { id, body: body.as_bytes().to_vec() }
}

/// A source that answers once each with these updates, and keeps what it was asked for.
fn source(answers: Vec<Vec<FetchedUpdate>>, asked: Arc<Mutex<Vec<Option<i64>>>>) -> MockUpdateSource {
    let answers = Mutex::new(answers.into_iter());
    let mut source = MockUpdateSource::new();
    source.expect_fetch().returning(move |after| {
        asked.lock().unwrap().push(after);
        Ok(answers.lock().unwrap().next().unwrap_or_default())
    });
    source
}

fn free() -> MockLeases {
    let mut leases = MockLeases::new();
    leases.expect_hold_lease().returning(|_, _, _, _| Ok(true));
    leases
}

fn poll(
    source: MockUpdateSource,
    leases: MockLeases,
    inbox: MockTurnQueue,
    letters: MockDeadLetters,
) -> PollUpdates {
    let kernel = Kernel {
        clock: Arc::new(MovableClock::default()),
        ids: Arc::new(CountedIds::default()),
        random: Arc::new(ZeroRandom),
    };
    let accept = AcceptWebhook::new(
        Arc::new(inbox),
        Arc::new(MockOutbox::new()),
        Arc::new(MockConsents::new()),
        Arc::new(letters),
        kernel.clone(),
    );
    let parts = PollUpdatesParts {
        name: "telegram",
        account: "telegram:telegram:1".into(),
        source: Arc::new(source),
        decoder: Arc::new(Plain),
        accept,
        leases: Arc::new(leases),
    };
    PollUpdates::new(parts, kernel)
}

fn new() -> Vec<AcceptedMessage> {
    vec![AcceptedMessage { accepted: Accepted::New, leased: None }]
}

#[tokio::test]
async fn an_update_is_confirmed_after_it_is_stored() {
    let asked = Arc::default();
    let source = source(vec![vec![update(7, "a"), update(9, "b"), update(10, "c")]], Arc::clone(&asked));
    let mut inbox = MockTurnQueue::new();
    let mut outcomes = vec![Err(StoreError::Corrupt("full".into())), Ok(new()), Ok(new())];
    inbox.expect_accept_leased().returning(move |_, _, _| outcomes.pop().unwrap());
    let poll = poll(source, free(), inbox, MockDeadLetters::new());
    let mut position = Position::default();
    assert!(matches!(poll.run(&mut position).await, Err(PollError::Store(_))));
    assert_eq!(position, Position(Some(9)), "the third is fetched again");
    assert_eq!(poll.run(&mut position).await.unwrap(), Polled::Stored(WebhookSummary::default()));
    assert_eq!(*asked.lock().unwrap(), [None, Some(9)]);
}

#[tokio::test]
async fn an_update_that_cannot_be_read_is_kept_and_done_with() {
    let source = source(vec![vec![update(7, "?"), update(8, "a")]], Arc::default());
    let mut inbox = MockTurnQueue::new();
    inbox.expect_accept_leased().times(1).returning(|_, _, _| Ok(new()));
    let mut letters = MockDeadLetters::new();
    letters.expect_keep_unreadable().times(1).returning(|kept, _| {
        assert_eq!((kept.webhook.as_str(), kept.body.as_slice()), ("telegram", b"?".as_slice()));
        Ok(())
    });
    let poll = poll(source, free(), inbox, letters);
    let mut position = Position::default();
    let Ok(Polled::Stored(taken)) = poll.run(&mut position).await else { panic!() };
    assert_eq!((taken.to_handle, position), (1, Position(Some(8))));
}

#[tokio::test]
async fn only_the_holder_of_the_lease_asks() {
    let mut leases = MockLeases::new();
    leases
        .expect_hold_lease()
        .withf(|name, _, now, until| name == "poll:telegram:telegram:1" && until > now)
        .times(1)
        .returning(|_, _, _, _| Ok(false));
    let mut source = MockUpdateSource::new();
    source.expect_fetch().never();
    let poll = poll(source, leases, MockTurnQueue::new(), MockDeadLetters::new());
    let mut position = Position(Some(9));
    assert_eq!(poll.run(&mut position).await.unwrap(), Polled::Elsewhere);
    assert_eq!(position, Position::default(), "the other one may have confirmed more");
}
