//! JSON as Telegram writes it. A text that was cut in the middle of an emoji ends with half a character: the
//! escape of one surrogate without the other, which no string can hold.

use serde_json::{Map, Value};

/// The escape of U+FFFD, which stands for what can't be read.
const UNREADABLE: &[u8; 6] = br"\ufffd";
const ESCAPE_LENGTH: usize = 6;

/// Reads a JSON object. Half characters are read as U+FFFD. None when it is no object.
pub(crate) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    let value = serde_json::from_slice(body).or_else(|_fault| serde_json::from_slice(&repaired(body)));
    match value {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// The same JSON with `\ufffd` in place of each surrogate that is not half of a pair.
fn repaired(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        let length = match (byte, unit(rest)) {
            (b'\\', Some(0xd800..=0xdbff)) if is_low(rest.get(ESCAPE_LENGTH..)) => 2 * ESCAPE_LENGTH,
            (b'\\', Some(0xd800..=0xdfff)) => {
                out.extend_from_slice(UNREADABLE);
                rest = rest.get(ESCAPE_LENGTH..).unwrap_or_default();
                continue;
            }
            // An escaped backslash doesn't begin another escape.
            (b'\\', _) if !after.is_empty() => 2,
            _ => 1,
        };
        let (copied, left) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        out.extend_from_slice(copied);
        rest = left;
    }
    out
}

fn is_low(rest: Option<&[u8]>) -> bool {
    rest.and_then(unit).is_some_and(|unit| (0xdc00..=0xdfff).contains(&unit))
}

/// The UTF-16 unit of the escape that the bytes begin with.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.get(..ESCAPE_LENGTH)?.strip_prefix(br"\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(json: &str) -> String {
        let members = object(format!(r#"{{"text":"{json}"}}"#).as_bytes()).unwrap();
        members["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn half_a_character_is_read_as_one_that_cannot_be_read() {
        assert_eq!(text(r"ayuda \udc00"), "ayuda \u{fffd}");
        assert_eq!(text(r"\uD83D ayuda"), "\u{fffd} ayuda");
        assert_eq!(text(r"\ud83d\ud83d\ude00\ude00"), "\u{fffd}😀\u{fffd}");
        assert_eq!(text(r"\ud83d"), "\u{fffd}");
        assert_eq!(text(r"\\\udc00"), "\\\u{fffd}");
    }

    #[test]
    fn names_of_members_may_have_half_characters_too() {
        let members = object(br#"{"a\udfff":{"b":["\ud800"]}}"#).unwrap();
        assert_eq!(Value::Object(members), serde_json::json!({"a\u{fffd}": {"b": ["\u{fffd}"]}}));
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        assert_eq!(text(r"\\udc00 \ud800"), "\\udc00 \u{fffd}");
        for broken in [r#"{"a":"\ud8"#, r#"{"a":"\uzzzz"}"#, r#"{"a":"\"#, "{", "[]", ""] {
            assert!(object(broken.as_bytes()).is_none(), "{broken}");
        }
    }

    /// These units as escapes of JSON.
    fn escaped(units: impl IntoIterator<Item = u16>) -> String {
        units.into_iter().fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}"))
    }

    proptest! {
        #[test]
        fn whole_text_is_not_changed(text in any::<String>()) {
            let json = format!(r#"{{"text":"{}"}}"#, escaped(text.encode_utf16()));
            let read = serde_json::from_slice::<Value>(&repaired(json.as_bytes())).unwrap();
            prop_assert_eq!(read, serde_json::json!({"text": text}));
        }

        #[test]
        fn no_units_make_an_object_unreadable(units in prop::collection::vec(0xd700_u16..0xe100, 0..12)) {
            let expected = String::from_utf16_lossy(&units);
            prop_assert_eq!(text(&escaped(units)), expected);
        }
    }
}
