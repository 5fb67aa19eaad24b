//! Inline keyboards and reply keyboards, with Telegram's limits.

use super::answer::{Checked, bad_request};
use crate::json::merge;
use serde_json::{Value, json};

/// Longest `callback_data`, in bytes.
const DATA_LENGTH_MAX: usize = 64;
/// The most buttons of one keyboard.
const BUTTONS_MAX: usize = 100;

/// The buttons that a phone shows. Empty without a keyboard.
pub(super) fn read(markup: Option<&Value>) -> Checked<Vec<Value>> {
    let Some(markup) = markup else { return Ok(Vec::new()) };
    let Some(fields) = markup.as_object() else {
        return Err(bad_request("object expected as reply markup"));
    };
    if let Some(rows) = fields.get("inline_keyboard") {
        return buttons(rows, "inline", inline);
    }
    if let Some(rows) = fields.get("keyboard") {
        let mut keys = buttons(rows, "reply", reply)?;
        // The keyboard leaves after one use.
        if fields.get("one_time_keyboard") == Some(&json!(true)) {
            for key in &mut keys {
                merge(key, Some(&json!({"one_time": true})));
            }
        }
        return Ok(keys);
    }
    if fields.get("remove_keyboard") == Some(&json!(true)) {
        return Ok(vec![json!({"kind": "remove_keyboard", "title": ""})]);
    }
    Ok(Vec::new())
}

fn buttons(rows: &Value, what: &str, read: fn(&Value) -> Checked<Value>) -> Checked<Vec<Value>> {
    let wrong = || bad_request(&format!("can't parse {what} keyboard markup JSON object"));
    let mut buttons = Vec::new();
    for row in rows.as_array().ok_or_else(wrong)? {
        for button in row.as_array().ok_or_else(wrong)? {
            buttons.push(read(button)?);
        }
    }
    if buttons.len() > BUTTONS_MAX {
        return Err(bad_request("reply markup is too long"));
    }
    Ok(buttons)
}

fn inline(button: &Value) -> Checked<Value> {
    let Some(title) = button["text"].as_str().filter(|text| !text.is_empty()) else {
        return Err(bad_request(
            "can't parse inline keyboard button: Field \"text\" must be a non-empty String",
        ));
    };
    if let Some(data) = button.get("callback_data") {
        return match data.as_str() {
            Some(data) if (1..=DATA_LENGTH_MAX).contains(&data.len()) => {
                Ok(json!({"kind": "callback", "id": data, "title": title}))
            }
            _ => Err(bad_request("BUTTON_DATA_INVALID")),
        };
    }
    let Some(address) = button["url"].as_str() else {
        return Err(bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ));
    };
    match url::Url::parse(address) {
        Ok(parsed) if ["http", "https", "tg"].contains(&parsed.scheme()) => {
            Ok(json!({"kind": "url", "title": title, "url": address}))
        }
        _ => Err(bad_request(&format!("inline keyboard button URL '{address}' is invalid: Wrong HTTP URL"))),
    }
}

fn reply(button: &Value) -> Checked<Value> {
    let title = button.as_str().or_else(|| button["text"].as_str()).filter(|text| !text.is_empty());
    let Some(title) = title else {
        return Err(bad_request("can't parse keyboard button: Field \"text\" must be a non-empty String"));
    };
    let kind = if button["request_contact"] == json!(true) { "contact" } else { "keyboard" };
    Ok(json!({"kind": kind, "title": title}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline_data(data: &str) -> Value {
        json!({"inline_keyboard": [[{"text": "Sí", "callback_data": data}]]})
    }

    #[test]
    fn callback_data_has_1_to_64_bytes() {
        assert!(read(Some(&inline_data(&"x".repeat(64)))).is_ok());
        for wrong in [String::new(), "x".repeat(65), "ñ".repeat(33)] {
            let refusal = read(Some(&inline_data(&wrong))).unwrap_err();
            assert_eq!(refusal.body["description"], "Bad Request: BUTTON_DATA_INVALID");
        }
    }

    #[test]
    fn each_keyboard_has_its_buttons() {
        let keyboard = json!({"keyboard": [["saldo", {"text": "Mi número", "request_contact": true}]]});
        let buttons = read(Some(&keyboard)).unwrap();
        assert_eq!(buttons[0], json!({"kind": "keyboard", "title": "saldo"}));
        assert_eq!(buttons[1], json!({"kind": "contact", "title": "Mi número"}));
        let once = json!({"keyboard": [["saldo"]], "one_time_keyboard": true});
        assert_eq!(
            read(Some(&once)).unwrap()[0],
            json!({"kind": "keyboard", "title": "saldo", "one_time": true})
        );
        let page = json!({"inline_keyboard": [[{"text": "Abrir", "url": "https://example.com/"}]]});
        assert_eq!(read(Some(&page)).unwrap()[0]["kind"], "url");
        assert_eq!(read(Some(&json!({"remove_keyboard": true}))).unwrap()[0]["kind"], "remove_keyboard");
        assert!(read(None).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_keyboard_is_refused() {
        for wrong in [
            json!("x"),
            json!({"inline_keyboard": "x"}),
            json!({"inline_keyboard": [[{"text": "x"}]]}),
            json!({"inline_keyboard": [[{"text": "x", "url": "javascript:alert(1)"}]]}),
            json!({"keyboard": [[{"request_contact": true}]]}),
        ] {
            assert_eq!(read(Some(&wrong)).unwrap_err().status, 400, "{wrong}");
        }
    }
}
