//! What Telegram stores: its counters, updates for redelivery and for `getUpdates`, who blocked the bot, the
//! webhook, commands and files.

use actix_web::web::Bytes;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where updates go, and what `getWebhookInfo` returns.
#[derive(Clone, Default)]
pub(crate) enum Hook {
    /// To the API, with the secret from the settings. Without a secret there, nowhere.
    #[default]
    FromSettings,
    /// To the address that `setWebhook` gave.
    Set { url: String, secret: Option<String>, max_connections: u64, allowed_updates: Option<Value> },
    /// Nowhere: `deleteWebhook` removed the webhook. Updates wait for `getUpdates`.
    None,
}

/// A file that the bot sent.
#[derive(Clone)]
pub(crate) struct BotFile {
    pub(crate) path: String,
    pub(crate) mime_type: String,
    pub(crate) bytes: Bytes,
}

/// Everything that Telegram stores. The counters start at a random number, as Telegram's do, so that a
/// restarted sandbox doesn't repeat numbers that a database already has.
#[derive(Default)]
pub(crate) struct TelegramMemory {
    update_id: u64,
    message_id: u64,
    pub(crate) blocked: BTreeSet<String>,
    /// Updates by the id that the control route returned, of a message or of a tap.
    pub(crate) updates: BTreeMap<String, Value>,
    /// Taps that the bot may still answer, and the phone of each.
    pub(crate) taps: BTreeMap<String, String>,
    /// The bot's own messages by their ids, for edits and for taps on their buttons.
    pub(crate) sent: BTreeMap<String, Value>,
    pub(crate) hook: Hook,
    /// Updates that wait for `getUpdates`, oldest first.
    waiting: VecDeque<Value>,
    /// How often `getUpdates` was called. An older call that still waits ends when a newer one comes.
    pub(crate) polls: u64,
    /// The bot's commands, by scope and language.
    pub(crate) commands: BTreeMap<String, Value>,
    /// The bot's files by their ids.
    pub(crate) files: BTreeMap<String, BotFile>,
}

impl TelegramMemory {
    /// Starts the counters from two random numbers.
    pub(crate) fn new(update: u32, message: u32) -> Self {
        // Start below a billion, which leaves room for as many more in 32 bits.
        let start = |random: u32| u64::from(random).checked_rem(1_000_000_000).unwrap_or_default();
        Self { update_id: start(update), message_id: start(message), ..Self::default() }
    }

    /// A memory in which only the counters and the webhook stay, which is a setting of the bot.
    pub(crate) fn forgotten(&self) -> Self {
        Self {
            update_id: self.update_id,
            message_id: self.message_id,
            hook: self.hook.clone(),
            polls: self.polls,
            ..Self::default()
        }
    }

    pub(crate) fn next_message_id(&mut self) -> u64 {
        self.message_id = self.message_id.saturating_add(1);
        self.message_id
    }

    /// A new update with the next number.
    pub(crate) fn update(&mut self, kind: &str, what: Value) -> Value {
        self.update_id = self.update_id.saturating_add(1);
        let mut update = json!({"update_id": self.update_id});
        if let Some(fields) = update.as_object_mut() {
            fields.insert(kind.to_owned(), what);
        }
        update
    }

    /// Keeps an update until `getUpdates` has confirmed it. One that waits already isn't kept twice.
    pub(crate) fn wait(&mut self, update: Value) {
        if !self.waiting.iter().any(|one| one.get("update_id") == update.get("update_id")) {
            self.waiting.push_back(update);
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes all that waits, for a webhook that was set.
    pub(crate) fn take_waiting(&mut self) -> VecDeque<Value> {
        std::mem::take(&mut self.waiting)
    }

    /// Forgets the updates before `offset`; with a negative one, all but that many of the last.
    pub(crate) fn confirm(&mut self, offset: i64) {
        if let Ok(offset) = u64::try_from(offset) {
            self.waiting.retain(|update| update["update_id"].as_u64() >= Some(offset));
        } else {
            let last = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let surplus = self.waiting.len().saturating_sub(last);
            self.waiting.drain(..surplus);
        }
    }

    /// The oldest updates. They stay until they are confirmed.
    pub(crate) fn oldest(&self, limit: usize) -> Vec<Value> {
        self.waiting.iter().take(limit).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_where_the_rest_is_forgotten() {
        let mut memory = TelegramMemory::new(u32::MAX, 7);
        assert_eq!(memory.next_message_id(), 8);
        memory.blocked.insert("+525511112222".into());
        memory.hook = Hook::None;
        let before = memory.update("message", json!({}))["update_id"].as_u64().unwrap();
        let mut after = memory.forgotten();
        assert!(after.blocked.is_empty() && matches!(after.hook, Hook::None));
        assert_eq!(after.update("message", json!({}))["update_id"].as_u64(), Some(before + 1));
        assert_eq!(after.next_message_id(), 9);
    }

    #[test]
    fn updates_wait_until_they_are_confirmed() {
        let mut memory = TelegramMemory::default();
        let updates: Vec<Value> = (0..3).map(|_| memory.update("message", json!({}))).collect();
        for update in updates.iter().chain(&updates) {
            memory.wait(update.clone());
        }
        assert_eq!((memory.waiting(), memory.oldest(2)), (3, updates[..2].to_vec()));
        memory.confirm(2);
        assert_eq!(memory.oldest(100), updates[1..].to_vec());
        memory.confirm(-1);
        assert_eq!(memory.oldest(100), updates[2..].to_vec());
        memory.confirm(0);
        assert_eq!(memory.take_waiting(), updates[2..].to_vec());
        assert_eq!(memory.waiting(), 0);
    }
}
