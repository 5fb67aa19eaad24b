//! Codes that we make ourselves, and the messages that carry them.

use crate::{kernel::Kernel, verification::draw_code::draw_code};
use chrono::{DateTime, Utc};
use domain::{
    channel_account::ChannelAccount,
    ids::{MessageId, VerificationId},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    verification::otp::{NO_TRANSACTION, OtpCode, Purpose, Recipient},
};
use ports::{
    accounts::ChatLinks,
    crypto::{CodeContext, CodeHasher},
    messaging::{
        Lane, NewOutbound,
        message_channel::{MessageForm, OutboundMessage, Template},
        texts::Texts,
    },
    verification::{OwnCode, OwnSend},
};
use std::{collections::HashMap, sync::Arc};

/// Makes our own codes.
pub struct OwnCodes {
    /// Hashes the codes.
    pub hasher: Arc<dyn CodeHasher>,
    /// The clock, the ids and the random source.
    pub kernel: Kernel,
    /// The texts around a code.
    pub texts: Arc<dyn Texts>,
    /// Finds the Telegram chat of a number.
    pub chats: Arc<dyn ChatLinks>,
    /// The code sender of each channel.
    pub accounts: HashMap<Channel, CodeAccount>,
}

/// The code sender of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAccount {
    /// The channel account, such as `twilio:sms:+1415…`.
    pub channel_account: ChannelAccount,
    /// The approved template that carries a code, where the provider allows no free text.
    pub template: Option<String>,
}

/// A code to send.
pub(super) struct CodeRequest<'a> {
    pub(super) verification: VerificationId,
    pub(super) to: &'a Recipient,
    pub(super) chat: Option<i64>,
    pub(super) purpose: Purpose,
    pub(super) locale: Locale,
    pub(super) page_host: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

impl OwnCodes {
    /// Draws a code and makes one message for each channel that we can send on, in order. `None`: we can send
    /// on none of them.
    pub(super) fn prepare(&self, wanted: &CodeRequest<'_>, channels: &[Channel]) -> Option<OwnSend> {
        let code = draw_code(self.kernel.random.as_ref());
        let mut messages = channels.iter().filter_map(|channel| self.message(wanted, *channel, &code));
        let message = messages.next()?;
        let fallback = messages.collect();
        let mut salt = [0; 16];
        self.kernel.random.fill(&mut salt);
        let mac = self.hasher.hash(&context(wanted.verification, wanted.to, wanted.purpose, salt), &code);
        let code = OwnCode { salt, mac, transaction_digest: NO_TRANSACTION };
        Some(OwnSend { code, message, fallback })
    }

    /// The hash of the code that was entered, under the key that the sent code was hashed with. `None`: that
    /// key is gone.
    pub(super) fn hash(
        &self,
        verification: VerificationId,
        to: &Recipient,
        purpose: Purpose,
        (kept, typed): (&OwnCode, &OtpCode),
    ) -> Option<[u8; 32]> {
        let context = context(verification, to, purpose, kept.salt);
        Some(self.hasher.hash_with(&kept.mac.key_id, &context, typed.reveal())?.mac)
    }

    /// A hash that tells whether two check attempts bring the same code of a provider, which is not known here.
    pub(super) fn name(
        &self,
        verification: VerificationId,
        to: &Recipient,
        purpose: Purpose,
        typed: &OtpCode,
    ) -> [u8; 32] {
        let salt = verification.0.into_bytes();
        self.hasher.hash(&context(verification, to, purpose, salt), typed.reveal()).mac
    }

    fn message(&self, wanted: &CodeRequest<'_>, channel: Channel, code: &str) -> Option<NewOutbound> {
        let account = self.accounts.get(&channel)?;
        let address = address_by(channel, wanted.to, wanted.chat)?;
        let seconds = wanted.expires_at.signed_duration_since(wanted.now).num_seconds();
        let minutes = seconds.saturating_add(59).checked_div(60).unwrap_or(1).max(1);
        let args = vec![("code", Arg::Text(code.to_owned())), ("minutes", Arg::Number(minutes))];
        let mut text = self.texts.render(wanted.locale, &Text { id: "code-message", args });
        if let (Channel::Sms, Some(host)) = (channel, wanted.page_host) {
            text = format!("{text}\n\n@{host} #{code}");
        }
        let id = MessageId(self.kernel.new_id());
        let mut message = OutboundMessage::plain(id, channel, address, text);
        if channel == Channel::Email {
            let subject = Text { id: "mail-code-subject", args: Vec::new() };
            let subject = self.texts.render(wanted.locale, &subject);
            message.form = MessageForm::Email { subject, locale: wanted.locale };
        }
        if let Some(name) = &account.template {
            message.form = MessageForm::Template(Template {
                name: name.clone(),
                language: wanted.locale.template_tag().to_owned(),
                parameters: vec![code.to_owned()],
                is_code: true,
            });
        }
        Some(NewOutbound {
            message,
            channel_account: account.channel_account.clone(),
            lane: Lane::Code,
            expires_at: wanted.expires_at,
            client: None,
        })
    }
}

/// The recipient's address on a channel: Telegram knows chats, all others know numbers and addresses.
pub(super) fn address_by(channel: Channel, to: &Recipient, chat: Option<i64>) -> Option<String> {
    match channel {
        Channel::Telegram => chat.map(|chat| chat.to_string()),
        Channel::Whatsapp | Channel::Sms | Channel::Call | Channel::Email => Some(to.canonical().to_owned()),
    }
}

fn context(verification: VerificationId, to: &Recipient, purpose: Purpose, salt: [u8; 16]) -> CodeContext {
    CodeContext {
        verification,
        salt,
        purpose,
        destination: to.canonical().to_owned(),
        transaction_digest: NO_TRANSACTION,
    }
}
