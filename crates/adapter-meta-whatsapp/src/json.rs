//! Reads JSON one level at a time, so a broken part does not hide its neighbours.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, marker::PhantomData};

/// Longest accepted id, address or kind, in bytes.
const WORD_LENGTH_MAX: usize = 512;

/// A JSON object: its members in order, each not yet parsed.
pub(crate) struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object. None for any other JSON.
    pub(crate) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    /// A member that is present and not null. The last of repeated members counts, as in most parsers.
    pub(crate) fn member(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == name)?;
        (value.get() != "null").then_some(*value)
    }

    /// Names of the members, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A member that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.member(name)?)
    }

    /// A string member, or a number member as it is written.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text(self.member(name)?)
    }

    /// A text that can be an id, an address or a kind: not empty, not too long, no control characters.
    pub(crate) fn word(&self, name: &str) -> Option<String> {
        self.text(name).filter(|word| {
            !word.is_empty() && word.len() <= WORD_LENGTH_MAX && !word.contains(char::is_control)
        })
    }

    /// Elements of a list; empty when the member is absent. The error is a member that is not a list.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&'a RawValue>, &'a RawValue> {
        let Some(raw) = self.member(name) else { return Ok(Vec::new()) };
        serde_json::from_str(raw.get()).map_err(|_other_kind| raw)
    }

    /// Elements of a list that are objects; others are skipped.
    pub(crate) fn objects(&self, name: &str) -> Vec<Object<'a>> {
        self.list(name).unwrap_or_default().into_iter().filter_map(Object::read).collect()
    }
}

fn text(raw: &RawValue) -> Option<String> {
    match raw.get().bytes().next()? {
        b'"' => serde_json::from_str::<Lossy>(raw.get()).ok().map(|text| text.0),
        b'-' | b'0'..=b'9' => Some(raw.get().to_owned()),
        _ => None,
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
    type Value = Object<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8));
        while let Some((Lossy(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Object(members))
    }
}

/// A string in which half an emoji (a lone surrogate, from a cut text) is not an error.
struct Lossy(String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(LossyVisitor)
    }
}

struct LossyVisitor;

impl Visitor<'_> for LossyVisitor {
    type Value = Lossy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Lossy, E> {
        Ok(Lossy(text.to_owned()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Lossy, E> {
        Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, look: impl FnOnce(&Object<'_>) -> T) -> T {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        look(&Object::read(raw).unwrap())
    }

    #[test]
    fn half_an_emoji_is_not_an_error() {
        let text = with(r#"{"body":"hola \ud83d","n":7}"#, |object| object.text("body"));
        assert!(text.unwrap().starts_with("hola "));
        assert_eq!(with(r#"{"body":"\ud83d\ude00"}"#, |o| o.text("body")).as_deref(), Some("😀"));
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_null_is_none() {
        with(r#"{"at":1731705721,"lat":37.4611978,"gone":null,"on":true}"#, |object| {
            assert_eq!(object.text("at").as_deref(), Some("1731705721"));
            assert_eq!(object.text("lat").as_deref(), Some("37.4611978"));
            assert_eq!((object.text("gone"), object.text("on"), object.text("nowhere")), (None, None, None));
            assert_eq!(object.names(), ["at", "lat", "gone", "on"]);
        });
    }

    #[test]
    fn an_id_has_no_control_characters_and_a_maximum_length() {
        let long = "x".repeat(WORD_LENGTH_MAX + 1);
        with(&format!(r#"{{"nul":"a\u0000","long":"{long}","empty":"","id":"wamid.A="}}"#), |object| {
            assert_eq!((object.word("nul"), object.word("long"), object.word("empty")), (None, None, None));
            assert_eq!(object.word("id").as_deref(), Some("wamid.A="));
        });
    }

    #[test]
    fn a_member_that_is_not_a_list_is_the_error() {
        with(r#"{"list":[1,{"a":2}],"none":{"0":1}}"#, |object| {
            assert_eq!(object.list("list").map(|list| list.len()).ok(), Some(2));
            assert_eq!(object.objects("list").len(), 1);
            assert_eq!(object.list("none").err().map(RawValue::get), Some(r#"{"0":1}"#));
            assert_eq!(object.list("nowhere").map(|list| list.len()).ok(), Some(0));
        });
    }
}
