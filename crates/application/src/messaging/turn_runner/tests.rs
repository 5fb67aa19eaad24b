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
    messaging::MockTurnQueue,
};
use std::{
    future::{pending, ready},
    sync::Mutex,
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
        .expect_commit_turn()
        .withf(|turn, _| turn.fence == 9)
        .times(1)
        .returning(|_, _| Ok(Committed::Done));
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
    queue.expect_commit_turn().never();
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
    queue.expect_commit_turn().returning(|_, _| Ok(Committed::Fenced));
    queue.expect_fail().never();
    assert_eq!(runner(queue, handler).run(&leased(0), |_| pending()).await, TurnEnd::Fenced);
}

#[tokio::test]
async fn a_lease_lasts_five_seconds() {
    let mut queue = MockTurnQueue::new();
    let until = now() + Duration::seconds(5);
    queue
        .expect_lease_next()
        .withf(move |at, to| (*at, *to) == (now(), until))
        .times(1)
        .returning(|_, _| Ok(None));
    assert!(runner(queue, MockTurnHandler::new()).lease().await.unwrap().is_none());
}
