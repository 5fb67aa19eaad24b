//! Load on the inbox through its port: what a webhook waits for before it is acknowledged.

use super::{Dice, Measured, Window};
use chrono::Utc;
use domain::{ids::EventId, messaging::conversation::InboundContent, phone::PhoneNumber};
use ports::messaging::{Accepted, TurnQueue, inbound_webhook::InboundMessage};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::phone;
use tokio::task::JoinSet;
use uuid::Uuid;

/// How many people write.
const SENDERS: u64 = 1_000;
/// A body about as long as a provider's.
const RAW_LENGTH: usize = 700;

/// Runs that many callers, each with one message at a time, for `time` after `warm_up`. Everybody wrote before.
pub async fn run(inbox: Arc<dyn TurnQueue>, callers: u64, warm_up: Duration, time: Duration) -> Measured {
    for n in 0..SENDERS {
        accept(inbox.as_ref(), n).await;
    }
    let window = Window::after(warm_up, time);
    let mut tasks = JoinSet::new();
    for n in 0..callers {
        tasks.spawn(call(inbox.clone(), Dice(n), window));
    }
    Measured::of(tasks.join_all().await.concat(), time)
}

async fn call(inbox: Arc<dyn TurnQueue>, mut dice: Dice, window: Window) -> Vec<u32> {
    let mut micros = Vec::new();
    while window.is_open() {
        let sender = dice.below(SENDERS);
        let asked = Instant::now();
        accept(inbox.as_ref(), sender).await;
        window.count(asked, &mut micros);
    }
    micros
}

async fn accept(inbox: &dyn TurnQueue, sender: u64) {
    let message = message(phone(u32::try_from(sender).unwrap()));
    let accepted = inbox.accept(&[(EventId(Uuid::now_v7()), message)], Utc::now()).await.unwrap();
    assert_eq!(accepted, [Accepted::New]);
}

fn message(phone: PhoneNumber) -> InboundMessage {
    InboundMessage {
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        provider_event_id: format!("SM{}", Uuid::now_v7().simple()),
        sender: format!("whatsapp:{}", phone.e164()),
        phone: Some(phone),
        profile_name: Some("Ana".into()),
        content: InboundContent::Text("what is my balance, and what did I spend this week?".into()),
        is_ours: true,
        sent_at: None,
        raw: vec![b'a'; RAW_LENGTH],
    }
}
