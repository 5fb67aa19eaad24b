//! Plays people and providers: posts each message as its provider does, until a replica acknowledges it, and
//! sometimes again.

use super::{
    plan::{Dice, PlannedConversation, Provider},
    platform::{
        META_SECRET, PHONE_NUMBER_ID, Platform, TELEGRAM_SECRET, TWILIO_ACCOUNT, TWILIO_NUMBER, TWILIO_TOKEN,
    },
};
use crate::wire;
use adapter_meta_whatsapp::sign_body;
use adapter_twilio::sign_form;
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};
use url::form_urlencoded::Serializer;

/// How many threads write at once.
pub(super) const HANDS: usize = 8;
/// How many of a hundred webhooks are delivered again.
const REDELIVERED_PERCENT: usize = 5;
/// The most messages that a person writes in a row.
const BURST_MAX: usize = 3;
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// How long a provider tries to deliver a webhook.
const PATIENCE: Duration = Duration::from_mins(1);

/// Counts of what was posted so far.
#[derive(Default)]
pub(super) struct Said {
    /// Messages that a replica acknowledged.
    pub(super) messages: AtomicUsize,
    /// Acknowledged webhooks that were posted again: at the same time to the other replica, or later.
    pub(super) redelivered: AtomicUsize,
    /// Posts without an acknowledgement, which were repeated.
    pub(super) unanswered: AtomicUsize,
    posts: AtomicU64,
}

/// A webhook as its provider posts it, with its signature.
struct Webhook {
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// Posts all messages from several threads, each conversation in its order. `pace` is the total number of
/// messages per second.
pub(super) fn speak(
    platform: &Platform,
    conversations: &[PlannedConversation],
    said: &Said,
    pace: usize,
    dice: &Dice,
) -> Result<(), String> {
    let begun = Instant::now();
    thread::scope(|scope| {
        let hands = (0..HANDS).map(|hand| {
            let mut dice = Dice(dice.0 ^ u64::try_from(hand).unwrap_or_default().wrapping_mul(7919));
            let mine: Vec<&PlannedConversation> = conversations.iter().skip(hand).step_by(HANDS).collect();
            scope.spawn(move || {
                let wait = |nth: usize| {
                    let due = Duration::from_secs(1).mul_f64(as_f64(nth) / as_f64(pace));
                    thread::sleep(due.saturating_sub(begun.elapsed()));
                };
                one_hand(platform, &mine, said, &mut dice, wait)
            })
        });
        let hands: Vec<_> = hands.collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().map_err(|_panic| "a sending thread failed".to_owned())?)
    })
}

fn as_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// Goes through one thread's conversations in turn and posts the next few messages of each, until none is
/// left.
fn one_hand(
    platform: &Platform,
    conversations: &[&PlannedConversation],
    said: &Said,
    dice: &mut Dice,
    wait: impl Fn(usize),
) -> Result<(), String> {
    let mut next = vec![0_usize; conversations.len()];
    let mut later: Vec<Webhook> = Vec::new();
    let mut is_done = false;
    while !is_done {
        is_done = true;
        for (conversation, next) in conversations.iter().zip(&mut next) {
            let burst = 1 + dice.below(BURST_MAX);
            for _ in 0..burst.min(conversation.words.len().saturating_sub(*next)) {
                wait(said.messages.load(Ordering::Relaxed));
                let webhook = webhook(platform, conversation, *next);
                let is_again = dice.falls(REDELIVERED_PERCENT);
                if is_again && dice.falls(50) {
                    at_once(platform, said, &webhook)?;
                } else {
                    post(platform, said, &webhook)?;
                    if is_again {
                        later.push(webhook);
                    }
                }
                said.messages.fetch_add(1, Ordering::Relaxed);
                *next += 1;
            }
            is_done &= *next >= conversation.words.len();
            // Post an old webhook again after its conversation has gone on.
            if later.len() > 3 {
                again(platform, said, &later.remove(0))?;
            }
        }
    }
    later.iter().try_for_each(|webhook| again(platform, said, webhook))
}

/// Posts the same webhook twice at the same time, once to each replica.
fn at_once(platform: &Platform, said: &Said, webhook: &Webhook) -> Result<(), String> {
    thread::scope(|scope| {
        let other = scope.spawn(|| again(platform, said, webhook));
        post(platform, said, webhook)?;
        other.join().map_err(|_panic| "a redelivery failed".to_owned())?
    })
}

fn again(platform: &Platform, said: &Said, webhook: &Webhook) -> Result<(), String> {
    said.redelivered.fetch_add(1, Ordering::Relaxed);
    post(platform, said, webhook)
}

/// Posts to the replicas in turn until one of them acknowledges.
fn post(platform: &Platform, said: &Said, webhook: &Webhook) -> Result<(), String> {
    let begun = Instant::now();
    let headers: Vec<_> = webhook.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    loop {
        let turn = said.posts.fetch_add(1, Ordering::Relaxed);
        let [one, other] = &platform.replicas;
        let replica = if turn.is_multiple_of(2) { one } else { other };
        let problem = match wire::ask("POST", replica, webhook.path, &headers, webhook.body.as_bytes()) {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => format!("HTTP {}", answer.status),
            Err(fault) => fault.to_string(),
        };
        said.unanswered.fetch_add(1, Ordering::Relaxed);
        if begun.elapsed() > PATIENCE {
            return Err(format!("{}: never acknowledged: {problem}", webhook.path));
        }
        thread::sleep(AGAIN_AFTER);
    }
}

/// The webhook of the nth message of a conversation, in its provider's format and signed.
fn webhook(platform: &Platform, conversation: &PlannedConversation, nth: usize) -> Webhook {
    let text = conversation.words.get(nth).map_or("", |word| word.text());
    let event = conversation.event(nth);
    match conversation.provider {
        Provider::Meta => {
            let message = json!({
                "from": conversation.digits, "id": format!("wamid.{event}"), "timestamp": "1767225600",
                "type": "text", "text": {"body": text},
            });
            let value = json!({
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_NUMBER_ID},
                "contacts": [{"profile": {"name": "Persona"}, "wa_id": conversation.digits}],
                "messages": [message],
            });
            let entry = json!({"id": "102290129340398", "changes": [{"field": "messages", "value": value}]});
            let body = json!({"object": "whatsapp_business_account", "entry": [entry]}).to_string();
            let signature = sign_body(META_SECRET, body.as_bytes());
            let headers = vec![json_type(), ("X-Hub-Signature-256", signature)];
            Webhook { path: "/webhooks/meta", headers, body }
        }
        Provider::Telegram => {
            let id: i64 = conversation.digits.parse().unwrap_or_default();
            let person = json!({"id": id, "is_bot": false, "first_name": "Persona", "language_code": "es"});
            let message = json!({
                "message_id": nth + 1, "date": 1_767_225_600, "from": person,
                "chat": {"id": id, "type": "private", "first_name": "Persona"}, "text": text,
            });
            // A unique number: the last digits of the person's number and the index of the message.
            let update = id % 10_000_000 * 1000 + i64::try_from(nth).unwrap_or_default();
            let body = json!({"update_id": update, "message": message}).to_string();
            let headers = vec![json_type(), ("X-Telegram-Bot-Api-Secret-Token", TELEGRAM_SECRET.to_owned())];
            Webhook { path: "/webhooks/telegram", headers, body }
        }
        Provider::Twilio => {
            let path = "/webhooks/twilio";
            let from = format!("whatsapp:+{}", conversation.digits);
            let fields = [
                ("MessageSid", event.as_str()),
                ("AccountSid", TWILIO_ACCOUNT),
                ("From", &from),
                ("To", TWILIO_NUMBER),
                ("WaId", &conversation.digits),
                ("Body", text),
                ("MessageType", "text"),
                ("NumMedia", "0"),
            ];
            let body = Serializer::new(String::new()).extend_pairs(fields).finish();
            let signature =
                sign_form(TWILIO_TOKEN, &format!("http://{}{path}", platform.public), body.as_bytes());
            let form = ("Content-Type", "application/x-www-form-urlencoded".to_owned());
            Webhook { path, headers: vec![form, ("X-Twilio-Signature", signature)], body }
        }
    }
}

fn json_type() -> (&'static str, String) {
    ("Content-Type", "application/json".to_owned())
}
