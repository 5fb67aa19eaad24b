//! Rows that are leased by the transaction that stores them: the database stays the truth, order and fences hold, and a
//! process that dies with its lease loses nothing.

use super::inbox::{done, lease};
use crate::{
    Stores,
    examples::{at, inbound, outbound},
};
use chrono::{DateTime, Utc};
use domain::message::DeliveryStatus;
use futures_util::future::join_all;
use ports::{
    messaging::{
        Accepted, AcceptedMessage, Committed, Lane, LeaseAtOnce, LeasedTurn, Outbox, Settlement, TurnFailure,
    },
    operations::WorkKind,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

fn until(second: i64, count: usize) -> LeaseAtOnce {
    LeaseAtOnce { count, until: at(second) }
}

async fn accept(
    store: &dyn Stores,
    messages: &[(u32, &str)],
    lease: Option<LeaseAtOnce>,
    second: i64,
) -> Vec<AcceptedMessage> {
    let messages: Vec<_> = messages.iter().map(|(sender, event)| inbound(*sender, event, event)).collect();
    store.accept_leased(&messages, lease, at(second)).await.unwrap()
}

fn leased(accepted: &[AcceptedMessage]) -> Vec<Option<&str>> {
    fn event(turn: &LeasedTurn) -> &str {
        &turn.message.provider_event_id
    }
    accepted.iter().map(|one| one.leased.as_deref().map(event)).collect()
}

/// A message is leased with its conversation when it is stored, as if a worker had asked for it.
pub async fn a_message_is_leased_with_its_acknowledgement(store: impl Stores) {
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let turn = *accepted.remove(0).leased.unwrap();
    assert_eq!((turn.tries, turn.received_at), (0, at(0)));
    assert!(lease(&store, 1).await.is_none(), "it is this process's");
    let view = store.find_conversation(turn.conversation).await.unwrap().unwrap();
    assert_eq!(view.last_inbound_at, Some(at(0)), "its window is open");
    assert_eq!(store.commit_turn(&done(&turn), at(2)).await.unwrap(), Committed::Done);
    assert!(lease(&store, 60).await.is_none(), "it is done");
}

/// Only the oldest message of a conversation that no worker has is leased, and no more than there are workers for.
pub async fn only_what_comes_first_is_leased_at_once(store: impl Stores) {
    let first = accept(&store, &[(1, "a1"), (1, "a2"), (2, "b1"), (3, "c1")], Some(until(5, 3)), 0).await;
    assert_eq!(leased(&first), [Some("a1"), None, Some("b1"), None], "c1 found no worker, a2 is behind a1");
    let again = accept(&store, &[(1, "a3"), (1, "a1")], Some(until(5, 9)), 1).await;
    assert_eq!(leased(&again), [None, None], "a worker has the conversation");
    assert_eq!(again[1].accepted, Accepted::Duplicate);
    let turn = first[0].leased.as_deref().unwrap();
    store.fail(turn, &TurnFailure::RetryAt(at(9)), "down").await.unwrap();
    let waits = accept(&store, &[(1, "a4")], Some(until(15, 9)), 8).await;
    assert_eq!(leased(&waits), [None], "the conversation waits for its retry");
    let behind = accept(&store, &[(1, "a5")], Some(until(15, 9)), 10).await;
    assert_eq!(leased(&behind), [None], "a1 comes first");
    let due = store.lease_turns(at(10), at(20), 9).await.unwrap();
    let events: Vec<_> = due.iter().map(|turn| turn.message.provider_event_id.as_str()).collect();
    assert_eq!(events, ["a1", "b1", "c1"], "b1's worker died");
}

/// A process dies right after the acknowledgement: its lease expires, another worker gets the message, and the dead one's
/// commit is refused.
pub async fn a_lease_at_once_that_expires_loses_nothing(store: impl Stores) {
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let dead = *accepted.remove(0).leased.unwrap();
    assert!(lease(&store, 4).await.is_none());
    let other = lease(&store, 5).await.unwrap();
    assert_eq!((other.event, other.tries), (dead.event, 1));
    let mut late = done(&dead);
    late.replies.push(outbound(1, "late", Lane::Conversation));
    let late = store.commit_turns(&[late], Some(until(30, 1)), at(6)).await.unwrap();
    assert_eq!((late[0].committed, late[0].to_send.len()), (Committed::Fenced, 0));
    assert_eq!(store.commit_turn(&done(&other), at(6)).await.unwrap(), Committed::Done);
}

/// The same webhook comes to many replicas at once, each with a free worker: one of them has the turn.
pub async fn a_message_that_comes_many_times_at_once_is_leased_once(store: impl Stores) {
    let all = join_all((0..12).map(|_| accept(&store, &[(1, "SM1")], Some(until(5, 1)), 0))).await;
    let new = all.iter().flatten().filter(|one| one.accepted == Accepted::New);
    assert_eq!(new.count(), 1);
    let turns = all.iter().flatten().filter(|one| one.leased.is_some()).count();
    let found = store.lease_turns(at(1), at(5), 9).await.unwrap().len();
    assert_eq!(turns + found, 1);
}

/// Replies are leased when their turn is committed: the first of each lane, and no more than there are workers for.
pub async fn replies_are_leased_with_their_turn(store: impl Stores) {
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let mut end = done(accepted.remove(0).leased.as_deref().unwrap());
    end.replies = vec![
        outbound(1, "a1", Lane::Conversation),
        outbound(1, "a2", Lane::Conversation),
        outbound(1, "code", Lane::Code),
        outbound(2, "b1", Lane::Conversation),
    ];
    let lease = Some(LeaseAtOnce { count: 2, until: at(20) });
    let committed = store.commit_turns(&[end], lease, at(1)).await.unwrap().remove(0);
    let texts = |all: &[ports::messaging::LeasedMessage]| -> Vec<String> {
        all.iter().map(|one| one.message.text.clone()).collect()
    };
    assert_eq!(texts(&committed.to_send), ["a1", "code"]);
    assert!(committed.to_send.iter().all(|one| (one.attempts, one.in_doubt_since) == (0, None)));
    assert_eq!(texts(&Outbox::lease(&store, at(2), at(20), 9).await.unwrap()), ["b1"], "a2 waits for a1");
    let sent = Settlement::Sent { provider_id: "SM1".into() };
    store.settle(&committed.to_send[0], &sent, at(3)).await.unwrap();
    let state = Outbox::find(&store, committed.to_send[0].message.id).await.unwrap().unwrap();
    assert_eq!(state.status, DeliveryStatus::Sent);
    assert_eq!(texts(&Outbox::lease(&store, at(4), at(20), 9).await.unwrap()), ["a2"]);
    let doubtful = Outbox::lease(&store, at(21), at(40), 9).await.unwrap();
    let code = doubtful.iter().find(|one| one.message.text == "code").unwrap();
    assert_eq!((code.in_doubt_since, code.attempts), (Some(at(21)), 1), "its process may have sent it");
}

/// A reply does not overtake what is on its way to the same recipient.
pub async fn a_reply_behind_an_open_message_is_not_leased_at_once(store: impl Stores) {
    store.enqueue(&outbound(1, "before", Lane::Conversation), None, at(0)).await.unwrap();
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let mut end = done(accepted.remove(0).leased.as_deref().unwrap());
    end.replies.push(outbound(1, "reply", Lane::Conversation));
    let lease = Some(LeaseAtOnce { count: 1, until: at(20) });
    let committed = store.commit_turns(&[end], lease, at(1)).await.unwrap();
    assert_eq!(committed[0].to_send.len(), 0);
    let first = Outbox::lease(&store, at(2), at(20), 9).await.unwrap();
    assert_eq!((first.len(), first[0].message.text.as_str()), (1, "before"));
}

type Told = Arc<Mutex<BTreeSet<(WorkKind, DateTime<Utc>)>>>;

fn listen(store: &dyn Stores) -> Told {
    let told = Told::default();
    let heard = told.clone();
    store.on_queued(Arc::new(move |kind, at| {
        heard.lock().unwrap().insert((kind, at));
    }));
    told
}

fn heard(told: &Told, kind: WorkKind) -> Vec<DateTime<Utc>> {
    let mut told = told.lock().unwrap();
    let of_kind: Vec<_> = told.iter().filter(|(of, _)| *of == kind).map(|(_, at)| *at).collect();
    told.retain(|(of, _)| *of != kind);
    of_kind
}

/// A transaction that leaves work to workers tells them, and from when on it is due.
pub async fn what_is_left_to_workers_is_told_after_its_commit(store: impl Stores) {
    let told = listen(&store);
    accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    assert!(heard(&told, WorkKind::Turns).is_empty(), "it has its worker");
    accept(&store, &[(1, "a2"), (2, "b1")], None, 0).await;
    assert_eq!(heard(&told, WorkKind::Turns), [at(0)]);
    let turn = lease(&store, 1).await.unwrap();
    store.fail(&turn, &TurnFailure::RetryAt(at(9)), "down").await.unwrap();
    assert_eq!(heard(&told, WorkKind::Turns), [at(9)]);
    let turn = lease(&store, 9).await.unwrap();
    let mut end = done(&turn);
    end.replies = vec![outbound(2, "b1", Lane::Conversation), outbound(2, "b2", Lane::Conversation)];
    let lease_one = Some(LeaseAtOnce { count: 1, until: at(29) });
    let to_send = store.commit_turns(&[end], lease_one, at(9)).await.unwrap().remove(0).to_send;
    assert!(heard(&told, WorkKind::Messages).is_empty(), "b2 is told when b1 is settled");
    let again = Settlement::RetryAt { at: at(12), reason: "429".into() };
    store.settle(&to_send[0], &again, at(10)).await.unwrap();
    assert_eq!(heard(&told, WorkKind::Messages), [at(12)]);
    let b1 = Outbox::lease(&store, at(12), at(30), 9).await.unwrap().remove(0);
    store.settle(&b1, &Settlement::Sent { provider_id: "SM1".into() }, at(13)).await.unwrap();
    assert_eq!(heard(&told, WorkKind::Messages), [at(13)], "b2 is next");
}

/// The message that came while a turn was under way is told by the turn's commit.
pub async fn a_commit_tells_that_its_conversation_has_more(store: impl Stores) {
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let turn = accepted.remove(0).leased.unwrap();
    accept(&store, &[(1, "a2")], Some(until(5, 1)), 1).await;
    let told = listen(&store);
    store.commit_turn(&done(&turn), at(2)).await.unwrap();
    assert_eq!(heard(&told, WorkKind::Turns), [at(2)]);
    let next = lease(&store, 3).await.unwrap();
    store.commit_turn(&done(&next), at(4)).await.unwrap();
    assert!(heard(&told, WorkKind::Turns).is_empty());
}

/// One question finds what is due in any queue and what no worker has; nothing else.
pub async fn one_question_finds_every_queue_with_work(store: impl Stores) {
    let ask = async |second| store.open_work(at(second)).await.unwrap();
    let idle = ask(0).await;
    assert!(!idle.contains(&WorkKind::Turns) && !idle.contains(&WorkKind::Messages), "{idle:?}");
    let mut accepted = accept(&store, &[(1, "a1")], Some(until(5, 1)), 0).await;
    let turn = accepted.remove(0).leased.unwrap();
    assert!(!ask(4).await.contains(&WorkKind::Turns), "a worker has it");
    assert!(ask(5).await.contains(&WorkKind::Turns), "the worker died");
    assert!(store.renew_lease(turn.conversation, turn.fence, at(60)).await.unwrap());
    let mut end = done(&turn);
    end.replies.push(outbound(1, "reply", Lane::Conversation));
    let lease = Some(LeaseAtOnce { count: 1, until: at(20) });
    let to_send = store.commit_turns(&[end], lease, at(6)).await.unwrap().remove(0).to_send;
    let busy = ask(19).await;
    assert!(!busy.contains(&WorkKind::Turns) && !busy.contains(&WorkKind::Messages), "{busy:?}");
    assert!(ask(20).await.contains(&WorkKind::Messages));
    store.settle(&to_send[0], &Settlement::Sent { provider_id: "SM1".into() }, at(21)).await.unwrap();
    assert!(!ask(99).await.contains(&WorkKind::Messages), "settled");
    while store.seal(at(99)).await.unwrap().is_some() {}
    assert!(!ask(99).await.contains(&WorkKind::AuditSeals), "everything is sealed");
}
