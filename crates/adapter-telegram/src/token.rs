//! The bot's token: `123456789:AA…`. It is part of every address that is called.

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A token whose form has been looked at: nothing in it can change the address that it becomes part of.
#[derive(Clone)]
pub struct BotToken {
    bot_id: i64,
    whole: SecretString,
}

/// It is no token. What was given stays unsaid: it may be one with a slip of the pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a bot's token is digits, a colon, and letters, digits, _ or -")]
pub struct InvalidBotToken;

impl BotToken {
    /// Looks at its form.
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

    /// The bot's id.
    #[must_use]
    pub const fn bot_id(&self) -> i64 {
        self.bot_id
    }

    /// The channel account of the bot's talks: `telegram:telegram:123456789`.
    #[must_use]
    pub fn channel_account(&self) -> String {
        format!("telegram:telegram:{}", self.bot_id)
    }

    pub(crate) fn expose(&self) -> &str {
        self.whole.expose_secret()
    }
}

/// What Telegram's tokens, secrets and link codes are made of.
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
    fn the_digits_before_the_colon_are_the_bot() {
        let token = parse(" 123456789:AAabc_-9\n").unwrap();
        assert_eq!(token.bot_id(), 123_456_789);
        assert_eq!(token.channel_account(), "telegram:telegram:123456789");
        assert_eq!(token.expose(), "123456789:AAabc_-9");
    }

    #[test]
    fn what_would_change_the_address_is_no_token() {
        for token in
            ["", ":", "1:", ":AA", "x1:AA", "1:A/../B", "1:A?b", "1:A B", "1:á", "99999999999999999999:A"]
        {
            assert!(parse(token).is_err(), "{token}");
        }
    }
}
