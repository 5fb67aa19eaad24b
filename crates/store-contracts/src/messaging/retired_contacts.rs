//! Contacts that retire, because a chat is unbound, a number is given up, or another person proves it: nothing is lost,
//! and nobody gets what is another's.

use super::inbox::{done, lease};
use crate::{
    Stores,
    accounts::users::{account, ask, bind, reset},
    examples::{at, id, inbound, outbound, phone},
    privacy::erasures::{begin, erase},
};
use domain::{
    ids::{ConversationId, EventId},
    locale::Locale,
    messaging::conversation::InboundContent,
};
use futures_util::future::join;
use ports::{
    accounts::ResetProof,
    messaging::{Accepted, Committed, Lane, LeasedTurn, MessageBody, inbound_webhook::InboundMessage},
    pagination::PageRequest,
    privacy::Begun,
};

const CHAT: i64 = 9;

fn page() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

fn from_chat(event: &str, text: &str) -> (EventId, InboundMessage) {
    let message = InboundMessage {
        channel_account: "telegram:telegram:77".parse().unwrap(),
        provider_event_id: event.into(),
        sender: CHAT.to_string(),
        phone: None,
        profile_name: None,
        content: InboundContent::Text(text.into()),
        is_ours: true,
        sent_at: None,
        raw: text.as_bytes().to_vec(),
    };
    (EventId(id()), message)
}

/// A message of the chat, handled.
async fn heard(store: &dyn Stores, event: &str, text: &str, second: i64) -> LeasedTurn {
    assert_eq!(store.accept(&[from_chat(event, text)], at(second)).await.unwrap(), [Accepted::New]);
    let turn = lease(store, second).await.unwrap();
    let mut end = done(&turn);
    end.state.locale = Some(Locale::Pt);
    assert_eq!(store.commit_turn(&end, at(second)).await.unwrap(), Committed::Done);
    turn
}

/// What the conversation shows of what was written in it.
async fn shown(store: &dyn Stores, conversation: ConversationId) -> Vec<String> {
    let mut shown = Vec::new();
    for line in store.lines(conversation, &page()).await.unwrap() {
        if let MessageBody::Inbound(InboundContent::Text(text)) = line.saying {
            shown.push(text);
        }
    }
    shown.sort();
    shown
}

/// What is written in a chat after it was unbound is not the former person's: their erasure leaves it, and the state of the
/// conversation begins anew. What they wrote while it was bound goes with them, also when another person has the chat.
pub async fn an_unbound_chat_leaves_its_person(store: impl Stores) {
    let store: &dyn Stores = &store;
    let (former, next) = (account(store, 1, true).await, account(store, 2, true).await);
    bind(store, former, CHAT).await;
    let conversation = heard(store, "t1", "mientras era suyo", 10).await.conversation;
    ask(store, 1, 20, 11).await;
    assert!(reset(store, ResetProof::Token(vec![[20; 32]]), 12).await);
    assert_eq!(store.find_chat_link(CHAT).await.unwrap(), None);
    let turn = heard(store, "t2", "ya de nadie", 13).await;
    assert_eq!((turn.conversation, turn.state.locale), (conversation, None), "it begins anew");
    assert_eq!(shown(store, conversation).await, ["mientras era suyo", "ya de nadie"]);
    bind(store, next, CHAT).await;
    let turn = heard(store, "t3", "de quien sigue", 14).await;
    assert_eq!(turn.state.locale, Some(Locale::Pt), "the conversation goes on");
    erase(store, former, 20).await;
    assert_eq!(shown(store, conversation).await, ["de quien sigue", "ya de nadie"]);
    assert_eq!(store.find_chat_link(CHAT).await.unwrap().unwrap().user, next);
    let turn = heard(store, "t4", "sigue aquí", 21).await;
    assert_eq!(turn.state.locale, Some(Locale::Pt), "nothing of the conversation is lost");
    erase(store, next, 30).await;
    assert!(shown(store, conversation).await.is_empty());
}

/// Before a turn ends, its sender's contact retires and the conversation begins anew. `run` executes SQL as the owner of
/// the database: here it is what gives the address up.
async fn overtaken(store: &dyn Stores, mut run: impl FnMut(&str)) -> (LeasedTurn, Committed) {
    store.accept(&[inbound(1, "e1", "paga 10 a Rosa")], at(0)).await.unwrap();
    let turn = lease(store, 1).await.unwrap();
    run("update contacts set lookup = null");
    store.accept(&[inbound(1, "e2", "hola")], at(2)).await.unwrap();
    run("update contacts set user_id = (select id from users) where lookup is not null");
    // Another worker is faster: it looks at both messages.
    let next = lease(store, 3).await.unwrap();
    assert_eq!(next.message.provider_event_id, "e2");
    let mut end = done(&turn);
    end.state.locale = Some(Locale::Pt);
    end.replies = vec![outbound(1, "Listo, 10.00 MXN", Lane::Conversation)];
    let committed = store.commit_turn(&end, at(4)).await.unwrap();
    assert_eq!(store.commit_turn(&end, at(4)).await.unwrap(), Committed::Fenced, "once");
    assert_eq!(store.commit_turn(&done(&next), at(5)).await.unwrap(), Committed::Done);
    let seen = store.find_conversation(turn.conversation).await.unwrap().unwrap();
    assert_eq!(seen.state.locale, None, "the state is that of the new conversation");
    (turn, committed)
}

/// The address is nobody's now: the answer goes there, once, and the message is no dead letter.
pub async fn an_overtaken_answer_goes_to_its_address(store: &impl Stores, run: impl FnMut(&str)) {
    let (_, committed) = overtaken(store, run).await;
    assert_eq!(committed, Committed::Done);
    assert!(store.dead_letters(&page()).await.unwrap().is_empty());
    let sent = store.lease(at(6), at(20), 10).await.unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].message.text, "Listo, 10.00 MXN");
    assert_eq!(sent[0].message.recipient, format!("whatsapp:{}", phone(1).e164()));
}

/// The address is another person's now: they get nothing, and the message is a dead letter that says so.
pub async fn an_overtaken_answer_is_not_for_the_next_person(store: &impl Stores, run: impl FnMut(&str)) {
    account(store, 7, false).await;
    let (turn, committed) = overtaken(store, run).await;
    assert_eq!(committed, Committed::Fenced);
    assert!(store.lease(at(6), at(20), 10).await.unwrap().is_empty());
    let letters = store.dead_letters(&page()).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].id == turn.event.0 && letters[0].reason.contains("another person's"));
}

/// The erasure of the sender began before the turn ended, and has wiped nothing yet: they get no answer.
pub async fn an_overtaken_answer_is_not_for_who_is_being_erased(
    store: &impl Stores,
    mut run: impl FnMut(&str),
) {
    let person = account(store, 1, true).await;
    store.accept(&[inbound(1, "e1", "saldo")], at(10)).await.unwrap();
    let turn = lease(store, 11).await.unwrap();
    assert_eq!(begin(store, person, 12).await, Begun::Begun);
    run("update contacts set lookup = null");
    store.accept(&[inbound(1, "e2", "hola")], at(13)).await.unwrap();
    let mut end = done(&turn);
    end.replies = vec![outbound(1, "Tienes 10.00 MXN", Lane::Conversation)];
    assert_eq!(store.commit_turn(&end, at(14)).await.unwrap(), Committed::Fenced);
    assert!(store.lease(at(15), at(20), 10).await.unwrap().is_empty());
}

/// Turns that write to the same new people in two orders don't wait for each other.
pub async fn contacts_are_made_in_one_order(store: impl Stores) {
    let store: &dyn Stores = &store;
    for round in 0..40 {
        let mut turns = Vec::new();
        for sender in [1, 2] {
            let event = format!("e{round}-{sender}");
            store.accept(&[inbound(sender, &event, "hola")], at(0)).await.unwrap();
            turns.push(lease(store, 1).await.unwrap());
        }
        let (one, two) = (100 + 2 * round, 101 + 2 * round);
        let to = |recipient| outbound(recipient, "hola", Lane::Conversation);
        let (mut first, mut second) = (done(&turns[0]), done(&turns[1]));
        first.replies = vec![to(one), to(two)];
        second.replies = vec![to(two), to(one)];
        let ends = join(store.commit_turn(&first, at(2)), store.commit_turn(&second, at(2))).await;
        assert_eq!((ends.0.unwrap(), ends.1.unwrap()), (Committed::Done, Committed::Done));
    }
}
