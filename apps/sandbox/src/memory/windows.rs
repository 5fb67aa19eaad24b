//! Who may be written to: `WhatsApp`'s 24 hours after each message of a person, and chats with a Telegram bot,
//! which begin when the person writes first.

use super::phone_key;
use crate::{clock::now, config::Strangers};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

/// How long a person of `WhatsApp` can be answered freely after each of their messages.
const WHATSAPP_WINDOW: Duration = Duration::hours(24);

/// What is known of a person at one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// Closed by the control route.
    Closed,
    /// Open until then.
    Until(DateTime<Utc>),
    /// Open for good, as a chat with a bot is.
    Open,
}

/// The windows of all people, by provider and phone. Who isn't here never wrote.
#[derive(Default)]
pub(crate) struct Windows(BTreeMap<(String, String), Window>);

impl Windows {
    /// Opens the window of a person who has just written, or whose window the control route opens.
    pub(crate) fn open(&mut self, provider: &str, phone: &str) -> Window {
        let window =
            if provider == "telegram" { Window::Open } else { Window::Until(now() + WHATSAPP_WINDOW) };
        self.0.insert((provider.to_owned(), phone_key(phone)), window);
        window
    }

    pub(crate) fn close(&mut self, provider: &str, phone: &str) -> Window {
        self.0.insert((provider.to_owned(), phone_key(phone)), Window::Closed);
        Window::Closed
    }

    /// True if the person can be written to freely. `strangers` decides about those who never wrote.
    pub(crate) fn is_open(&self, provider: &str, phone: &str, strangers: Strangers) -> bool {
        match self.0.get(&(provider.to_owned(), phone_key(phone))) {
            None => strangers == Strangers::Allow,
            Some(Window::Closed) => false,
            Some(Window::Until(end)) => now() < *end,
            Some(Window::Open) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "+525511112226";

    #[test]
    fn strangers_are_the_settings_matter_and_nobody_else_is() {
        let mut windows = Windows::default();
        assert!(
            windows.is_open("meta", ANA, Strangers::Allow)
                && !windows.is_open("meta", ANA, Strangers::Refuse)
        );
        windows.open("meta", "+5215511112226");
        assert!(windows.is_open("meta", ANA, Strangers::Refuse));
        assert!(!windows.is_open("twilio", ANA, Strangers::Refuse), "a number of ours has its own windows");
        windows.close("meta", ANA);
        assert!(!windows.is_open("meta", ANA, Strangers::Allow));
    }

    #[test]
    fn a_window_ends_and_a_chat_does_not() {
        let mut windows = Windows::default();
        let Window::Until(end) = windows.open("twilio", ANA) else { panic!() };
        assert!(end > now() + Duration::hours(23) && end <= now() + Duration::hours(24));
        let key = ("twilio".to_owned(), ANA.to_owned());
        windows.0.insert(key, Window::Until(now() - Duration::seconds(1)));
        assert!(!windows.is_open("twilio", ANA, Strangers::Allow));
        assert_eq!(windows.open("telegram", ANA), Window::Open);
    }
}
