//! What a turn costs the database: how many of its transactions write, alone and with many conversations at once, and that
//! updates of conversations touch no index. These are counts, not times.

use super::{fresh_address, open, owner};
use adapter_postgres::Store;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use domain::{
    ids::{EventId, MessageId},
    message::{Channel, DeliveryStatus},
    messaging::conversation::InboundContent,
};
use futures_util::future::join_all;
use ports::messaging::{
    Committed, Lane, LeaseAtOnce, NewOutbound, Outbox, Settlement, Timer, Turn, TurnQueue,
    inbound_webhook::{InboundMessage, StatusReport},
    message_channel::OutboundMessage,
};
use testkit::{at, id, phone};

/// Notes the number of each transaction that changes a row.
const NOTE_WRITES: &str = "
    create table writing_transactions (xid text primary key);
    create function note_write() returns trigger language plpgsql as $$ begin
        insert into writing_transactions values (pg_current_xact_id()::text) on conflict do nothing;
        return null;
    end $$;
    do $$ declare name text; begin
        for name in select tablename from pg_tables
            where schemaname = 'public' and tablename <> 'writing_transactions' loop
            execute format('create trigger note_write after insert or update or delete on %I
                            for each row execute function note_write()', name);
        end loop;
    end $$";

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

async fn number(address: &str, sql: &str) -> i64 {
    let mut conn = AsyncPgConnection::establish(address).await.unwrap();
    diesel::sql_query(sql).get_result::<Number>(&mut conn).await.unwrap().number
}

async fn writes(address: &str) -> i64 {
    number(address, "select count(*) as number from writing_transactions").await
}

fn message(sender: u32, text: &str) -> (EventId, InboundMessage) {
    let phone = phone(sender);
    let message = InboundMessage {
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        provider_event_id: format!("SM{}", id()),
        sender: format!("whatsapp:{}", phone.e164()),
        phone: Some(phone),
        profile_name: None,
        content: InboundContent::Text(text.into()),
        is_ours: true,
        sent_at: None,
        raw: b"Body=saldo".to_vec(),
    };
    (EventId(id()), message)
}

fn reply(sender: u32) -> NewOutbound {
    NewOutbound {
        message: OutboundMessage::plain(
            MessageId(id()),
            Channel::Whatsapp,
            format!("whatsapp:{}", phone(sender).e164()),
            "Tienes 10.00 MXN".into(),
        ),
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        lane: Lane::Conversation,
        expires_at: at(3600),
        client: None,
    }
}

/// What a person gets for a question: the webhook, the turn, the send, and the reports «sent» and «delivered».
async fn answer(store: &Store, sender: u32) {
    let lease = Some(LeaseAtOnce { count: 1, until: at(20) });
    let accepted = store.accept_leased(&[message(sender, "saldo")], lease, at(0)).await.unwrap();
    let turn = accepted.into_iter().next().unwrap().leased.expect("the turn is leased at once");
    let end = Turn {
        event: turn.event,
        conversation: turn.conversation,
        fence: turn.fence,
        state: turn.state,
        replies: vec![reply(sender)],
        consent: None,
        audit: Vec::new(),
        flow_response: None,
        timer: Timer::Keep,
        payee_changes: Vec::new(),
        profile_name: None,
    };
    let committed = store.commit_turns(&[end], lease, at(0)).await.unwrap().remove(0);
    assert_eq!(committed.committed, Committed::Done);
    let [leased] = committed.to_send.as_slice() else { panic!("the reply is leased at once") };
    let provider_id = format!("SM{}", id());
    let sent = Settlement::Sent { provider_id: provider_id.clone() };
    store.settle(leased, &sent, at(1)).await.unwrap();
    for status in [DeliveryStatus::Sent, DeliveryStatus::Delivered] {
        let report = StatusReport {
            message: Some(leased.message.id),
            provider_id: Some(provider_id.clone()),
            status,
            error: None,
            opted_out: false,
            at: None,
            price_category: None,
        };
        assert_eq!(store.record_statuses(&[report], at(2)).await.unwrap(), 1);
    }
}

/// Alone: the acknowledgement, the commit of the turn, the settlement, and the delivery. The report «sent» says nothing new.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_costs_four_writing_transactions() {
    let address = fresh_address().await;
    let store = open(&address).await;
    owner(&address)(NOTE_WRITES);
    answer(&store, 1).await;
    let before = writes(&address).await;
    for _ in 0..10 {
        answer(&store, 1).await;
    }
    assert_eq!(writes(&address).await - before, 40);
}

/// Many conversations at once share their transactions.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_answers_at_once_cost_less_than_half_a_transaction_each() {
    let address = fresh_address().await;
    let store = open(&address).await;
    owner(&address)(NOTE_WRITES);
    let before = writes(&address).await;
    for _ in 0..4 {
        join_all((0..64).map(|sender| answer(&store, sender))).await;
    }
    let spent = writes(&address).await - before;
    assert!(spent < 4 * 32, "{spent} writing transactions for 256 answers");
}

/// An update that changes no indexed column, on a page with room, leaves all indexes as they are (HOT).
#[tokio::test(flavor = "multi_thread")]
async fn turns_leave_the_indexes_of_conversations_alone() {
    const TURNS: i64 = 300;
    let address = fresh_address().await;
    let store = open(&address).await;
    for sender in (0..30).cycle().take(TURNS.try_into().unwrap()) {
        answer(&store, sender).await;
    }
    // Connections report what they counted when they end.
    drop(store);
    let updates = "select n_tup_upd as number from pg_stat_user_tables where relname = 'conversations'";
    while number(&address, updates).await < 2 * TURNS {
        tokio::task::yield_now().await;
    }
    let hot = "select n_tup_hot_upd as number from pg_stat_user_tables where relname = 'conversations'";
    let hot = number(&address, hot).await;
    assert!(hot * 10 >= 2 * TURNS * 9, "{hot} of {} updates touched no index", 2 * TURNS);
}
