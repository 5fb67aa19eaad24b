//! The rows of an export. Of a row that is shared with others, only the person's side.

use super::{cells, explanations::Section};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    email::EmailAddress,
    ids::UserId,
    locale::Locale,
    money::{account_number::AccountNumber, counterpart::Counterpart, payees::Payee, transfer::Transfer},
    phone::PhoneNumber,
};
use ports::{
    accounts::{Profile, SessionView},
    messaging::TranscriptMessage,
    money::{EntryView, WalletView},
    privacy::{OwnAnswers, OwnChat, OwnCode, OwnConsent, OwnConversation},
};
use serde_json::{Map, Value, json};

/// The heading of `statement.csv`.
pub(super) const STATEMENT_COLUMNS: [&str; 9] = [
    "created_at",
    "wallet_id",
    "wallet",
    "amount",
    "currency",
    "balance_after",
    "transfer_id",
    "counterpart",
    "concept",
];

/// What a message says.
pub(super) struct Said {
    pub(super) is_ours: bool,
    /// `None`: it had no text, or its text is gone.
    pub(super) text: Option<String>,
}

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A line of `statement.csv`. Another person's name and concept are theirs.
pub(super) fn statement_line(wallet: &WalletView, entry: &EntryView, user: UserId) -> String {
    let transfer = &entry.transfer;
    let counterpart = match &entry.counterpart {
        Counterpart::Person(_) => String::new(),
        Counterpart::OwnWallet(name) => name.clone(),
        Counterpart::Account(masked) => masked.clone(),
        Counterpart::Unknown => String::new(),
    };
    let concept = if transfer.owner == user { transfer.concept.clone() } else { None };
    let cells = [
        time(entry.at),
        wallet.id.to_string(),
        cells::text(&wallet.name),
        entry.amount.decimal(),
        entry.amount.currency.code().to_owned(),
        entry.balance_after.decimal(),
        transfer.id.to_string(),
        cells::text(&counterpart),
        cells::text(&concept.unwrap_or_default()),
    ];
    cells::row(&cells.each_ref().map(String::as_str))
}

pub(super) fn profile(profile: &Profile) -> Value {
    json!({
        "user_id": profile.user.to_string(),
        "email": profile.email.as_ref().map(EmailAddress::as_str),
        "email_verified": profile.email_verified,
        "phone": profile.phone.as_ref().map(PhoneNumber::e164),
        "phone_not_verified": profile.claimed_phone.as_ref().map(PhoneNumber::e164),
        "phone_replaced_at": profile.phone_replaced_at.map(time),
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "locale": profile.locale.map(Locale::tag),
        "mfa_enabled": profile.mfa_enabled,
        "frozen_at": profile.freeze.frozen_at.map(time),
    })
}

pub(super) fn session(session: &SessionView) -> Value {
    json!({
        "id": session.id.to_string(),
        "device": session.device,
        "created_at": time(session.created_at),
        "last_used_at": time(session.last_used_at),
        "expires_at": time(session.expires_at),
    })
}

pub(super) fn chat(chat: &OwnChat) -> Value {
    json!({ "channel": "telegram", "name": chat.name, "bound_at": time(chat.bound_at) })
}

pub(super) fn wallet(wallet: &WalletView, clabe: Option<&AccountNumber>) -> Value {
    json!({
        "id": wallet.id.to_string(),
        "name": wallet.name,
        "type": wallet.kind,
        "currency": wallet.posted.currency.code(),
        "balance": wallet.posted.decimal(),
        "available": wallet.available.decimal(),
        "clabe": clabe.map(AccountNumber::canonical),
    })
}

/// A transfer that the person ordered. The destination is masked: it may be somebody's number.
pub(super) fn transfer(transfer: &Transfer) -> Value {
    json!({
        "id": transfer.id.to_string(),
        "folio": transfer.folio.to_string(),
        "from_wallet_id": transfer.from.to_string(),
        "amount": transfer.amount.decimal(),
        "currency": transfer.amount.currency.code(),
        "destination": transfer.destination.masked(),
        "concept": transfer.concept,
        "status": transfer.status.name(),
        "created_at": time(transfer.created_at),
    })
}

pub(super) fn payee(payee: &Payee) -> Value {
    json!({
        "id": payee.id.to_string(),
        "name": payee.name,
        "account": payee.account.masked(),
        "last_paid_at": time(payee.last_paid_at),
    })
}

pub(super) fn conversation(conversation: &OwnConversation) -> Value {
    json!({
        "id": conversation.id.to_string(),
        "channel": conversation.channel.name(),
        "our_address": conversation.channel_account,
        "created_at": time(conversation.created_at),
        "last_inbound_at": conversation.last_inbound_at.map(time),
    })
}

pub(super) fn message(conversation: &OwnConversation, line: &TranscriptMessage, said: &Said) -> Value {
    json!({
        "id": line.id.to_string(),
        "conversation_id": conversation.id.to_string(),
        "direction": if said.is_ours { "from_us" } else { "from_you" },
        "at": time(line.at),
        "text": said.text,
    })
}

pub(super) fn answers(answers: &OwnAnswers) -> Value {
    let given: Map<String, Value> =
        answers.answers.iter().map(|(question, answer)| (question.clone(), json!(answer))).collect();
    json!({
        "id": answers.id.to_string(),
        "flow": answers.flow,
        "version": answers.version,
        "completed_at": time(answers.completed_at),
        "answers": given,
    })
}

pub(super) fn code(code: &OwnCode) -> Value {
    json!({
        "id": code.id.to_string(),
        "at": time(code.at),
        "channel": code.channel,
        "purpose": code.purpose,
        "status": code.status,
    })
}

pub(super) fn consent(consent: &OwnConsent) -> Value {
    json!({ "channel": consent.channel, "status": consent.status, "at": time(consent.at) })
}

/// The beginning of `conversation.html`. The page loads nothing.
pub(super) fn page_head(titles: &Section, locale: Locale) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}}\
         p{{margin:.5rem 0;padding:.5rem .75rem;border-left:.25rem solid #667}}p.you{{border-color:#06c}}\
         small{{color:#555}}</style></head>\n<body>\n<h1>{}</h1>\n",
        locale.tag(),
        cells::html(&titles.title),
        cells::html(&titles.title)
    )
}

/// The heading of a conversation.
pub(super) fn page_conversation(conversation: &OwnConversation) -> String {
    format!(
        "<h2>{} · {}</h2>\n",
        cells::html(conversation.channel.name()),
        cells::html(&time(conversation.created_at))
    )
}

/// A message of `conversation.html`.
pub(super) fn page_line(titles: &Section, line: &TranscriptMessage, said: &Said) -> String {
    let (class, who) = if said.is_ours { ("us", &titles.us) } else { ("you", &titles.you) };
    let text = cells::html(said.text.as_deref().unwrap_or("—")).replace('\n', "<br>");
    format!("<p class=\"{class}\"><small>{} · {}</small><br>{text}</p>\n", cells::html(who), time(line.at))
}

/// The end of `conversation.html`.
pub(super) const PAGE_END: &str = "</body>\n</html>\n";
