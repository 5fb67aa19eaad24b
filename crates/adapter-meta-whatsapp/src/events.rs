//! Turns the items of a body into events: which updates are acted on, and which are only recorded.

use crate::{
    content::{Content, phone_of},
    items::{Change, Item, MESSAGES, Message, Preference, Status, What},
};
use chrono::{DateTime, Utc};
use domain::{
    channel_account::{ChannelAccount, InvalidChannelAccount, Provider},
    message::{Channel, DeliveryStatus},
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        conversation::InboundContent,
    },
};
use ports::messaging::inbound_webhook::{ConsentReport, InboundEvent, InboundMessage, Notice, StatusReport};
use ring::digest;

/// Error code for a person who has stopped our messages.
pub(crate) const OPTED_OUT: &str = "131050";

/// Channel account of a number, `meta:whatsapp:{phone_number_id}`. It is part of every key.
///
/// # Errors
/// When the id is empty.
pub fn channel_account(phone_number_id: &str) -> Result<ChannelAccount, InvalidChannelAccount> {
    ChannelAccount::try_new(Provider::Meta, Channel::Whatsapp, phone_number_id)
}

/// Events of an item. `ours` are the phone number ids of our numbers.
pub(crate) fn events(item: &Item, ours: &[String]) -> Vec<InboundEvent> {
    let is_ours = item.phone_number_id.as_ref().is_some_and(|id| ours.contains(id));
    let is_news_of_messages = item.field == MESSAGES;
    let one = match &item.what {
        What::Message(message) => return events_of_message(item, message, is_ours),
        What::Echo(message) => notice(item, item.field.clone(), Some(message.id.clone())),
        What::Status(status) => match delivery_status(&status.status) {
            Some(known) if is_news_of_messages && is_ours => InboundEvent::Status(report(status, known)),
            _ => {
                let id = status.id.as_str();
                let key = format!("{id}:{}:{}", status.status, status.timestamp.as_deref().unwrap_or(""));
                notice(item, format!("status:{}", status.status), Some(key))
            }
        },
        What::Failure(code) => notice(item, format!("error:{}", code.as_deref().unwrap_or("?")), None),
        What::Unreadable(part) => notice(item, format!("unreadable:{part}"), None),
        What::Change(change) => return changes(item, change, is_ours),
    };
    vec![one]
}

/// A message that names no number of ours belongs to no conversation, so it is only recorded.
fn events_of_message(item: &Item, message: &Message, is_ours: bool) -> Vec<InboundEvent> {
    let ends_identity = item.field == MESSAGES && message.content.ends_identity();
    let recorded = |kind: String| vec![notice(item, kind, Some(message.id.clone()))];
    match (notice_of_message(&item.field, message), account_of(item)) {
        (Some(kind), _) if !ends_identity => recorded(kind),
        (_, None) => recorded("unreadable:message".into()),
        (_, Some(account)) if ends_identity => identity_changed(item, message, account, is_ours),
        (_, Some(account)) => vec![InboundEvent::Message(inbound(item, message, account, is_ours))],
    }
}

/// Kind of the notice for a message that gets no reply: one in a group, or one about a message or a sender.
/// None for a message that gets a reply.
fn notice_of_message(field: &str, message: &Message) -> Option<String> {
    if field != MESSAGES {
        return Some(field.to_owned());
    }
    if message.group.is_some() {
        return Some("group_message".into());
    }
    match &message.content {
        Content::System { kind, .. } => Some(kind.clone().unwrap_or_else(|| "system".into())),
        _ if matches!(message.kind.as_str(), "system" | "revoke") => Some(message.kind.clone()),
        _ => None,
    }
}

fn inbound(item: &Item, message: &Message, account: ChannelAccount, is_ours: bool) -> InboundMessage {
    InboundMessage {
        channel_account: account,
        provider_event_id: message.id.clone(),
        phone: phone_of(&message.sender),
        sender: message.sender.clone(),
        profile_name: message.profile_name.clone(),
        content: message.content.said(&message.kind),
        is_ours,
        sent_at: instant(message.timestamp.as_deref()),
        raw: item.raw.clone(),
    }
}

/// One event for the sender's address, and one for each new number or id, because another person may have
/// used it before.
fn identity_changed(
    item: &Item,
    message: &Message,
    account: ChannelAccount,
    is_ours: bool,
) -> Vec<InboundEvent> {
    let told = InboundMessage {
        content: InboundContent::IdentityChanged,
        profile_name: None,
        ..inbound(item, message, account, is_ours)
    };
    let renamed = message.content.new_addresses().filter(|address| **address != message.sender);
    let of_new = renamed.map(|address| InboundMessage {
        provider_event_id: format!("{}:{address}", message.id),
        phone: phone_of(address),
        sender: address.clone(),
        ..told.clone()
    });
    std::iter::once(told.clone()).chain(of_new).map(InboundEvent::Message).collect()
}

fn report(status: &Status, known: DeliveryStatus) -> StatusReport {
    StatusReport {
        message: status.callback_data.as_deref().and_then(|data| data.parse().ok()),
        provider_id: Some(status.id.clone()),
        status: known,
        error: status.errors.first().cloned(),
        opted_out: status.errors.iter().any(|code| code == OPTED_OUT),
        at: instant(status.timestamp.as_deref()),
        price_category: status.pricing_category.clone(),
    }
}

/// Maps Meta's status to ours. `played` is the `read` of a voice message. None for any other status, also for
/// `deleted`: a deleted message did go out.
fn delivery_status(state: &str) -> Option<DeliveryStatus> {
    match state {
        "sent" => Some(DeliveryStatus::Sent),
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" | "played" => Some(DeliveryStatus::Read),
        "failed" => Some(DeliveryStatus::Failed),
        _ => None,
    }
}

/// One consent event for each marketing preference. Any other change becomes one notice, and so does a change
/// with a preference that can't be read.
fn changes(item: &Item, change: &Change, is_ours: bool) -> Vec<InboundEvent> {
    let is_about_us = item.field == "user_preferences" && is_ours;
    let words = change.preferences.iter().filter(|_| is_about_us);
    let mut events: Vec<_> =
        words.filter_map(|word| consent(item, word)).map(InboundEvent::Consent).collect();
    if events.is_empty() || events.len() < change.preferences.len() {
        events.push(notice(item, item.field.clone(), None));
    }
    events
}

fn consent(item: &Item, word: &Preference) -> Option<ConsentReport> {
    let consent = match word.value.as_deref()? {
        "stop" => ConsentStatus::OptedOut,
        "resume" | "signup" => ConsentStatus::OptedIn,
        _ => return None,
    };
    let is_marketing = word.category.as_deref() == Some("marketing_messages");
    is_marketing.then_some(ConsentReport {
        channel_account: account_of(item)?,
        sender: word.wa_id.clone().or_else(|| word.user_id.clone())?,
        phone: word.wa_id.as_deref().and_then(phone_of),
        scope: ConsentScope::Marketing,
        consent,
        at: instant(word.timestamp.as_deref()),
    })
}

fn notice(item: &Item, kind: String, id: Option<String>) -> InboundEvent {
    let kind = if kind.is_empty() { "unknown".to_owned() } else { kind };
    let key = id.unwrap_or_else(|| hash(item));
    // Reports about the whole account name no number; their text ends after the channel.
    let channel_account = account_of(item).map_or_else(|| "meta:whatsapp:".to_owned(), String::from);
    InboundEvent::Notice(Notice { channel_account, kind, key, raw: item.raw.clone() })
}

/// Key of an update without an id. Account, time and field are part of it, so the same update at another time
/// has another key.
fn hash(item: &Item) -> String {
    let mut hashed = digest::Context::new(&digest::SHA256);
    let where_it_stood = [item.business_account.as_deref(), item.entry_time.as_deref(), Some(&item.field)];
    for part in where_it_stood {
        hashed.update(part.unwrap_or_default().as_bytes());
        hashed.update(b"\n");
    }
    hashed.update(&item.raw);
    hex::encode(hashed.finish())
}

/// Channel account that an item belongs to. None when it names no number.
fn account_of(item: &Item) -> Option<ChannelAccount> {
    channel_account(item.phone_number_id.as_deref()?).ok()
}

fn instant(seconds: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds?.parse().ok()?, 0)
}
