//! The webhook, which gets one update in each request.

use crate::{
    secrets::WebhookSecrets,
    token::is_word_byte,
    update::{Content, Update},
};
use chrono::{DateTime, Utc};
use domain::{
    channel_account::ChannelAccount,
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
    phone::PhoneNumber,
};
use ports::messaging::inbound_webhook::{
    ConsentReport, InboundEvent, InboundMessage, InboundWebhook, Notice, RawWebhook, SignatureInvalid,
    Undecodable,
};

/// Longest code in a link, in bytes.
const LINK_CODE_LENGTH_MAX: usize = 64;

/// Webhook for the updates of one bot. Only updates of private chats are acted on.
pub struct TelegramWebhook {
    /// Secrets that prove the sender.
    pub secrets: WebhookSecrets,
    /// Channel account of the bot, from its token.
    pub channel_account: ChannelAccount,
}

impl InboundWebhook for TelegramWebhook {
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        self.secrets.verify(webhook)
    }

    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
        let update = Update::parse(&webhook.body)?;
        Ok(vec![self.acted_upon(&update, &webhook.body).unwrap_or_else(|| {
            InboundEvent::Notice(Notice {
                channel_account: self.channel_account.key(),
                kind: update.kind,
                key: update.id.to_string(),
                raw: webhook.body.clone(),
            })
        })])
    }
}

impl TelegramWebhook {
    fn acted_upon(&self, update: &Update, body: &[u8]) -> Option<InboundEvent> {
        let person = person(update)?;
        if update.kind == "my_chat_member" {
            return Some(InboundEvent::Consent(ConsentReport {
                channel_account: self.channel_account.clone(),
                sender: person.to_string(),
                phone: None,
                scope: ConsentScope::All,
                consent: consent(&update.content)?,
                at: instant(update.date),
            }));
        }
        Some(InboundEvent::Message(InboundMessage {
            channel_account: self.channel_account.clone(),
            provider_event_id: update.id.to_string(),
            sender: person.to_string(),
            phone: None,
            profile_name: None,
            content: said(update)?,
            // The secret belongs to this bot alone.
            is_ours: true,
            sent_at: instant(update.date),
            raw: body.to_vec(),
        }))
    }
}

/// Person whose private chat the update is in. None outside private chats. The message of a pressed button
/// may be missing; then it is the person who pressed the button.
fn person(update: &Update) -> Option<i64> {
    match (update.kind.as_str(), update.chat) {
        ("message" | "edited_message" | "my_chat_member" | "callback_query", Some(chat)) => {
            chat.is_private.then_some(chat.id)
        }
        ("callback_query", None) => update.from,
        _ => None,
    }
}

/// Content of a person's message. None when the update is not one.
fn said(update: &Update) -> Option<InboundContent> {
    if update.kind == "edited_message" {
        // A live location is edited every few seconds, by itself.
        let Content::Text(text) = &update.content else { return None };
        return Some(InboundContent::Edited(text.clone()));
    }
    match &update.content {
        Content::Text(text) => Some(words(text)),
        Content::Contact { number, owner } => {
            // Telegram confirms only the sender's own number.
            let is_own = owner.is_some() && *owner == update.from;
            let number = is_own.then(|| canonical(number)).flatten();
            Some(number.map_or_else(|| InboundContent::Other("contact".into()), InboundContent::OwnNumber))
        }
        Content::Media { kind, .. } => Some(InboundContent::Other((*kind).to_owned())),
        Content::Press { data, title } => {
            let id = data.clone()?;
            Some(InboundContent::Button { title: title.clone().unwrap_or_else(|| id.clone()), id })
        }
        Content::Nothing => Some(InboundContent::Other("unknown".into())),
        Content::Standing(_) | Content::Service(_) => None,
    }
}

/// Reads a text: `/start` with a code is a link code; any other command loses its `@bot`.
fn words(text: &str) -> InboundContent {
    let plain = || InboundContent::Text(text.to_owned());
    let Some(command) = text.strip_prefix('/') else { return plain() };
    let end = command.find(char::is_whitespace).unwrap_or(command.len());
    let (name, rest) = command.split_at_checked(end).unwrap_or((command, ""));
    let (name, bot) = name.split_once('@').unwrap_or((name, ""));
    let code = rest.trim();
    let is_code = (1..=LINK_CODE_LENGTH_MAX).contains(&code.len()) && code.bytes().all(is_word_byte);
    if name == "start" && is_code {
        InboundContent::LinkCode(code.to_owned())
    } else if bot.is_empty() {
        plain()
    } else {
        InboundContent::Text(format!("/{name}{rest}"))
    }
}

/// Canonical form of a number. Telegram writes the country code with or without a `+` before it.
fn canonical(number: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse_international(&format!("+{}", number.trim().trim_start_matches('+'))).ok()
}

/// Blocking the bot is an opt-out, and unblocking it an opt-in. None for any other status.
fn consent(content: &Content) -> Option<ConsentStatus> {
    match content {
        Content::Standing(status) if status == "kicked" => Some(ConsentStatus::OptedOut),
        Content::Standing(status) if status == "member" => Some(ConsentStatus::OptedIn),
        _ => None,
    }
}

/// Time of the update. None for the date 0, which a message that can't be accessed any more has.
fn instant(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds.filter(|seconds| *seconds > 0)?, 0)
}

#[cfg(test)]
mod tests;
