//! Many at once in the queues: each keeps to its own order and lease, and one that is stale takes no other with it.

use super::inbox::{accept, done, lease};
use crate::{
    Stores,
    examples::{at, inbound, outbound},
};
use domain::message::DeliveryStatus;
use futures_util::future::join_all;
use ports::messaging::{
    Committed, Lane, LeasedTurn, Outbox, Settlement, Turn, TurnFailure, inbound_webhook::StatusReport,
};

async fn lease_all(store: &dyn Stores, second: i64, count: usize) -> Vec<LeasedTurn> {
    store.lease_turns(at(second), at(second + 5), count).await.unwrap()
}

fn events(turns: &[LeasedTurn]) -> Vec<&str> {
    turns.iter().map(|turn| turn.message.provider_event_id.as_str()).collect()
}

fn committed(outcomes: &[ports::messaging::CommittedTurn]) -> Vec<Committed> {
    outcomes.iter().map(|outcome| outcome.committed).collect()
}

/// One of each conversation is leased, the oldest first; their next messages wait for their commits.
pub async fn many_conversations_are_leased_at_once_one_message_of_each(store: impl Stores) {
    for (sender, event) in [(1, "a1"), (1, "a2"), (2, "b1"), (3, "c1"), (2, "b2")] {
        accept(&store, sender, event).await;
    }
    let first = lease_all(&store, 1, 2).await;
    assert_eq!(events(&first), ["a1", "b1"], "no more than asked for");
    let rest = lease_all(&store, 1, 9).await;
    assert_eq!(events(&rest), ["c1"], "a2 and b2 wait");
    let ends: Vec<Turn> = first.iter().chain(&rest).map(done).collect();
    let outcomes = store.commit_turns(&ends, None, at(2)).await.unwrap();
    assert_eq!(committed(&outcomes), [Committed::Done; 3]);
    assert_eq!(events(&lease_all(&store, 3, 9).await), ["a2", "b2"]);
}

/// Workers that lease at the same time get different conversations.
pub async fn workers_that_lease_at_once_share_no_conversation(store: impl Stores) {
    for sender in 0..24 {
        accept(&store, sender, &format!("e{sender}")).await;
    }
    let mut all: Vec<_> =
        join_all((0..8).map(|_| lease_all(&store, 1, 5))).await.into_iter().flatten().collect();
    // A row that another worker looked at in the same moment was skipped.
    all.extend(lease_all(&store, 2, 99).await);
    let mut conversations: Vec<_> = all.iter().map(|turn| turn.conversation.0).collect();
    conversations.sort_unstable();
    conversations.dedup();
    assert_eq!((all.len(), conversations.len()), (24, 24));
}

/// A row that can't be read, or is tried too often, is left out, and the others are leased.
pub async fn a_message_that_was_parked_lets_the_next_of_its_conversation_pass(store: impl Stores) {
    for event in ["a1", "a2"] {
        accept(&store, 1, event).await;
    }
    for second in 0..10 {
        assert_eq!(events(&lease_all(&store, second * 10, 9).await), ["a1"]);
    }
    assert_eq!(events(&lease_all(&store, 100, 9).await), ["a2"], "a1 was leased ten times without an end");
}

/// Of turns that are committed together one has lost its lease: it alone is left out, with its replies. The same turn
/// twice is committed once.
pub async fn a_stale_turn_is_left_out_of_its_batch_alone(store: impl Stores) {
    for (sender, event) in [(1, "a1"), (2, "b1"), (3, "c1")] {
        accept(&store, sender, event).await;
    }
    let turns = lease_all(&store, 1, 9).await;
    let renewed = [0, 2].map(|n: usize| &turns[n]);
    for turn in renewed {
        assert!(store.renew_lease(turn.conversation, turn.fence, at(60)).await.unwrap());
    }
    let newer = lease(&store, 10).await.unwrap();
    assert_eq!(newer.event, turns[1].event, "b1 is another worker's now");
    let mut ends: Vec<Turn> = turns.iter().map(done).collect();
    for (sender, end) in (1..).zip(&mut ends) {
        end.replies.push(outbound(sender, &format!("to {sender}"), Lane::Conversation));
    }
    ends.push(ends[0].clone());
    let outcomes = store.commit_turns(&ends, None, at(11)).await.unwrap();
    assert_eq!(
        committed(&outcomes),
        [Committed::Done, Committed::Fenced, Committed::Done, Committed::Fenced]
    );
    let sent = Outbox::lease(&store, at(12), at(20), 9).await.unwrap();
    let texts: Vec<_> = sent.iter().map(|leased| leased.message.text.as_str()).collect();
    assert_eq!(texts, ["to 1", "to 3"]);
    assert_eq!(store.commit_turn(&done(&newer), at(12)).await.unwrap(), Committed::Done);
}

/// Callers that commit at the same time each get the answer to their own turn.
pub async fn turns_that_are_committed_at_once_are_each_answered(store: impl Stores) {
    for sender in 0..16 {
        accept(&store, sender, &format!("e{sender}")).await;
    }
    let turns = lease_all(&store, 1, 16).await;
    // Every fourth one gave its lease back before.
    for turn in turns.iter().step_by(4) {
        store.fail(turn, &TurnFailure::RetryAt(at(1)), "slow").await.unwrap();
    }
    let stolen = lease_all(&store, 2, 16).await;
    assert_eq!(stolen.len(), 4);
    let ends: Vec<Turn> = turns.iter().map(done).collect();
    let outcomes = join_all(ends.iter().map(|end| store.commit_turn(end, at(2)))).await;
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let expected = if number % 4 == 0 { Committed::Fenced } else { Committed::Done };
        assert_eq!(outcome.unwrap(), expected, "turn {number}");
    }
}

fn report(id: Option<domain::ids::MessageId>, reference: &str, status: DeliveryStatus) -> StatusReport {
    StatusReport {
        message: id,
        provider_id: Some(reference.into()),
        status,
        error: None,
        opted_out: false,
        at: None,
        price_category: None,
    }
}

/// Settlements of many messages come in one call: a stale one is ignored, and the same one twice changes nothing more.
pub async fn settlements_of_many_messages_are_each_judged_by_their_lease(store: impl Stores) {
    accept(&store, 99, "hola").await;
    let mut end = done(&lease(&store, 0).await.unwrap());
    end.replies = (1..=3).map(|n| outbound(n, &format!("m{n}"), Lane::Conversation)).collect();
    store.commit_turn(&end, at(0)).await.unwrap();
    let old = Outbox::lease(&store, at(1), at(5), 9).await.unwrap();
    assert_eq!(old.len(), 3);
    let newer = Outbox::lease(&store, at(6), at(60), 1).await.unwrap().remove(0);
    let sent = |n: usize| Settlement::Sent { provider_id: format!("SM{n}") };
    let failed = Settlement::Failed { code: None, reason: "late".into(), opted_out: false };
    let all = [
        (old[0].clone(), failed),
        (old[1].clone(), sent(1)),
        (old[2].clone(), sent(2)),
        (old[1].clone(), sent(1)),
        (newer.clone(), sent(0)),
    ];
    store.settle_all(&all, at(7)).await.unwrap();
    for (number, message) in old.iter().enumerate() {
        let state = Outbox::find(&store, message.message.id).await.unwrap().unwrap();
        let reference = format!("SM{number}");
        assert_eq!((state.status, state.provider_id), (DeliveryStatus::Sent, Some(reference)));
        assert_eq!(state.history.len(), 1, "each change once");
    }
}

/// Reports of many messages come in one call, in any order and twice: each message ends with its furthest, and one by a
/// reference that is not known yet finds its message in the same batch of settlements, or later.
pub async fn reports_of_many_messages_move_each_to_its_furthest(store: impl Stores) {
    accept(&store, 99, "hola").await;
    let mut end = done(&lease(&store, 0).await.unwrap());
    end.replies = (1..=3).map(|n| outbound(n, &format!("m{n}"), Lane::Conversation)).collect();
    store.commit_turn(&end, at(0)).await.unwrap();
    let leased = Outbox::lease(&store, at(1), at(60), 9).await.unwrap();
    let early = [
        report(None, "wamid.2", DeliveryStatus::Read),
        report(Some(leased[0].message.id), "wamid.0", DeliveryStatus::Read),
        report(None, "wamid.0", DeliveryStatus::Delivered),
        report(Some(leased[0].message.id), "wamid.0", DeliveryStatus::Sent),
        report(Some(leased[1].message.id), "wamid.1", DeliveryStatus::Sent),
        report(Some(leased[1].message.id), "wamid.1", DeliveryStatus::Sent),
    ];
    assert_eq!(store.record_statuses(&early, at(2)).await.unwrap(), 5, "one is about nobody's message yet");
    let sent = |n: usize| Settlement::Sent { provider_id: format!("wamid.{n}") };
    let all: Vec<_> = leased.iter().cloned().enumerate().map(|(n, one)| (one, sent(n))).collect();
    let late = [report(None, "wamid.1", DeliveryStatus::Delivered)];
    let (settled, told) = tokio::join!(store.settle_all(&all, at(3)), store.record_statuses(&late, at(3)));
    settled.unwrap();
    assert_eq!(told.unwrap(), 1, "the report before made its reference known");
    let expected = [
        (DeliveryStatus::Read, vec![DeliveryStatus::Read]),
        (DeliveryStatus::Delivered, vec![DeliveryStatus::Sent, DeliveryStatus::Delivered]),
        (DeliveryStatus::Read, vec![DeliveryStatus::Sent, DeliveryStatus::Read]),
    ];
    for (message, expected) in leased.iter().zip(expected) {
        let state = Outbox::find(&store, message.message.id).await.unwrap().unwrap();
        let history: Vec<_> = state.history.iter().map(|(status, _, _)| *status).collect();
        assert_eq!((state.status, history), expected, "{}", message.message.text);
    }
}

/// A message of a batch that a provider knows no more of is withdrawn together with what waits for its recipient.
pub async fn an_opt_out_in_a_batch_withdraws_what_the_batch_queued_again(store: impl Stores) {
    accept(&store, 1, "hola").await;
    let mut end = done(&lease(&store, 0).await.unwrap());
    end.replies = vec![outbound(1, "chat", Lane::Conversation), outbound(1, "code", Lane::Code)];
    store.commit_turn(&end, at(0)).await.unwrap();
    let leased = Outbox::lease(&store, at(1), at(60), 9).await.unwrap();
    let [chat, code] = leased.as_slice() else { panic!("{}", leased.len()) };
    let again = Settlement::RetryAt { at: at(9), reason: "429".into() };
    let opted_out = Settlement::Failed { code: Some("21610".into()), reason: "STOP".into(), opted_out: true };
    store.settle_all(&[(code.clone(), again), (chat.clone(), opted_out)], at(2)).await.unwrap();
    assert!(Outbox::lease(&store, at(50), at(60), 9).await.unwrap().is_empty());
    let (_, message) = inbound(1, "x", "x");
    let recipient = message.phone.unwrap();
    let consent = store.consent_of(domain::message::Channel::Whatsapp, recipient.e164()).await.unwrap();
    assert_eq!(consent, domain::messaging::consent::ConsentStatus::OptedOut);
}
