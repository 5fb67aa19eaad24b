//! `getUpdates`: what people did, for a bot without a webhook. A call waits until there is something, or its time
//! is up; a newer call ends it.

use super::{
    answer::{Checked, conflict, result},
    calls::Parameters,
    webhook,
};
use crate::{answer::Answer, world::World};
use serde_json::Value;
use std::time::Duration;

const LIMIT_MAX: usize = 100;
/// The longest time that a call waits.
const TIMEOUT_MAX: u64 = 50;

/// Begins a call: its number, by which it notices a newer one. Waits for updates.
pub(super) async fn wait(world: &World, parameters: &Parameters) -> u64 {
    let call = {
        let mut memory = world.memory();
        memory.telegram.polls = memory.telegram.polls.saturating_add(1);
        memory.telegram.confirm(offset(parameters));
        memory.telegram.polls
    };
    // An older call that waits looks again, and ends.
    world.updates.notify_waiters();
    let seconds: u64 = parameters.text("timeout").and_then(|text| text.parse().ok()).unwrap_or_default();
    let timeout = Duration::from_secs(seconds.min(TIMEOUT_MAX));
    let news = async {
        loop {
            let changed = world.updates.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if has_answer(world, call) {
                return;
            }
            changed.await;
        }
    };
    // Without news the answer is an empty list.
    let _timed_out = tokio::time::timeout(timeout, news).await;
    call
}

/// True if there are updates, or the call is refused.
fn has_answer(world: &World, call: u64) -> bool {
    let memory = world.memory();
    memory.telegram.waiting() > 0
        || memory.telegram.polls != call
        || webhook::address(world, &memory.telegram.hook).is_some()
}

pub(super) fn get(world: &World, parameters: &Parameters, call: u64) -> Checked<Answer> {
    let memory = world.memory();
    if webhook::address(world, &memory.telegram.hook).is_some() {
        return Err(conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    if memory.telegram.polls != call {
        return Err(conflict(
            "terminated by other getUpdates request; make sure that only one bot instance is running",
        ));
    }
    let limit = parameters.text("limit").and_then(|text| text.parse().ok()).unwrap_or(LIMIT_MAX);
    Ok(result(&Value::from(memory.telegram.oldest(limit.clamp(1, LIMIT_MAX)))))
}

fn offset(parameters: &Parameters) -> i64 {
    parameters.text("offset").and_then(|text| text.parse().ok()).unwrap_or_default()
}
