//! Turns that fail, panic, or lose their lease.

use super::*;
use domain::{
    ids::{ConversationId, EventId},
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, InboundContent},
    },
};
use ports::{
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    messaging::{CommittedTurn, MockTurnQueue, NewOutbound, Slot, message_channel::OutboundMessage},
};
use std::{
    future::{pending, ready},
    sync::{Mutex, mpsc},
};
use testkit::at;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    at(0)
}

fn leased(tries: u32) -> LeasedTurn {
    LeasedTurn {
        event: EventId(Uuid::from_u128(1)),
        message: InboundMessage {
            channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
            provider_event_id: "SM1".into(),
            sender: "whatsapp:+525512345678".into(),
            phone: None,
            profile_name: None,
            content: InboundContent::Text("saldo".into()),
            is_ours: true,
            sent_at: None,
            raw: Vec::new(),
        },
        received_at: now(),
        conversation: ConversationId(Uuid::from_u128(2)),
        state: Conversation::default(),
        consent: ConsentStatus::OptedIn,
        fence: 9,
        tries,
    }
}

fn committed(turn: &LeasedTurn) -> Turn {
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

fn outcome(committed: Committed) -> CommittedTurn {
    CommittedTurn { committed, to_send: Vec::new() }
}

fn runner(queue: MockTurnQueue, handler: impl TurnHandler + 'static) -> TurnRunner {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    let kernel = Kernel {
        clock: Arc::new(clock),
        ids: Arc::new(MockIdGenerator::new()),
        random: Arc::new(MockRandom::new()),
    };
    TurnRunner::new(Arc::new(queue), Arc::new(handler), HashMap::new(), kernel, TurnPolicy::default())
}

/// How a turn is given back that failed so often before.
async fn given_back(tries: u32) -> (TurnEnd, TurnFailure) {
    let mut handler = MockTurnHandler::new();
    handler.expect_run().times(1).returning(|_| Err(TurnError::Endless));
    let (failed, mut queue) = (Arc::new(Mutex::new(None)), MockTurnQueue::new());
    let seen = failed.clone();
    queue.expect_fail().times(1).returning(move |_, failure, _| {
        *seen.lock().unwrap() = Some(failure.clone());
        Ok(())
    });
    let end = runner(queue, handler).run(&leased(tries), |_| pending()).await;
    let failure = failed.lock().unwrap().take().unwrap();
    (end, failure)
}

#[tokio::test]
async fn a_turn_that_goes_well_is_committed_under_its_fence() {
    let mut handler = MockTurnHandler::new();
    handler.expect_run().times(1).returning(|turn| Ok(committed(turn)));
    let mut queue = MockTurnQueue::new();
    queue
        .expect_commit_turns()
        .withf(|turns, lease, _| turns.len() == 1 && turns[0].fence == 9 && lease.is_none())
        .times(1)
        .returning(|_, _, _| Ok(vec![outcome(Committed::Done)]));
    assert_eq!(runner(queue, handler).run(&leased(0), |_| pending()).await, TurnEnd::Done);
}

#[tokio::test]
async fn the_pause_grows_with_each_failure() {
    for (tries, seconds) in [(0, 2), (1, 4), (2, 8), (3, 16)] {
        let again = TurnFailure::RetryAt(now() + Duration::seconds(seconds));
        assert_eq!(given_back(tries).await, (TurnEnd::Retry, again));
    }
}

#[tokio::test]
async fn the_fifth_failure_parks_the_turn() {
    assert_eq!(given_back(4).await, (TurnEnd::Parked, TurnFailure::Park));
}

#[tokio::test]
async fn a_turn_that_panics_is_tried_again() {
    let mut handler = MockTurnHandler::new();
    handler.expect_run().times(1).returning(|_| panic!("a fault of ours"));
    let mut queue = MockTurnQueue::new();
    queue
        .expect_fail()
        .withf(|_, _, reason| reason == "the turn panicked")
        .times(1)
        .returning(|_, _, _| Ok(()));
    assert_eq!(runner(queue, handler).run(&leased(0), |_| pending()).await, TurnEnd::Retry);
}

/// A turn that never ends by itself.
struct Endless;

#[async_trait]
impl TurnHandler for Endless {
    async fn run(&self, _turn: &LeasedTurn) -> Result<Turn, TurnError> {
        pending().await
    }
}

#[tokio::test]
async fn a_lost_lease_ends_the_turn_without_a_commit() {
    let mut queue = MockTurnQueue::new();
    let mut renewals = [true, true, false].into_iter();
    queue
        .expect_renew_lease()
        .withf(|_, fence, until| (*fence, *until) == (9, now() + Duration::seconds(5)))
        .times(3)
        .returning(move |_, _, _| Ok(renewals.next().unwrap()));
    queue.expect_commit_turns().never();
    queue
        .expect_fail()
        .withf(|_, _, reason| reason == "the lease was lost")
        .times(1)
        .returning(|_, _, _| Ok(()));
    let asked = Mutex::new(Vec::new());
    let end = runner(queue, Endless)
        .run(&leased(0), |time| {
            asked.lock().unwrap().push(time);
            ready(())
        })
        .await;
    assert_eq!(end, TurnEnd::Retry);
    assert_eq!(*asked.lock().unwrap(), [std::time::Duration::from_secs(2); 3]);
}

#[tokio::test]
async fn a_commit_under_an_old_fence_leaves_the_turn_to_the_other_worker() {
    let mut handler = MockTurnHandler::new();
    handler.expect_run().returning(|turn| Ok(committed(turn)));
    let mut queue = MockTurnQueue::new();
    queue.expect_commit_turns().returning(|_, _, _| Ok(vec![outcome(Committed::Fenced)]));
    queue.expect_fail().never();
    assert_eq!(runner(queue, handler).run(&leased(0), |_| pending()).await, TurnEnd::Fenced);
}

#[tokio::test]
async fn a_lease_lasts_five_seconds() {
    let mut queue = MockTurnQueue::new();
    let until = now() + Duration::seconds(5);
    queue
        .expect_lease_turns()
        .withf(move |at, to, count| (*at, *to, *count) == (now(), until, 8))
        .times(1)
        .returning(|_, _, _| Ok(Vec::new()));
    assert!(runner(queue, MockTurnHandler::new()).lease(8).await.unwrap().is_empty());
}

/// As many free workers as it says. They keep what they are given.
struct Free(usize, Mutex<mpsc::Sender<LeasedMessage>>);

impl Handover<LeasedMessage> for Free {
    fn reserve(&self, count: usize) -> Vec<Slot<LeasedMessage>> {
        let slot = |_| -> Slot<LeasedMessage> {
            let given = self.1.lock().unwrap().clone();
            Box::new(move |message| given.send(message).unwrap())
        };
        (0..count.min(self.0)).map(slot).collect()
    }
}

fn reply(text: &str) -> NewOutbound {
    NewOutbound {
        message: OutboundMessage::plain(
            domain::ids::MessageId(Uuid::from_u128(3)),
            domain::message::Channel::Whatsapp,
            "whatsapp:+525512345678".into(),
            text.into(),
        ),
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        lane: ports::messaging::Lane::Conversation,
        expires_at: at(3600),
        client: None,
    }
}

/// Runs a turn with two replies, of which the store leases as many as it is asked to.
async fn with_two_replies(workers: usize) -> Vec<String> {
    let mut handler = MockTurnHandler::new();
    handler
        .expect_run()
        .returning(|turn| Ok(Turn { replies: vec![reply("one"), reply("two")], ..committed(turn) }));
    let mut queue = MockTurnQueue::new();
    queue.expect_commit_turns().times(1).returning(|turns, lease, _| {
        let to_send = turns[0].replies.iter().take(lease.map_or(0, |lease| lease.count));
        let leased = to_send.map(|new| LeasedMessage {
            message: new.message.clone(),
            channel_account: new.channel_account.clone(),
            attempts: 0,
            fence: 1,
            in_doubt_since: None,
            resent: false,
            expires_at: new.expires_at,
        });
        Ok(vec![CommittedTurn { committed: Committed::Done, to_send: leased.collect() }])
    });
    let (give, given) = mpsc::channel();
    let runner = runner(queue, handler).handing_over(Arc::new(Free(workers, Mutex::new(give))));
    assert_eq!(runner.run(&leased(0), |_| pending()).await, TurnEnd::Done);
    drop(runner);
    given.into_iter().map(|message| message.message.text).collect()
}

#[tokio::test]
async fn replies_are_handed_over_to_the_workers_that_are_free() {
    assert!(with_two_replies(0).await.is_empty(), "they wait in the outbox");
    assert_eq!(with_two_replies(1).await, ["one"]);
    assert_eq!(with_two_replies(9).await, ["one", "two"]);
}
