//! Plays and watches the providers: causes faults, and repeats delivery reports late, in any order, and again
//! if no replica acknowledged them.

use super::{
    plan::{Dice, Provider},
    platform::Platform,
};
use crate::wire;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// How many of a hundred messages get their delivery reports in the wrong order.
const SHUFFLED_PERCENT: usize = 10;
/// How many of a hundred calls fail.
pub(super) const FAULTS_PERCENT: f64 = 2.0;

/// What the watcher counted.
#[derive(Default)]
pub(super) struct Seen {
    /// Faults by provider and kind.
    pub(super) faults: BTreeMap<(String, String), usize>,
    /// Calls that send a message.
    pub(super) sends: usize,
    /// The furthest acknowledged status of each message.
    pub(super) furthest: BTreeMap<String, &'static str>,
    /// Messages whose statuses came in the wrong order.
    pub(super) shuffled: usize,
    /// Acknowledged statuses.
    pub(super) statuses: usize,
    /// Statuses without an acknowledgement, which were posted again.
    pub(super) repeated: usize,
    requests: u64,
    webhooks: u64,
}

/// The delivery statuses in their order.
const WAY: [&str; 3] = ["sent", "delivered", "read"];

/// Configures faults for all calls that send: one in fifty fails. The sandbox compares one random number with
/// each probability in order, so the probabilities grow.
///
/// Telegram's faults say clearly that nothing was sent. Telegram can't be asked what it has sent, so a lost
/// answer there is left to people, by design. With the other providers a send is left to people after it
/// failed twice without an answer; such faults are so rare here that a run hardly sees one.
pub(super) fn order_faults(platform: &Platform) -> Result<(), String> {
    let meta_limit = json!({"error": {"code": 130_429, "message": "Rate limit hit"}});
    let meta_fault = json!({"error": {"code": 131_000, "message": "Something went wrong"}});
    let telegram_limit = json!({
        "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    });
    let twilio_limit = json!({"code": 20429, "message": "Too Many Requests", "status": 429});
    let twilio_fault = json!({"code": 20500, "message": "Internal Server Error", "status": 500});
    let status = |status: u16, body: &Value| json!({"kind": "status", "status": status, "body": body});
    let (reset, lost) = (json!({"kind": "reset"}), json!({"kind": "drop_reply"}));
    let of = |provider: Provider, operation: &str, faults: &[(f64, Value)]| -> Result<(), String> {
        for (percent, fault) in faults {
            let mut order = json!({
                "provider": provider.name(), "operation": operation, "probability": percent / 100.0,
            });
            if let (Some(order), Some(fault)) = (order.as_object_mut(), fault.as_object()) {
                order.extend(fault.clone());
            }
            let (answered, said) = platform.world("POST", "/sandbox/faults", &order)?;
            if answered != 201 {
                return Err(format!("the sandbox refused a fault: {said}"));
            }
        }
        Ok(())
    };
    let four = |limit: &Value, fault: &Value| {
        [
            (0.1, status(500, fault)),
            (0.2, reset.clone()),
            (1.0, lost.clone()),
            (FAULTS_PERCENT, status(429, limit)),
        ]
    };
    of(Provider::Meta, "send", &four(&meta_limit, &meta_fault))?;
    of(Provider::Twilio, "messages", &four(&twilio_limit, &twilio_fault))?;
    of(Provider::Telegram, "send", &[(FAULTS_PERCENT, status(429, &telegram_limit))])
}

/// Watches the sandbox until `is_over` is true and nothing new comes.
pub(super) fn watch(platform: &Platform, is_over: &AtomicBool, mut dice: Dice) -> Result<Seen, String> {
    let mut seen = Seen::default();
    loop {
        let was_over = is_over.load(Ordering::Relaxed);
        look_at_calls(platform, &mut seen)?;
        let is_quiet = look_at_statuses(platform, &mut seen, &mut dice)?;
        if was_over && is_quiet {
            return Ok(seen);
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn newer(platform: &Platform, what: &str, since: &mut u64) -> Result<Vec<Value>, String> {
    let (_, list) = platform.world("GET", &format!("/sandbox/{what}?since={since}"), &Value::Null)?;
    let Value::Array(list) = list else { return Err(format!("the sandbox returned no list of {what}")) };
    *since = list.last().and_then(|last| last.get("seq")?.as_u64()).unwrap_or(*since);
    Ok(list)
}

fn look_at_calls(platform: &Platform, seen: &mut Seen) -> Result<(), String> {
    for call in newer(platform, "requests", &mut seen.requests)? {
        let operation = wire::text(&call, "/operation");
        if !["send", "messages.whatsapp"].contains(&operation) {
            continue;
        }
        seen.sends += 1;
        let fault = wire::text(&call, "/fault");
        if !fault.is_empty() {
            let status = call.get("status").and_then(Value::as_u64).unwrap_or_default();
            let kind = if fault == "status" { format!("HTTP {status}") } else { fault.to_owned() };
            let provider = wire::text(&call, "/provider").to_owned();
            *seen.faults.entry((provider, kind)).or_default() += 1;
        }
    }
    Ok(())
}

/// Returns true if there was nothing new.
fn look_at_statuses(platform: &Platform, seen: &mut Seen, dice: &mut Dice) -> Result<bool, String> {
    let posted = newer(platform, "webhooks", &mut seen.webhooks)?;
    let is_quiet = posted.is_empty();
    for webhook in posted {
        let Some((id, status)) = webhook.get("body").and_then(told) else { continue };
        if webhook.get("status").and_then(Value::as_u64) != Some(200) {
            seen.repeated += 1;
            tell(platform, &id, status)?;
            continue;
        }
        seen.statuses += 1;
        let rank = |status: &str| WAY.iter().position(|known| *known == status);
        let before = seen.furthest.get(&id).and_then(|before| rank(before));
        if before < rank(status) {
            seen.furthest.insert(id.clone(), status);
        }
        let is_first_delivery = status == "delivered" && before < rank(status);
        if is_first_delivery && dice.falls(SHUFFLED_PERCENT) {
            seen.shuffled += 1;
            let first = dice.below(WAY.len());
            for status in WAY.iter().rev().cycle().skip(first).take(WAY.len()) {
                tell(platform, &id, status)?;
            }
        }
    }
    Ok(is_quiet)
}

fn tell(platform: &Platform, id: &str, status: &str) -> Result<(), String> {
    // Without an acknowledgement it is posted again: the sandbox records that.
    platform.world("POST", "/sandbox/statuses", &json!({"message_id": id, "status": status})).map(|_told| ())
}

/// The message id and status of a status webhook. `None` for every other webhook.
fn told(body: &Value) -> Option<(String, &'static str)> {
    let meta = body.pointer("/entry/0/changes/0/value/statuses/0");
    let (id, status) = match meta {
        Some(meta) => (wire::text(meta, "/id"), wire::text(meta, "/status")),
        None => (wire::text(body, "/MessageSid"), wire::text(body, "/MessageStatus")),
    };
    let status = WAY.into_iter().find(|known| status == *known)?;
    Some((id.to_owned(), status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_both_spellings() {
        let meta =
            json!({"entry": [{"changes": [{"value": {"statuses": [{"id": "w1", "status": "read"}]}}]}]});
        assert_eq!(told(&meta), Some(("w1".into(), "read")));
        assert_eq!(
            told(&json!({"MessageSid": "SM1", "MessageStatus": "sent"})),
            Some(("SM1".into(), "sent"))
        );
        assert_eq!(told(&json!({"MessageSid": "SM1", "Body": "hola"})), None);
    }
}
