//! Sends messages by `sendMessage`.
//!
//! The method has no idempotency, and a bot can't read what it has sent: a send whose response is lost is
//! left to people.

use crate::{
    client::{Answer, TelegramClient},
    keyboard::reply_markup,
    update::Update,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ports::messaging::{
    inbound_webhook::InboundMessage,
    message_channel::{LookupFailed, MessageChannel, OutboundMessage, Retry, SendLookup, SendOutcome},
};
use provider_http::TransportError;
use serde::Serialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Longest text that Telegram accepts, in UTF-16 units, the unit in which it counts.
const TEXT_LENGTH_MAX: usize = 4096;
/// Time-out of an acknowledgement; a later one has no use.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends messages as one bot, to private chats only.
pub struct TelegramMessages {
    /// Client that makes the calls.
    pub client: Arc<TelegramClient>,
}

#[derive(Serialize)]
struct SendMessage {
    chat_id: i64,
    text: String,
    link_preview_options: LinkPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<Value>,
}

/// Disables previews: Telegram's servers would fetch the link, and some of our links can be used only once.
#[derive(Serialize)]
struct LinkPreview {
    is_disabled: bool,
}

#[async_trait]
impl MessageChannel for TelegramMessages {
    async fn send(&self, message: &OutboundMessage) -> SendOutcome {
        let Some(chat_id) = private_chat(&message.recipient) else {
            return refused("the recipient is no private chat", Retry::Never);
        };
        if let Err(seconds) = self.client.limits.take(chat_id, self.client.clock.now()) {
            return refused("over Telegram's limits", Retry::After(Some(seconds)));
        }
        let parameters = SendMessage {
            chat_id,
            text: cut(&message.text, TEXT_LENGTH_MAX),
            link_preview_options: LinkPreview { is_disabled: true },
            reply_markup: reply_markup(&message.form),
        };
        match self.client.call("sendMessage", &parameters).await {
            Ok(answer) => outcome(&answer),
            Err(TransportError::NotSent(reason)) => refused(reason, Retry::After(None)),
            Err(TransportError::ResponseLost(reason)) => SendOutcome::Unknown { reason: reason.to_owned() },
        }
    }

    async fn find_sent(
        &self,
        _message: &OutboundMessage,
        _since: DateTime<Utc>,
        _known: &[String],
    ) -> Result<SendLookup, LookupFailed> {
        Ok(SendLookup::NeverKept)
    }

    async fn acknowledge(&self, message: &InboundMessage) {
        let query = Update::parse(&message.raw)
            .ok()
            .filter(|update| update.kind == "callback_query")
            .and_then(|update| update.item);
        let (method, parameters) = match (query, private_chat(&message.sender)) {
            // The pressed button shows a clock until the query is answered.
            (Some(id), _) => ("answerCallbackQuery", json!({"callback_query_id": id})),
            (None, Some(chat)) => ("sendChatAction", json!({"chat_id": chat, "action": "typing"})),
            (None, None) => return,
        };
        if let Err(fault) = self.client.call_within(ACKNOWLEDGE_TIMEOUT, method, &parameters).await {
            tracing::debug!(method, error = fault.reason(), "message not acknowledged");
        }
    }
}

/// Chat id of one person. None for a group, whose id is negative, and for any other address.
fn private_chat(address: &str) -> Option<i64> {
    address.parse().ok().filter(|chat| *chat > 0)
}

fn refused(reason: &str, retry: Retry) -> SendOutcome {
    SendOutcome::Rejected { code: None, reason: reason.to_owned(), retry }
}

fn outcome(answer: &Answer) -> SendOutcome {
    if let Some(result) = answer.result() {
        return match result.get("message_id").and_then(Value::as_i64) {
            Some(id) => SendOutcome::Sent { provider_id: id.to_string() },
            None => SendOutcome::Unknown { reason: "an answer that can't be read".into() },
        };
    }
    // Neither accepted nor refused: the outcome is unknown.
    let Some(code) = answer.refusal() else {
        return SendOutcome::Unknown { reason: answer.describe() };
    };
    SendOutcome::Rejected {
        code: Some(code.to_string()),
        reason: answer.describe(),
        retry: retry(code, answer),
    }
}

fn retry(code: u16, answer: &Answer) -> Retry {
    match code {
        401 | 404 => {
            // Every message fails in the same way until an operator fixes it, so no message is given up.
            tracing::error!(code, "Telegram does not know our bot; check the bot token and the API URL");
            Retry::After(None)
        }
        // Refused before processing.
        408 | 409 | 429 => Retry::After(answer.retry_after()),
        403 if answer.says("bot was blocked by the user") || answer.says("user is deactivated") => {
            Retry::OptedOut
        }
        // Not an answer of Telegram: a server on the way refused.
        _ if answer.reply.is_none() => Retry::After(answer.retry_after()),
        // Terminal: no such chat, a chat that the person never opened, an error in the request itself.
        _ => Retry::Never,
    }
}

/// Cuts a text to at most `units_max` UTF-16 units, never inside a character.
fn cut(text: &str, units_max: usize) -> String {
    let mut units = 0_usize;
    text.chars()
        .take_while(|c| {
            units = units.saturating_add(c.len_utf16());
            units <= units_max
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_cut_by_utf16_units_between_characters() {
        assert_eq!(cut("áé👍x", 4), "áé👍");
        assert_eq!(cut("áé👍x", 3), "áé", "half an emoji is dropped");
        assert_eq!(cut("", 3), "");
    }

    #[test]
    fn only_private_chats_are_accepted() {
        assert_eq!(private_chat("42"), Some(42));
        for address in ["-42", "0", "@channel", "whatsapp:+5255", "", "42 "] {
            assert_eq!(private_chat(address), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn a_cut_text_is_the_longest_beginning_that_fits(text in "\\PC{0,60}", most in 0_usize..40) {
            let kept = cut(&text, most);
            prop_assert!(text.starts_with(&kept));
            prop_assert!(kept.encode_utf16().count() <= most);
            let next = text.chars().nth(kept.chars().count());
            prop_assert!(next.is_none_or(|c| kept.encode_utf16().count() + c.len_utf16() > most));
        }
    }
}
