//! Whom a call or webhook is about, and which message, so that the phones page shows them together.

use crate::memory::{Request, Subject, phone_key};
use serde::Serialize;
use serde_json::Value;

/// A line of the traffic on the phones page.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    direction: &'static str,
    phone: Option<&'a str>,
    message: Option<&'a str>,
    #[serde(flatten)]
    request: &'a Request,
}

impl<'a> Line<'a> {
    /// A call of the API to a provider.
    pub(crate) fn call(request: &'a Request) -> Self {
        Self::new("call", request)
    }

    /// A webhook from a provider to the API.
    pub(crate) fn webhook(request: &'a Request) -> Self {
        Self::new("webhook", request)
    }

    fn new(direction: &'static str, request: &'a Request) -> Self {
        let Subject { phone, message } = &request.subject;
        Self { direction, phone: phone.as_deref(), message: message.as_deref(), request }
    }

    pub(crate) fn seq(&self) -> u64 {
        self.request.seq
    }
}

/// Reads the subject of a call or webhook from its path, its body and its answer. `own` are the bank's own
/// addresses, which are never the person's.
pub(crate) fn subject(provider: &str, path: &str, body: &Value, answer: &Value, own: &[&str]) -> Subject {
    let (phone, message) = match provider {
        "twilio" => twilio(path, body, answer, own),
        "meta" => meta(body, answer),
        "telegram" => telegram(body, answer),
        "bank" => bank(path, body),
        _ => (first(body, &["/to/0"]), None),
    };
    Subject { phone: phone.map(|phone| phone_key(&phone)), message }
}

type Found = (Option<String>, Option<String>);

fn twilio(path: &str, body: &Value, answer: &Value, own: &[&str]) -> Found {
    let is_own = |one: &String| own.iter().any(|own| plain(own) == one);
    let written = [first(body, &["/To"]), first(body, &["/From"]), first(answer, &["/to"])];
    let person = written.into_iter().flatten().map(|one| plain(&one).to_owned()).find(|one| !is_own(one));
    let looked_up = || path.split_once("/PhoneNumbers/").map(|(_, number)| number.replace("%2B", "+"));
    (person.or_else(looked_up), first(body, &["/MessageSid"]).or_else(|| first(answer, &["/sid"])))
}

/// An address without the name of its channel.
fn plain(address: &str) -> &str {
    address.trim_start_matches("whatsapp:")
}

fn meta(body: &Value, answer: &Value) -> Found {
    let value = body.pointer("/entry/0/changes/0/value").unwrap_or(&Value::Null);
    let people = [
        "/statuses/0/recipient_id",
        "/statuses/0/recipient_user_id",
        "/messages/0/from",
        "/messages/0/from_user_id",
    ];
    let person = first(value, &people).or_else(|| first(body, &["/to", "/recipient"]));
    let message = first(value, &["/statuses/0/id", "/messages/0/id"])
        .or_else(|| first(body, &["/message_id"]))
        .or_else(|| first(answer, &["/messages/0/id"]));
    (person.map(international), message)
}

fn telegram(body: &Value, answer: &Value) -> Found {
    let kinds = ["message", "edited_message", "callback_query", "my_chat_member"];
    let update = kinds.into_iter().find_map(|kind| body.get(kind)).unwrap_or(&Value::Null);
    let person = first(update, &["/chat/id", "/from/id"]).or_else(|| first(body, &["/chat_id"]));
    let message = first(update, &["/message_id", "/id"])
        .or_else(|| first(body, &["/callback_query_id"]))
        .or_else(|| first(answer, &["/result/message_id"]));
    (person.map(international), message)
}

/// A payment is told by its reference, a line of the statement by its id.
fn bank(path: &str, body: &Value) -> Found {
    let asked = || {
        let (_, asked) = path.split_once("/transfers/")?;
        Some(asked.split('?').next().unwrap_or_default().to_owned())
    };
    (None, first(body, &["/reference", "/data/reference", "/data/entry_id"]).or_else(asked))
}

/// The first of these members that is a text or a number.
fn first(value: &Value, members: &[&str]) -> Option<String> {
    members.iter().find_map(|member| text(value.pointer(member)?))
}

/// A text that is not empty, or a number as its digits.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Digits get the `+` that Meta and Telegram leave out.
fn international(number: String) -> String {
    if number.bytes().all(|byte| byte.is_ascii_digit()) { format!("+{number}") } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OURS: [&str; 2] = ["whatsapp:+14155238886", "+14155238887"];

    fn found(provider: &str, path: &str, body: &Value, answer: &Value) -> (String, String) {
        let Subject { phone, message } = subject(provider, path, body, answer, &OURS);
        (phone.unwrap_or_default(), message.unwrap_or_default())
    }

    #[track_caller]
    fn are(found: (String, String), phone: &str, message: &str) {
        let (who, what) = found;
        assert_eq!((who.as_str(), what.as_str()), (phone, message));
    }

    #[test]
    fn a_message_over_twilio_its_webhook_and_its_statuses_are_one() {
        let none = Value::Null;
        let inbound =
            json!({"From": "whatsapp:+5215511112226", "To": "whatsapp:+14155238886", "MessageSid": "SM1"});
        are(found("twilio", "", &inbound, &none), "+525511112226", "SM1");
        let sent = json!({"To": "whatsapp:+525511112226", "From": "whatsapp:+14155238886"});
        are(found("twilio", "", &sent, &json!({"sid": "SM2", "to": "x"})), "+525511112226", "SM2");
        let status = json!({"From": "+14155238887", "To": "+525511112226", "MessageSid": "SM2"});
        are(found("twilio", "", &status, &none), "+525511112226", "SM2");
        let check = json!({"VerificationSid": "VE1", "Code": "123456"});
        are(
            found("twilio", "", &check, &json!({"sid": "VE1", "to": "+525511112226"})),
            "+525511112226",
            "VE1",
        );
        are(found("twilio", "/v2/PhoneNumbers/+15551230000", &none, &none), "+15551230000", "");
    }

    #[test]
    fn what_meta_sends_reads_and_reports_is_told_by_its_id() {
        let webhook = |value: Value| json!({"entry": [{"changes": [{"value": value}]}]});
        let inbound = webhook(json!({"messages": [{"from": "525511112226", "id": "wamid.1"}]}));
        are(found("meta", "", &inbound, &Value::Null), "+525511112226", "wamid.1");
        are(found("meta", "", &json!({"message_id": "wamid.1"}), &json!({"success": true})), "", "wamid.1");
        let answer = json!({"messages": [{"id": "wamid.2"}]});
        are(found("meta", "", &json!({"to": "+525511112226"}), &answer), "+525511112226", "wamid.2");
        let status = webhook(json!({"statuses": [{"recipient_id": "525511112226", "id": "wamid.2"}]}));
        are(found("meta", "", &status, &Value::Null), "+525511112226", "wamid.2");
    }

    #[test]
    fn a_payment_the_questions_about_it_and_its_notice_are_one() {
        let none = Value::Null;
        are(found("bank", "/bank/transfers", &json!({"reference": "R1"}), &none), "", "R1");
        are(found("bank", "/bank/transfers/R1?operating_date=2026-03-10", &none, &none), "", "R1");
        are(found("bank", "/webhooks/bank", &json!({"data": {"reference": "R1"}}), &none), "", "R1");
        are(found("bank", "/webhooks/bank", &json!({"data": {"entry_id": "E1"}}), &none), "", "E1");
        are(found("bank", "/bank/oauth/token", &json!({"scope": "payments"}), &none), "", "");
    }

    #[test]
    fn a_telegram_chat_is_a_phone() {
        let chat = json!({"id": 525_511_112_226_u64});
        let update = json!({"update_id": 1, "message": {"message_id": 7, "chat": chat}});
        are(found("telegram", "", &update, &Value::Null), "+525511112226", "7");
        let edit = json!({"update_id": 2, "edited_message": {"message_id": 7, "chat": chat}});
        are(found("telegram", "", &edit, &Value::Null), "+525511112226", "7");
        let tap = json!({"update_id": 3, "callback_query": {"id": "99", "from": chat}});
        are(found("telegram", "", &tap, &Value::Null), "+525511112226", "99");
        are(found("telegram", "", &json!({"callback_query_id": "99"}), &json!({"result": true})), "", "99");
        let sent = json!({"result": {"message_id": 8}});
        are(found("telegram", "", &json!({"chat_id": "525511112226"}), &sent), "+525511112226", "8");
    }
}
