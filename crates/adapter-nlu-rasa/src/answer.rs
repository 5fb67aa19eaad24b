//! Reads what `/model/parse` answers, in Rasa Open Source and Pro. Fields that aren't needed are ignored.

use domain::messaging::{
    intent::Intent,
    opinion::{Opinion, ServiceFailure},
};
use serde::Deserialize;

/// The intent that Rasa names when its model is not sure.
const FALLBACK: &str = "nlu_fallback";
const AMOUNT: [&str; 2] = ["amount", "amount-of-money"];
const PAYEE: [&str; 1] = ["payee"];
const CONCEPT: [&str; 1] = ["concept"];

/// How sure a model must be.
#[derive(Clone, Copy)]
pub(crate) struct Certainty {
    pub(crate) confidence: f32,
    /// The distance to the next intent.
    pub(crate) gap: f32,
}

#[derive(Deserialize)]
struct Parsed {
    intent: Option<Ranked>,
    entities: Option<Vec<Entity>>,
    intent_ranking: Option<Vec<Option<Ranked>>>,
}

#[derive(Deserialize)]
struct Ranked {
    name: Option<String>,
    confidence: Option<f32>,
}

impl Ranked {
    /// How sure the model is; not at all when it doesn't say.
    fn confidence(&self) -> f32 {
        self.confidence.unwrap_or_default()
    }
}

/// A place in the text, in characters. The value is what some extractor made of it, so it isn't read.
#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "entity")]
    name: String,
    start: Option<i64>,
    end: Option<i64>,
}

/// Reads the body of a successful response about `text`.
pub(crate) fn read(body: &[u8], text: &str, least: Certainty) -> Result<Opinion, ServiceFailure> {
    let parsed: Parsed = serde_json::from_slice(body).map_err(|_malformed| ServiceFailure::Invalid)?;
    let top = parsed.intent.ok_or(ServiceFailure::Unsure)?;
    let confidence = top.confidence();
    let name = top.name.filter(|name| name != FALLBACK).ok_or(ServiceFailure::Unsure)?;
    let ranking = parsed.intent_ranking.unwrap_or_default();
    let others = ranking.iter().flatten().filter(|other| other.name.as_ref() != Some(&name));
    let next = others.map(Ranked::confidence).fold(0.0, f32::max);
    if confidence < least.confidence || confidence - next < least.gap {
        return Err(ServiceFailure::Unsure);
    }
    let entities = parsed.entities.unwrap_or_default();
    let intent = Intent::ALL.iter().copied().find(|known| known.wire_name() == name);
    let chars: Vec<char> = text.chars().collect();
    let quote = |names: &[&str]| quote(&chars, &entities, names);
    Ok(Opinion {
        intent: intent.ok_or(ServiceFailure::Invalid)?,
        confidence,
        amount: quote(&AMOUNT)?,
        payee: quote(&PAYEE)?,
        concept: quote(&CONCEPT)?,
    })
}

/// The words at the places of the entities with these names. `None` when there are none, or different ones: then the
/// person is asked.
fn quote(text: &[char], entities: &[Entity], names: &[&str]) -> Result<Option<String>, ServiceFailure> {
    let mut found: Option<String> = None;
    for entity in entities.iter().filter(|entity| names.contains(&entity.name.as_str())) {
        let words = entity.words(text).ok_or(ServiceFailure::NotVerbatim)?;
        if found.get_or_insert_with(|| words.clone()) != &words {
            return Ok(None);
        }
    }
    Ok(found)
}

impl Entity {
    /// The words at its place; `None` when there is no such place.
    fn words(&self, text: &[char]) -> Option<String> {
        let (start, end) = (usize::try_from(self.start?).ok()?, usize::try_from(self.end?).ok()?);
        let words = text.get(start..end).filter(|words| !words.is_empty())?;
        Some(words.iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LEAST: Certainty = Certainty { confidence: 0.7, gap: 0.1 };
    const TEXT: &str = "😀 ¡flantina! 35 zimbrondo Tacho";

    fn answer(intent: impl Into<Value>, entities: &Value, second: f64) -> Vec<u8> {
        let intent: Value = intent.into();
        let ranking = json!([intent, {"name": "another", "confidence": second}]);
        let body = json!({"text": "x", "intent": intent, "entities": entities, "intent_ranking": ranking,
            "commands": [{"command": "start flow"}], "text_tokens": [[0, 3]], "response_selector": {}});
        body.to_string().into_bytes()
    }

    fn named(name: &str, confidence: f64) -> Value {
        json!({"name": name, "confidence": confidence, "id": 42})
    }

    fn at(entity: &str, start: i64, end: i64, value: impl Into<Value>) -> Value {
        let value: Value = value.into();
        json!({"entity": entity, "start": start, "end": end, "value": value, "extractor": "x", "confidence_entity": 0.9})
    }

    fn entities(entities: &[Value]) -> Result<Opinion, ServiceFailure> {
        read(&answer(named("transferir", 0.97), &json!(entities), 0.01), TEXT, LEAST)
    }

    #[test]
    fn an_entity_is_the_words_at_its_place_in_characters() {
        let money = json!({"value": 3500, "unit": "$"});
        let opinion = entities(&[
            at("amount", 13, 15, money.clone()),
            at("amount-of-money", 13, 15, money),
            at("payee", 26, 31, json!("Mallory")),
            at("time", 900, 905, json!("now")),
        ]);
        let opinion = opinion.unwrap();
        assert_eq!((opinion.amount.as_deref(), opinion.payee.as_deref()), (Some("35"), Some("Tacho")));
    }

    #[test]
    fn a_place_that_is_not_there_is_no_quote_and_two_places_are_none() {
        for (start, end) in [(900, 905), (5, 2), (-3, 2), (14, 14), (26, 32)] {
            let read = entities(&[at("amount", start, end, json!("9000"))]);
            assert_eq!(read, Err(ServiceFailure::NotVerbatim), "{start}..{end}");
        }
        let without = json!({"entity": "amount", "value": "9000"});
        assert_eq!(entities(&[without]), Err(ServiceFailure::NotVerbatim));
        let two = entities(&[at("payee", 16, 25, json!("x")), at("payee", 26, 31, json!("x"))]).unwrap();
        assert_eq!(two.payee, None);
    }

    #[test]
    fn a_model_that_is_not_sure_says_nothing() {
        use ServiceFailure::{Invalid, Unsure};
        let none = json!([]);
        for (intent, second, expected) in [
            (named("ayuda", 0.55), 0.01, Unsure),
            (named("ayuda", 0.75), 0.71, Unsure),
            (named("nlu_fallback", 0.9), 0.01, Unsure),
            (Value::Null, 0.01, Unsure),
            (json!({"name": null, "confidence": 0.0}), 0.01, Unsure),
            (json!({"name": "ayuda"}), 0.01, Unsure),
            (named("vender_acciones", 0.97), 0.01, Invalid),
        ] {
            assert_eq!(read(&answer(intent.clone(), &none, second), TEXT, LEAST), Err(expected), "{intent}");
        }
        let sure = read(&answer(named("ayuda", 0.75), &none, 0.6), TEXT, LEAST).unwrap();
        assert_eq!((sure.intent, sure.confidence), (Intent::Help, 0.75));
    }

    proptest::proptest! {
        #[test]
        fn no_body_and_no_place_is_an_error_of_ours(
            body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
            start in proptest::prelude::any::<i64>(), end in proptest::prelude::any::<i64>(),
        ) {
            proptest::prop_assert!(read(&body, TEXT, LEAST).is_err());
            let placed = entities(&[at("payee", start, end, Value::Null)]);
            let quoted = placed.is_ok_and(|opinion| opinion.payee.is_none_or(|words| TEXT.contains(&words)));
            let is_place = 0 <= start && start < end && end <= 31;
            proptest::prop_assert!(quoted == is_place);
        }
    }
}
