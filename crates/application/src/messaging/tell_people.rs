//! Tell people about decisions that they did not see being made: somebody paid them, the outside bank carried their
//! payment out or refused it, their account was frozen, their MFA settings changed.
//!
//! Each alert was stored with its decision. It becomes messages in the transaction that removes it, so it is told
//! once, also after a crash.

mod payment;

use self::payment::payment_text;
use crate::kernel::Kernel;
use chrono::{DateTime, Duration, Utc};
use domain::{
    accounts::freeze::told_on,
    channel_account::ChannelAccount,
    email::EmailAddress,
    ids::{MessageId, TransferId, UserId},
    locale::Locale,
    message::{Channel, is_window_open},
    messaging::{
        consent::ConsentStatus,
        conversation::{Arg, Text},
    },
    money::transfer::{Transfer, TransferStatus},
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{
    accounts::{ChatLinks, Identities, Profile, Users},
    messaging::{
        AlertKind, AlertMessage, Alerts, ConversationView, Conversations, Lane, LeasedAlert, NewOutbound,
        message_channel::{MessageForm, OutboundMessage, Template},
        texts::Texts,
    },
    money::{Ledger, OutboundPayments},
    store_error::StoreResult,
};
use std::{cmp::Reverse, sync::Arc};

/// How long a worker has an alert.
const LEASE: Duration = Duration::seconds(10);
/// How often an alert is tried before it is given up.
const TRIES_MAX: i64 = 10;
/// How long a message about money may wait in the outbox.
const RECEIVED_WAITS: Duration = Duration::hours(24);
/// How long a message about an account may wait in the outbox.
const ACCOUNT_WAITS: Duration = Duration::hours(48);
/// On which channel the person is told of a changed MFA setting: e-mail first, because the phone may be the one that
/// was lost. Where neither reaches them, their chat does.
const MFA_TOLD_ON: &[&[Channel]] = &[&[Channel::Email, Channel::Sms]];

/// Tells people what happened.
pub struct TellPeople {
    parts: TellPeopleParts,
    kernel: Kernel,
}

/// The stores and settings that [`TellPeople`] needs.
pub struct TellPeopleParts {
    /// The port of alerts.
    pub alerts: Arc<dyn Alerts>,
    /// The ledger port.
    pub ledger: Arc<dyn Ledger>,
    /// The port of payments to an outside bank.
    pub payments: Arc<dyn OutboundPayments>,
    /// The port of users, for the names that others see.
    pub identities: Arc<dyn Identities>,
    /// The port of users, for their addresses.
    pub accounts: Arc<dyn Users>,
    /// The port of bound chats.
    pub links: Arc<dyn ChatLinks>,
    /// The port of conversations.
    pub conversations: Arc<dyn Conversations>,
    /// The message catalogues.
    pub texts: Arc<dyn Texts>,
    /// The channel accounts that people chat with.
    pub chats: Vec<ChannelAccount>,
    /// The channel account that SMS go out from; `None`: no SMS are sent.
    pub sms: Option<ChannelAccount>,
    /// The channel account that mail goes out from; `None`: no mail is sent.
    pub mail: Option<ChannelAccount>,
    /// The template for money received, outside the 24-hour window. `None`: nothing is sent then. Its parameters
    /// are the amount and the payer's name.
    pub received_template: Option<String>,
    /// The language for a person of whom none is known.
    pub default_locale: Locale,
}

impl TellPeople {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: TellPeopleParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }

    /// Turns up to `count` alerts into messages, and returns how many alerts it leased.
    pub async fn run(&self, count: usize) -> StoreResult<usize> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let leased = self.parts.alerts.lease_alerts(now, until, count).await?;
        for alert in &leased {
            self.tell(alert).await?;
        }
        Ok(leased.len())
    }

    #[tracing::instrument(name = "tell_people", level = "debug", skip_all, fields(user = %alert.user))]
    async fn tell(&self, alert: &LeasedAlert) -> StoreResult<()> {
        let messages = if alert.fence > TRIES_MAX {
            tracing::error!(alert = alert.seq, "an alert was given up");
            Vec::new()
        } else {
            match alert.kind {
                AlertKind::Received { transfer } => {
                    self.received(alert, transfer).await?.into_iter().collect()
                }
                AlertKind::PaymentChanged { transfer, status } => {
                    self.payment_changed(alert, transfer, status).await?.into_iter().collect()
                }
                AlertKind::Frozen { ordered_on } => {
                    let text = frozen_text("alert-frozen", ordered_on);
                    self.told(alert, told_on(ordered_on), ("mail-frozen-subject", text)).await?
                }
                AlertKind::MfaTurnedOn => self.told_of_mfa(alert, "alert-mfa-on").await?,
                AlertKind::MfaTurnedOff => self.told_of_mfa(alert, "alert-mfa-off").await?,
                AlertKind::BackupCodesMade => self.told_of_mfa(alert, "alert-backup-codes").await?,
            }
        };
        match alert.kind {
            _ if !messages.is_empty() => {}
            // A person without a conversation sees the money in the statement.
            AlertKind::Received { .. } | AlertKind::PaymentChanged { .. } => {
                tracing::debug!(alert = alert.seq, "nobody was told: no channel reaches the person now");
            }
            _ => tracing::warn!(
                alert = alert.seq,
                kind = ?alert.kind,
                "a person could not be told of a change to their account: no channel reaches them"
            ),
        }
        self.parts.alerts.finish_alert(alert, &messages, self.kernel.now()).await.map(|_is_ours| ())
    }

    /// The message in the payee's newest conversation. `None`: they have none, opted out, or may not be written
    /// to now.
    async fn received(&self, alert: &LeasedAlert, transfer: TransferId) -> StoreResult<Option<AlertMessage>> {
        let Some(profile) = self.parts.accounts.profile(alert.user).await? else { return Ok(None) };
        let Some(conversation) = self.newest_conversation(alert.user, profile.phone.as_ref()).await? else {
            return Ok(None);
        };
        let Some(address) = conversation.address.clone() else { return Ok(None) };
        if conversation.consent == ConsentStatus::OptedOut {
            return Ok(None);
        }
        let Some(transfer) = self.parts.ledger.find_transfer(transfer).await? else { return Ok(None) };
        let locale = profile.locale.or(conversation.state.locale).unwrap_or(self.parts.default_locale);
        let payer = match transfer.deposit_source() {
            // The owner of a deposit is the person who is told.
            Some(_source) => {
                self.parts.texts.render(locale, &Text { id: "alert-deposit-payer", args: Vec::new() })
            }
            None => self.parts.identities.shown_name(transfer.owner).await?.unwrap_or_default(),
        };
        let id = MessageId(self.kernel.new_id());
        let text = self.parts.texts.render(locale, &received_text(&transfer, &payer));
        let mut message = OutboundMessage::plain(id, conversation.channel, address, text);
        if !is_window_open(conversation.channel, conversation.last_inbound_at, self.kernel.now()) {
            let Some(name) = &self.parts.received_template else { return Ok(None) };
            message.form = MessageForm::Template(Template {
                name: name.clone(),
                language: locale.template_tag().to_owned(),
                parameters: vec![transfer.amount.to_string(), payer],
                is_code: false,
            });
        }
        Ok(Some(self.in_conversation(&conversation, message, RECEIVED_WAITS)))
    }

    /// The message about a payment whose status the outside bank changed, in the conversation in which it was ordered;
    /// else in the newest one. `None`: there is none, or it may not be written to now.
    async fn payment_changed(
        &self,
        alert: &LeasedAlert,
        transfer: TransferId,
        status: TransferStatus,
    ) -> StoreResult<Option<AlertMessage>> {
        let Some(transfer) = self.parts.ledger.find_transfer(transfer).await? else { return Ok(None) };
        let Some(profile) = self.parts.accounts.profile(alert.user).await? else { return Ok(None) };
        let ordered_in = match transfer.caller {
            Principal::Chat(id) => self.parts.conversations.find_conversation(id).await?,
            _ => None,
        };
        let conversation = match ordered_in {
            Some(conversation) => Some(conversation),
            None => self.newest_conversation(alert.user, profile.phone.as_ref()).await?,
        };
        let Some(conversation) = conversation.filter(|found| self.is_writable(found)) else {
            return Ok(None);
        };
        let payment = self.parts.payments.find_payment(transfer.id).await?;
        let wallet = self.parts.ledger.find_wallet(transfer.from).await?;
        let text = payment_text(&transfer, status, payment.as_ref(), wallet.map(|wallet| wallet.available));
        let locale = conversation.state.locale.or(profile.locale).unwrap_or(self.parts.default_locale);
        Ok(self.plain_in(&conversation, self.parts.texts.render(locale, &text), RECEIVED_WAITS))
    }

    /// Whether a message of ours may go into a conversation now.
    fn is_writable(&self, conversation: &ConversationView) -> bool {
        conversation.consent != ConsentStatus::OptedOut
            && is_window_open(conversation.channel, conversation.last_inbound_at, self.kernel.now())
    }

    /// A message in a conversation. `None`: its address was erased.
    fn plain_in(
        &self,
        conversation: &ConversationView,
        body: String,
        waits: Duration,
    ) -> Option<AlertMessage> {
        let address = conversation.address.clone()?;
        let id = MessageId(self.kernel.new_id());
        let message = OutboundMessage::plain(id, conversation.channel, address, body);
        Some(self.in_conversation(conversation, message, waits))
    }

    fn in_conversation(
        &self,
        conversation: &ConversationView,
        message: OutboundMessage,
        waits: Duration,
    ) -> AlertMessage {
        let message = NewOutbound {
            message,
            channel_account: conversation.channel_account.clone(),
            lane: Lane::Conversation,
            expires_at: later(self.kernel.now(), waits),
            client: None,
        };
        AlertMessage { message, conversation: Some(conversation.id) }
    }

    /// The conversation in which the person last wrote, on any channel.
    async fn newest_conversation(
        &self,
        user: UserId,
        phone: Option<&PhoneNumber>,
    ) -> StoreResult<Option<ConversationView>> {
        let mut found = Vec::new();
        if let Some(phone) = phone {
            found.push(self.conversation(Channel::Whatsapp, phone.e164()).await?);
        }
        if let Some(chat) = self.parts.links.newest_chat_of(user).await? {
            found.push(self.conversation(Channel::Telegram, &chat.to_string()).await?);
        }
        let mut found: Vec<ConversationView> = found.into_iter().flatten().collect();
        found.sort_by_key(|conversation| Reverse(conversation.last_inbound_at));
        Ok(found.into_iter().next())
    }

    async fn conversation(&self, channel: Channel, key: &str) -> StoreResult<Option<ConversationView>> {
        self.parts.conversations.newest_conversation(channel, key, &self.parts.chats).await
    }

    /// The message about a changed MFA setting: by e-mail, else by SMS, else in the person's newest conversation.
    async fn told_of_mfa(&self, alert: &LeasedAlert, id: &'static str) -> StoreResult<Vec<AlertMessage>> {
        let text = Text { id, args: Vec::new() };
        let told = self.told(alert, MFA_TOLD_ON, ("mail-mfa-subject", text.clone())).await?;
        if told.is_empty() {
            Ok(self.told_in_chat(alert, &text).await?.into_iter().collect())
        } else {
            Ok(told)
        }
    }

    /// The message in the newest conversation. `None`: there is none, the person opted out, or its window is closed.
    async fn told_in_chat(&self, alert: &LeasedAlert, text: &Text) -> StoreResult<Option<AlertMessage>> {
        let Some(profile) = self.parts.accounts.profile(alert.user).await? else { return Ok(None) };
        let Some(conversation) = self.newest_conversation(alert.user, profile.phone.as_ref()).await? else {
            return Ok(None);
        };
        if !self.is_writable(&conversation) {
            return Ok(None);
        }
        let body = self.parts.texts.render(self.locale_of(&profile).await?, text);
        Ok(self.plain_in(&conversation, body, ACCOUNT_WAITS))
    }

    /// The messages about an account: each on the first of its channels that reaches the person.
    async fn told(
        &self,
        alert: &LeasedAlert,
        on: &[&[Channel]],
        (subject, text): (&'static str, Text),
    ) -> StoreResult<Vec<AlertMessage>> {
        let Some(profile) = self.parts.accounts.profile(alert.user).await? else { return Ok(Vec::new()) };
        let locale = self.locale_of(&profile).await?;
        let messages = on.iter().filter_map(|channels| {
            let mut made =
                channels.iter().map(|channel| self.message_on(*channel, &profile, locale, (subject, &text)));
            made.find_map(|message| message)
        });
        Ok(messages.map(|message| AlertMessage { message, conversation: None }).collect())
    }

    fn message_on(
        &self,
        channel: Channel,
        profile: &Profile,
        locale: Locale,
        (subject, text): (&'static str, &Text),
    ) -> Option<NewOutbound> {
        let id = MessageId(self.kernel.new_id());
        let body = self.parts.texts.render(locale, text);
        let (message, account) = match channel {
            Channel::Sms => {
                let number = profile.phone.as_ref()?.e164().to_owned();
                (OutboundMessage::plain(id, channel, number, body), self.parts.sms.clone()?)
            }
            Channel::Email => {
                let to = profile.email.as_ref().map(EmailAddress::as_str)?.to_owned();
                let subject = Text { id: subject, args: Vec::new() };
                let subject = self.parts.texts.render(locale, &subject);
                (OutboundMessage::email(id, to, (subject, body), locale), self.parts.mail.clone()?)
            }
            Channel::Whatsapp | Channel::Telegram | Channel::Call => return None,
        };
        Some(NewOutbound {
            message,
            channel_account: account,
            lane: Lane::Conversation,
            expires_at: later(self.kernel.now(), ACCOUNT_WAITS),
            client: None,
        })
    }

    /// The person's setting, else the language of their newest conversation. A freeze unbinds chats, so of those
    /// only the number's is left.
    async fn locale_of(&self, profile: &Profile) -> StoreResult<Locale> {
        if let Some(locale) = profile.locale {
            return Ok(locale);
        }
        let conversation = self.newest_conversation(profile.user, profile.phone.as_ref()).await?;
        let spoken = conversation.and_then(|conversation| conversation.state.locale);
        Ok(spoken.unwrap_or(self.parts.default_locale))
    }
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

fn received_text(transfer: &Transfer, payer: &str) -> Text {
    let mut args = vec![("amount", Arg::Text(transfer.amount.to_string()))];
    let is_deposit = transfer.deposit_source().is_some();
    if !is_deposit {
        args.push(("payer", Arg::Text(payer.to_owned())));
    }
    if let Some(concept) = &transfer.concept {
        args.push(("concept", Arg::Text(concept.clone())));
    }
    let id = match (is_deposit, transfer.concept.is_some()) {
        (false, false) => "alert-received",
        (false, true) => "alert-received-concept",
        (true, false) => "alert-deposit",
        (true, true) => "alert-deposit-concept",
    };
    Text { id, args }
}

fn frozen_text(id: &'static str, ordered_on: Option<Channel>) -> Text {
    let channel = ordered_on.map_or("none", Channel::name);
    Text { id, args: vec![("channel", Arg::Text(channel.to_owned()))] }
}

#[cfg(test)]
mod tests;
