//! Our own numbers and bots: the channel account that a conversation is held with and a message goes out from.

use crate::{email::EmailAddress, message::Channel};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, str::FromStr};
use thiserror::Error;

/// A provider that carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Twilio: WhatsApp, SMS and calls.
    Twilio,
    /// Meta: WhatsApp over its Cloud API.
    Meta,
    /// Telegram: its own chats, through a bot.
    Telegram,
    /// A mail server, over SMTP.
    Smtp,
}

impl Provider {
    /// The name in the database and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Meta => "meta",
            Self::Telegram => "telegram",
            Self::Smtp => "smtp",
        }
    }

    /// The longest text of one message, in characters: Twilio's `Body`, Meta's text body, Telegram's message. Mail
    /// has no such limit that a text of ours could reach.
    #[must_use]
    pub const fn text_length_max(self) -> usize {
        match self {
            Self::Twilio => 1600,
            Self::Meta | Self::Telegram => 4096,
            Self::Smtp => usize::MAX,
        }
    }

    /// Whether it tells the price of a message when it is asked after the delivery.
    #[must_use]
    pub const fn tells_prices(self) -> bool {
        matches!(self, Self::Twilio)
    }

    /// Reads the name that [`Provider::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Twilio, Self::Meta, Self::Telegram, Self::Smtp]
            .into_iter()
            .find(|provider| provider.name() == name)
    }
}

/// Our own number or bot on one channel of one provider. It is part of the keys of conversations, messages
/// and notices.
///
/// Its text form is the names of the provider and of the channel, and the address, with colons between them:
/// `twilio:whatsapp:+14155238886`. The address is not empty, and may itself contain colons. `Debug` and
/// `Display` show it whole, because it is ours and no person's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ChannelAccount {
    provider: Provider,
    channel: Channel,
    address: String,
}

/// The text is no channel account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is no channel account, such as twilio:whatsapp:+14155238886")]
pub struct InvalidChannelAccount;

impl ChannelAccount {
    /// The account at an address: a number with + and country code, or the provider's own id of it.
    ///
    /// # Errors
    /// When the address is empty.
    pub fn try_new(
        provider: Provider,
        channel: Channel,
        address: impl Into<String>,
    ) -> Result<Self, InvalidChannelAccount> {
        let address = address.into();
        if address.is_empty() { Err(InvalidChannelAccount) } else { Ok(Self { provider, channel, address }) }
    }

    /// The account of a Telegram bot, by the bot's id: `telegram:telegram:123456789`.
    #[must_use]
    pub fn of_bot(bot_id: i64) -> Self {
        Self { provider: Provider::Telegram, channel: Channel::Telegram, address: bot_id.to_string() }
    }

    /// The account that e-mail from this address goes out from: `smtp:email:bank@example.com`.
    #[must_use]
    pub fn of_mail(from: &EmailAddress) -> Self {
        Self { provider: Provider::Smtp, channel: Channel::Email, address: from.as_str().to_owned() }
    }

    /// The provider that it belongs to.
    #[must_use]
    pub const fn provider(&self) -> Provider {
        self.provider
    }

    /// The channel that its messages use.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// The number or id at the provider, without provider and channel.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The text form, as in the database: `<provider>:<channel>:<address>`.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for ChannelAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.provider.name(), self.channel.name(), self.address)
    }
}

impl FromStr for ChannelAccount {
    type Err = InvalidChannelAccount;

    fn from_str(text: &str) -> Result<Self, InvalidChannelAccount> {
        let (provider, rest) = text.split_once(':').ok_or(InvalidChannelAccount)?;
        let (channel, address) = rest.split_once(':').ok_or(InvalidChannelAccount)?;
        let provider = Provider::parse(provider).ok_or(InvalidChannelAccount)?;
        // `Channel::parse` takes any case, and a key has one spelling only.
        let channel = Channel::parse(channel).filter(|known| known.name() == channel);
        Self::try_new(provider, channel.ok_or(InvalidChannelAccount)?, address)
    }
}

/// Accounts sort as their text forms do.
impl Ord for ChannelAccount {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |account: &Self| (account.provider.name(), account.channel.name());
        parts(self).cmp(&parts(other)).then_with(|| self.address.cmp(&other.address))
    }
}

impl PartialOrd for ChannelAccount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<ChannelAccount> for String {
    fn from(account: ChannelAccount) -> Self {
        account.to_string()
    }
}

impl TryFrom<String> for ChannelAccount {
    type Error = InvalidChannelAccount;

    fn try_from(text: String) -> Result<Self, InvalidChannelAccount> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(provider: Provider, channel: Channel, address: &str) -> ChannelAccount {
        ChannelAccount::try_new(provider, channel, address).unwrap()
    }

    #[test]
    fn each_is_read_as_it_was_written() {
        let from = EmailAddress::parse("bank@example.com").unwrap();
        for (account, text) in [
            (account(Provider::Twilio, Channel::Whatsapp, "+14155238886"), "twilio:whatsapp:+14155238886"),
            (account(Provider::Twilio, Channel::Sms, "+14155238887"), "twilio:sms:+14155238887"),
            (account(Provider::Twilio, Channel::Call, "sip:1@example.com"), "twilio:call:sip:1@example.com"),
            (account(Provider::Meta, Channel::Whatsapp, "106540352242922"), "meta:whatsapp:106540352242922"),
            (ChannelAccount::of_bot(123_456_789), "telegram:telegram:123456789"),
            (ChannelAccount::of_mail(&from), "smtp:email:bank@example.com"),
        ] {
            let json = serde_json::to_string(&account).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<ChannelAccount>(&json).unwrap(), account);
            assert_eq!((account.key(), text.parse()), (text.to_owned(), Ok(account)));
        }
    }

    #[test]
    fn another_text_is_no_account() {
        for text in [
            "",
            "twilio",
            "twilio:whatsapp",
            "twilio:whatsapp:",
            "twilio::+14155238886",
            ":whatsapp:+14155238886",
            "whatsapp:+14155238886",
            "twilio:messenger:7",
            "twilio:WhatsApp:+14155238886",
            "Twilio:whatsapp:+14155238886",
            "telegram:bot:1",
            " twilio:whatsapp:+14155238886",
        ] {
            assert_eq!(text.parse::<ChannelAccount>(), Err(InvalidChannelAccount), "{text}");
            assert!(serde_json::from_value::<ChannelAccount>(text.into()).is_err(), "{text}");
        }
        assert_eq!(
            ChannelAccount::try_new(Provider::Meta, Channel::Whatsapp, ""),
            Err(InvalidChannelAccount)
        );
    }

    #[test]
    fn the_parts_are_those_of_the_text() {
        let account: ChannelAccount = "twilio:sms:+14155238887".parse().unwrap();
        assert_eq!(
            (account.provider(), account.channel(), account.address()),
            (Provider::Twilio, Channel::Sms, "+14155238887")
        );
    }

    #[test]
    fn they_sort_as_their_texts() {
        let texts = [
            "meta:whatsapp:1",
            "smtp:email:a@example.com",
            "telegram:telegram:1",
            "twilio:sms:+2",
            "twilio:whatsapp:+1",
            "twilio:whatsapp:+10",
        ];
        let mut accounts: Vec<ChannelAccount> =
            texts.iter().rev().map(|text| text.parse().unwrap()).collect();
        accounts.sort();
        assert_eq!(accounts.iter().map(ChannelAccount::key).collect::<Vec<_>>(), texts);
    }
}
