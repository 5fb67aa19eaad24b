//! What a phone shows: messages, and signs such as "typing".

use crate::clock::timestamp;
use domain::phone::PhoneNumber;
use serde::Serialize;
use serde_json::Value;

/// A message on a phone.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Delivered {
    pub(crate) seq: u64,
    pub(crate) channel: String,
    pub(crate) provider: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) buttons: Vec<Value>,
    pub(crate) template: Option<Value>,
    pub(crate) at: String,
    /// The provider's id, with which the phone that shows the message reports it as read.
    pub(crate) id: String,
    /// The subject of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// The text above the message, below it, and on the button that opens a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) footer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) menu: Option<String>,
    /// True once the sender has changed its text, and once the sender has deleted it.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) is_edited: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) is_deleted: bool,
    /// The number of the last change. A phone asks for what changed since its last look.
    #[serde(skip)]
    pub(crate) changed: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What a phone shows for a moment beside messages: an answer is being typed, a message was read, a tap was
/// answered.
#[derive(Clone, Serialize)]
pub(crate) struct Sign {
    pub(crate) seq: u64,
    pub(crate) provider: &'static str,
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) at: String,
}

impl Sign {
    pub(crate) fn new(provider: &'static str, kind: &'static str) -> Self {
        Self { seq: 0, provider, kind, message_id: None, text: None, at: timestamp() }
    }
}

/// The key of a phone: its canonical number, or an email address in lower case, or any other address as it
/// is.
pub(crate) fn phone_key(address: &str) -> String {
    if address.contains('@') {
        return address.trim().to_lowercase();
    }
    let plain = address.strip_prefix("whatsapp:").unwrap_or(address);
    PhoneNumber::parse_international(plain).map_or_else(|_| plain.to_owned(), |phone| phone.e164().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_one_however_it_is_spelled() {
        for spelling in ["+525511112226", "+5215511112226", "whatsapp:+52 55 1111 2226"] {
            assert_eq!(phone_key(spelling), "+525511112226");
        }
        assert_eq!(phone_key("Ana@Example.com"), "ana@example.com");
        assert_eq!(phone_key("MX.ab12CD"), "MX.ab12CD");
        assert_eq!(phone_key("whatsapp:MX.ab12CD"), "MX.ab12CD");
    }
}
