//! What Telegram stores: its counters, updates for redelivery, who blocked the bot, and the webhook.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where updates go, and what `getWebhookInfo` returns.
#[derive(Clone, Default)]
pub(crate) enum Hook {
    /// To the API, with the secret from the settings.
    #[default]
    FromSettings,
    /// To the address that `setWebhook` gave.
    Set { url: String, secret: Option<String>, max_connections: u64, allowed_updates: Option<Value> },
    /// Nowhere: `deleteWebhook` removed the webhook.
    None,
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
    /// The bot's own messages, needed for taps on their buttons.
    pub(crate) sent: BTreeMap<String, Value>,
    pub(crate) hook: Hook,
}

impl TelegramMemory {
    /// Starts the counters from two random numbers.
    pub(crate) fn new(update: u32, message: u32) -> Self {
        // Start below a billion, which leaves room for as many more in 32 bits.
        let start = |random: u32| u64::from(random).checked_rem(1_000_000_000).unwrap_or_default();
        Self { update_id: start(update), message_id: start(message), ..Self::default() }
    }

    /// An empty memory in which the counters go on.
    pub(crate) fn forgotten(&self) -> Self {
        Self { update_id: self.update_id, message_id: self.message_id, ..Self::default() }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_where_the_rest_is_forgotten() {
        let mut memory = TelegramMemory::new(u32::MAX, 7);
        assert_eq!(memory.next_message_id(), 8);
        memory.blocked.insert("+525511112222".into());
        let before = memory.update("message", json!({}))["update_id"].as_u64().unwrap();
        let mut after = memory.forgotten();
        assert!(after.blocked.is_empty());
        assert_eq!(after.update("message", json!({}))["update_id"].as_u64(), Some(before + 1));
        assert_eq!(after.next_message_id(), 9);
    }
}
