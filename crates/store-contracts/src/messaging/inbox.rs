//! Inbound messages: each once, in order within a conversation, one worker at a time.

use crate::{
    Stores,
    examples::{at, inbound, outbound},
};
use domain::{
    ids::EventId,
    locale::Locale,
    messaging::{consent::ConsentStatus, conversation::InboundContent},
};
use futures_util::future::join_all;
use ports::messaging::{
    Accepted, Committed, Lane, LeasedTurn, Timer, Turn, TurnFailure, inbound_webhook::InboundMessage,
};

pub(crate) async fn accept(store: &dyn Stores, sender: u32, event: &str) -> Accepted {
    store.accept(&[inbound(sender, event, event)], at(0)).await.unwrap()[0]
}

pub(crate) async fn lease(store: &dyn Stores, second: i64) -> Option<LeasedTurn> {
    store.lease_next(at(second), at(second + 5)).await.unwrap()
}

fn text(turn: &LeasedTurn) -> &str {
    match &turn.message.content {
        InboundContent::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn done(turn: &LeasedTurn) -> Turn {
    Turn {
        event: turn.event,
        conversation: turn.conversation,
        fence: turn.fence,
        state: turn.state.clone(),
        replies: Vec::new(),
        consent: None,
        audit: Vec::new(),
        flow_response: None,
        timer: Timer::Keep,
        payee_changes: Vec::new(),
        profile_name: None,
    }
}

/// The same provider id is the same message, also when it comes many times at once.
pub async fn a_message_is_kept_once(store: impl Stores) {
    let all = join_all((0..12).map(|_| accept(&store, 1, "SM1"))).await;
    assert_eq!(all.iter().filter(|a| **a == Accepted::New).count(), 1);
    assert_eq!(accept(&store, 1, "SM2").await, Accepted::New);
}

/// Turns of one conversation run one after the other; conversations run side by side.
pub async fn messages_of_a_conversation_come_in_order(store: impl Stores) {
    for event in ["a1", "a2"] {
        accept(&store, 1, event).await;
    }
    accept(&store, 2, "b1").await;
    let first = lease(&store, 1).await.unwrap();
    let other = lease(&store, 1).await.unwrap();
    assert_eq!((text(&first), text(&other)), ("a1", "b1"));
    assert!(lease(&store, 1).await.is_none(), "a2 waits for a1");
    assert_eq!(store.commit_turn(&done(&first), at(2)).await.unwrap(), Committed::Done);
    assert_eq!(text(&lease(&store, 2).await.unwrap()), "a2");
}

/// However many workers ask, a conversation is leased once. After the lease has expired it is leased again.
pub async fn a_conversation_is_one_workers_at_a_time(store: impl Stores) {
    accept(&store, 1, "a1").await;
    let leases = join_all((0..8).map(|_| lease(&store, 1))).await;
    assert_eq!(leases.iter().flatten().count(), 1);
    assert!(lease(&store, 5).await.is_none());
    let again = lease(&store, 7).await.unwrap();
    assert_eq!(again.tries, 1, "a try that came to nothing counts");
    assert!(store.renew_lease(again.conversation, again.fence, at(20)).await.unwrap());
    assert!(lease(&store, 13).await.is_none(), "renewed");
}

/// A worker that lost its lease changes nothing.
pub async fn an_old_lease_commits_nothing(store: impl Stores) {
    accept(&store, 1, "a1").await;
    let old = lease(&store, 1).await.unwrap();
    let new = lease(&store, 10).await.unwrap();
    let mut late = done(&old);
    late.replies.push(outbound(1, "late", Lane::Conversation));
    assert_eq!(store.commit_turn(&late, at(11)).await.unwrap(), Committed::Fenced);
    assert_eq!(store.backlog().await.unwrap(), 0);
    assert!(!store.renew_lease(old.conversation, old.fence, at(99)).await.unwrap());
    assert_eq!(store.commit_turn(&done(&new), at(11)).await.unwrap(), Committed::Done);
}

/// A failed turn stops its conversation until its retry time. A parked turn lets the next message pass.
pub async fn a_failed_turn_waits_and_a_parked_one_lets_others_pass(store: impl Stores) {
    for event in ["a1", "a2"] {
        accept(&store, 1, event).await;
    }
    let turn = lease(&store, 1).await.unwrap();
    store.fail(&turn, &TurnFailure::RetryAt(at(30)), "down").await.unwrap();
    assert!(lease(&store, 29).await.is_none());
    let again = lease(&store, 30).await.unwrap();
    assert_eq!(text(&again), "a1");
    store.fail(&again, &TurnFailure::Park, "poison").await.unwrap();
    assert_eq!(text(&lease(&store, 31).await.unwrap()), "a2");
}

/// A message for a number that is not ours is kept once, and never leased.
pub async fn what_is_not_ours_is_kept_and_not_handled(store: impl Stores) {
    let (id, mut message) = inbound(1, "x1", "hola");
    message.is_ours = false;
    let twice = [(id, message.clone()), (domain::ids::EventId(crate::examples::id()), message)];
    assert_eq!(store.accept(&twice, at(0)).await.unwrap(), [Accepted::New, Accepted::Duplicate]);
    assert!(lease(&store, 1).await.is_none());
}

/// State, replies and consent of a turn are there for the next turn.
pub async fn consent_is_remembered_with_the_turn(store: impl Stores) {
    for event in ["a1", "a2"] {
        accept(&store, 1, event).await;
    }
    let turn = lease(&store, 1).await.unwrap();
    assert_eq!(turn.consent, ConsentStatus::OptedIn);
    let mut end = done(&turn);
    end.state.locale = Some(Locale::Pt);
    end.consent = Some(ConsentStatus::OptedOut);
    end.replies.push(outbound(1, "adeus", Lane::Conversation));
    store.commit_turn(&end, at(2)).await.unwrap();
    let next = lease(&store, 3).await.unwrap();
    assert_eq!((next.consent, next.state.locale), (ConsentStatus::OptedOut, Some(Locale::Pt)));
    assert_eq!(store.backlog().await.unwrap(), 1);
}

/// A turn's end that also sets a timer.
fn with_timer(turn: &LeasedTurn, event: EventId, due: i64) -> Turn {
    let message = InboundMessage {
        content: InboundContent::HoldEnded,
        provider_event_id: format!("hold:{}", event.0),
        ..turn.message.clone()
    };
    let timer = Timer::Set { event, message: Box::new(message), due_at: at(due) };
    Turn { timer, ..done(turn) }
}

/// A timer is leased when it is due, lets messages pass before that, and is set once at most.
pub async fn a_timer_is_a_turn_of_its_own(store: impl Stores) {
    let timer = |n: u128| EventId(uuid::Uuid::from_u128(n));
    accept(&store, 1, "a1").await;
    let first = lease(&store, 1).await.unwrap();
    store.commit_turn(&with_timer(&first, timer(71), 10), at(1)).await.unwrap();
    assert!(lease(&store, 9).await.is_none(), "not due yet");
    accept(&store, 1, "a2").await;
    let second = lease(&store, 9).await.unwrap();
    assert_eq!(text(&second), "a2", "a message does not wait for the timer");
    store.commit_turn(&with_timer(&second, timer(72), 12), at(9)).await.unwrap();
    assert!(lease(&store, 11).await.is_none(), "the newer timer takes the place of the one before");
    let due = lease(&store, 12).await.unwrap();
    assert_eq!((due.event, &due.message.content), (timer(72), &InboundContent::HoldEnded));
    assert_eq!(store.commit_turn(&done(&due), at(12)).await.unwrap(), Committed::Done);
    assert!(lease(&store, 60).await.is_none());
    accept(&store, 1, "a3").await;
    let third = lease(&store, 60).await.unwrap();
    store.commit_turn(&with_timer(&third, timer(73), 61), at(60)).await.unwrap();
    accept(&store, 1, "a4").await;
    let fourth = lease(&store, 60).await.unwrap();
    let cleared = Turn { timer: Timer::Clear, ..done(&fourth) };
    store.commit_turn(&cleared, at(60)).await.unwrap();
    assert!(lease(&store, 99).await.is_none(), "cleared");
}
