//! JSON read a level at a time: what is broken in one place hides nothing that stands beside it.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, marker::PhantomData};

/// The longest id, address or kind that is taken for one, in bytes.
const WORD_LENGTH_MAX: usize = 512;

/// An object: its members in their order, each still unread.
pub(crate) struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object; anything else is none.
    pub(crate) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    /// A member that is there and not null. Of a repeated one the last counts, as in most readers.
    pub(crate) fn member(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == name)?;
        (value.get() != "null").then_some(*value)
    }

    /// The names of its members, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A member that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.member(name)?)
    }

    /// A string as it stands, or a number as it is written.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text(self.member(name)?)
    }

    /// A text that can be an id, an address or a kind: some signs, none of them a control.
    pub(crate) fn word(&self, name: &str) -> Option<String> {
        self.text(name).filter(|word| {
            !word.is_empty() && word.len() <= WORD_LENGTH_MAX && !word.contains(char::is_control)
        })
    }

    /// The elements of a list; none where it is not there. What is no list comes back as it is.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&'a RawValue>, &'a RawValue> {
        let Some(raw) = self.member(name) else { return Ok(Vec::new()) };
        serde_json::from_str(raw.get()).map_err(|_other_kind| raw)
    }

    /// The elements of a list that are objects.
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

/// A string of which half an emoji (a lone surrogate, where somebody cut a text) is no fault.
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
    fn half_an_emoji_is_no_fault() {
        let text = with(r#"{"body":"hola \ud83d","n":7}"#, |object| object.text("body"));
        assert!(text.unwrap().starts_with("hola "));
        assert_eq!(with(r#"{"body":"\ud83d\ude00"}"#, |o| o.text("body")).as_deref(), Some("😀"));
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_null_is_nothing() {
        with(r#"{"at":1731705721,"lat":37.4611978,"gone":null,"on":true}"#, |object| {
            assert_eq!(object.text("at").as_deref(), Some("1731705721"));
            assert_eq!(object.text("lat").as_deref(), Some("37.4611978"));
            assert_eq!((object.text("gone"), object.text("on"), object.text("nowhere")), (None, None, None));
            assert_eq!(object.names(), ["at", "lat", "gone", "on"]);
        });
    }

    #[test]
    fn an_id_has_no_controls_and_an_end() {
        let long = "x".repeat(WORD_LENGTH_MAX + 1);
        with(&format!(r#"{{"nul":"a\u0000","long":"{long}","empty":"","id":"wamid.A="}}"#), |object| {
            assert_eq!((object.word("nul"), object.word("long"), object.word("empty")), (None, None, None));
            assert_eq!(object.word("id").as_deref(), Some("wamid.A="));
        });
    }

    #[test]
    fn what_is_no_list_comes_back() {
        with(r#"{"list":[1,{"a":2}],"none":{"0":1}}"#, |object| {
            assert_eq!(object.list("list").map(|list| list.len()).ok(), Some(2));
            assert_eq!(object.objects("list").len(), 1);
            assert_eq!(object.list("none").err().map(RawValue::get), Some(r#"{"0":1}"#));
            assert_eq!(object.list("nowhere").map(|list| list.len()).ok(), Some(0));
        });
    }
}
