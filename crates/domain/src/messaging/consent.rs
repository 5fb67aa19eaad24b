//! Opt-out and opt-in. The words are those of the carriers and of WhatsApp's policy, in three languages. They
//! count only as a *whole message*: «no pares» is not a stop.

use crate::{locale::Locale, message::Channel, phone::PhoneNumber, text::fold};
use serde::{Deserialize, Serialize};

/// Whether we may write to a person on a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// We may write: the person wrote to us, and their last compliance word is not STOP.
    #[default]
    OptedIn,
    /// We may not write, also through the API, until the person sends START.
    OptedOut,
}

/// The messages that a consent covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// Every message on the channel.
    #[default]
    All,
    /// Marketing only. We send none; the change is stored all the same.
    Marketing,
}

impl ConsentScope {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Marketing => "marketing",
        }
    }
}

/// The key under which a person's consent on a channel is stored: their canonical number, or their address
/// when it is no number. WhatsApp's providers write a number as `whatsapp:+52…`, `+52…` or its digits; on
/// Telegram digits are a chat.
#[must_use]
pub fn recipient_key(channel: Channel, address: &str) -> String {
    let number = match channel {
        Channel::Telegram | Channel::Email => return address.to_owned(),
        Channel::Whatsapp | Channel::Sms | Channel::Call => address.trim_start_matches("whatsapp:"),
    };
    let international = format!("+{}", number.trim_start_matches('+'));
    PhoneNumber::parse_international(&international)
        .map_or_else(|_invalid| address.to_owned(), |phone| phone.e164().to_owned())
}

/// A compliance word. It is obeyed before the message is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComplianceWord {
    /// The person wants no more messages.
    Stop,
    /// The person wants messages again. It has this meaning only while opted out.
    Start,
    /// The person asks for help.
    Help,
    /// All money that goes out of the person's wallets stops. It works opted out too.
    Freeze,
}

const STOP: [&str; 10] = [
    "stop",
    "stopall",
    "baja",
    "alto",
    "parar",
    "cancelar suscripcion",
    "unsubscribe",
    "end",
    "quit",
    "sair",
];
const FREEZE: [&str; 3] = ["freeze", "congelar", "bloquear"];
const START: [&str; 4] = ["start", "alta", "iniciar", "volver"];
const HELP: [&str; 4] = ["help", "ayuda", "ajuda", "info"];

/// The compliance word, if the whole message is one.
#[must_use]
pub fn compliance_word(message: &str) -> Option<ComplianceWord> {
    let folded = fold(message);
    let is_one_of = |words: &[&str]| words.contains(&folded.as_str());
    if is_one_of(&STOP) {
        Some(ComplianceWord::Stop)
    } else if is_one_of(&START) {
        Some(ComplianceWord::Start)
    } else if is_one_of(&HELP) {
        Some(ComplianceWord::Help)
    } else if is_one_of(&FREEZE) {
        Some(ComplianceWord::Freeze)
    } else {
        None
    }
}

/// The language of a compliance word, if it belongs to one only: «ayuda» is Spanish, "ajuda" Portuguese. A person who
/// writes "stop" may speak any language.
#[must_use]
pub fn language_of_word(message: &str) -> Option<Locale> {
    // A command of the channel is the same in every language: `/help`.
    if message.trim_start().starts_with('/') {
        return None;
    }
    match fold(message).as_str() {
        "ayuda" | "baja" | "alto" | "cancelar suscripcion" | "alta" => Some(Locale::Es),
        "help" | "unsubscribe" | "freeze" => Some(Locale::En),
        "ajuda" | "sair" => Some(Locale::Pt),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key_in_every_spelling_of_their_address() {
        for address in ["whatsapp:+5215512345678", "+525512345678", "5215512345678", "525512345678"] {
            assert_eq!(recipient_key(Channel::Whatsapp, address), "+525512345678", "{address}");
        }
        assert_eq!(recipient_key(Channel::Telegram, "525512345678"), "525512345678", "a chat is no number");
        assert_eq!(recipient_key(Channel::Whatsapp, "US.1234"), "US.1234");
    }

    #[test]
    fn only_a_whole_message_counts() {
        assert_eq!(compliance_word(" ¡Alto! "), Some(ComplianceWord::Stop));
        assert_eq!(compliance_word("Cancelar suscripción"), Some(ComplianceWord::Stop));
        assert_eq!(compliance_word("ALTA"), Some(ComplianceWord::Start));
        assert_eq!(compliance_word("ajuda"), Some(ComplianceWord::Help));
        assert_eq!(compliance_word("¡BLOQUEAR!"), Some(ComplianceWord::Freeze));
        assert_eq!(language_of_word("Ajuda!"), Some(Locale::Pt));
        assert_eq!((language_of_word("STOP"), language_of_word("/help")), (None, None));
        for text in [
            "no pares",
            "stop motion",
            "alto ahí, me equivoqué",
            "el edificio más alto",
            "bloquear cuenta de Ana",
            "",
        ] {
            assert_eq!(compliance_word(text), None, "{text}");
        }
    }
}
