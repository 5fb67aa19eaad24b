//! Token of the bot: `123456789:AA…`. It is part of every URL that is called.

use domain::channel_account::ChannelAccount;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A token whose form was checked: no character in it can change the URL that it becomes part of.
#[derive(Clone)]
pub struct BotToken {
    bot_id: i64,
    whole: SecretString,
}

/// The text is not a bot token. The error does not contain the text, which may be a mistyped token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a bot token is digits, a colon, and letters, digits, _ or -")]
pub struct InvalidBotToken;

impl BotToken {
    /// Checks the form of a token. Ignores white space around it.
    pub fn parse(token: &SecretString) -> Result<Self, InvalidBotToken> {
        let text = token.expose_secret().trim();
        let (id, secret) = text.split_once(':').ok_or(InvalidBotToken)?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret = !secret.is_empty() && secret.bytes().all(is_word_byte);
        if !is_id || !is_secret {
            return Err(InvalidBotToken);
        }
        let bot_id = id.parse().map_err(|_too_long| InvalidBotToken)?;
        Ok(Self { bot_id, whole: SecretString::from(text) })
    }

    /// Id of the bot.
    #[must_use]
    pub const fn bot_id(&self) -> i64 {
        self.bot_id
    }

    /// Channel account of the bot's conversations: `telegram:telegram:123456789`.
    #[must_use]
    pub fn channel_account(&self) -> ChannelAccount {
        ChannelAccount::of_bot(self.bot_id)
    }

    pub(crate) fn expose(&self) -> &str {
        self.whole.expose_secret()
    }
}

/// Whether a byte may be in Telegram's tokens, secrets and link codes.
pub(crate) const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(token: &str) -> Result<BotToken, InvalidBotToken> {
        BotToken::parse(&SecretString::from(token))
    }

    #[test]
    fn the_digits_before_the_colon_are_the_bots_id() {
        let token = parse(" 123456789:AAabc_-9\n").unwrap();
        assert_eq!(token.bot_id(), 123_456_789);
        assert_eq!(token.channel_account().key(), "telegram:telegram:123456789");
        assert_eq!(token.expose(), "123456789:AAabc_-9");
    }

    #[test]
    fn a_text_that_would_change_the_url_is_not_a_token() {
        for token in
            ["", ":", "1:", ":AA", "x1:AA", "1:A/../B", "1:A?b", "1:A B", "1:á", "99999999999999999999:A"]
        {
            assert!(parse(token).is_err(), "{token}");
        }
    }
}
