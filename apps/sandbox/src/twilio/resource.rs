//! A message as Twilio describes it, with its price once it was sent.

use crate::{memory::TwilioMessage, world::World};
use serde_json::{Value, json};

/// The prices of a message and of a segment of an SMS, in hundred-thousandths of a dollar.
const WHATSAPP_PRICE: u32 = 500;
const SMS_PRICE: u32 = 790;
/// The characters of the GSM alphabet that are no ASCII letters, digits or spaces.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

pub(super) fn message(world: &World, message: &TwilioMessage) -> Value {
    let account = &world.config.account_sid;
    let base = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
    let (error_code, error_message) = message.error.unzip();
    json!({
        "account_sid": account, "api_version": "2010-04-01", "body": message.body,
        "date_created": message.created_at.to_rfc2822(), "date_sent": message.sent_at.map(|at| at.to_rfc2822()),
        "date_updated": message.updated_at.to_rfc2822(), "direction": "outbound-api", "error_code": error_code,
        "error_message": error_message, "from": message.from, "messaging_service_sid": message.messaging_service,
        "num_media": message.media.len().to_string(), "num_segments": segments(message).to_string(),
        "price": price(message), "price_unit": "USD", "sid": message.sid, "status": message.status,
        "subresource_uris": {"media": format!("{base}/Media.json")}, "to": message.to,
        "uri": format!("{base}.json"),
    })
}

/// The price, negative as Twilio writes it. None before the message was sent, and for one that failed.
fn price(message: &TwilioMessage) -> Option<String> {
    message.sent_at?;
    let price =
        if message.is_whatsapp() { WHATSAPP_PRICE } else { SMS_PRICE.saturating_mul(segments(message)) };
    Some(dollars(price).map_or_else(String::new, |price| format!("-{price}")))
}

/// An amount in hundred-thousandths of a dollar as a decimal string with five digits.
fn dollars(amount: u32) -> Option<String> {
    Some(format!("{}.{:05}", amount.checked_div(100_000)?, amount.checked_rem(100_000)?))
}

/// How many SMS the text takes: 160 characters of the GSM alphabet or 70 others in one, 153 or 67 in each of
/// several. A message of `WhatsApp` is always one.
fn segments(message: &TwilioMessage) -> u32 {
    if message.is_whatsapp() {
        return 1;
    }
    let is_gsm = |c: char| c.is_ascii_alphanumeric() || c == ' ' || GSM.contains(c);
    let text = &message.body;
    let (length, alone, each) = if text.chars().all(is_gsm) {
        (text.chars().count(), 160, 153)
    } else {
        (text.encode_utf16().count(), 70, 67)
    };
    if length <= alone { 1 } else { u32::try_from(length.div_ceil(each)).unwrap_or(u32::MAX) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::clock::now;

    pub(in crate::twilio) fn sms(body: &str) -> TwilioMessage {
        TwilioMessage {
            sid: "SM1".into(),
            order: 1,
            to: "+525511112222".into(),
            from: "+14155238887".into(),
            messaging_service: None,
            body: body.into(),
            media: Vec::new(),
            status: "sent".into(),
            error: None,
            status_callback: None,
            created_at: now(),
            sent_at: Some(now()),
            updated_at: now(),
        }
    }

    #[test]
    fn a_text_takes_as_many_messages_as_its_alphabet_needs() {
        for (text, expected) in [
            ("hola".to_owned(), 1),
            ("ñ".repeat(160), 1),
            ("x".repeat(161), 2),
            ("í".repeat(70), 1),
            ("í".repeat(71), 2),
            ("😀".repeat(36), 2),
        ] {
            assert_eq!(segments(&sms(&text)), expected, "{text}");
        }
        assert_eq!(segments(&TwilioMessage { to: "whatsapp:+52551".into(), ..sms(&"x".repeat(1600)) }), 1);
    }

    #[test]
    fn the_price_comes_when_it_was_sent_and_counts_its_segments() {
        assert_eq!(price(&TwilioMessage { sent_at: None, ..sms("hola") }), None);
        assert_eq!(price(&sms("hola")).unwrap(), "-0.00790");
        assert_eq!(price(&sms(&"x".repeat(161))).unwrap(), "-0.01580");
        assert_eq!(dollars(123_456).unwrap(), "1.23456");
    }
}
