//! Reads lines of `{"id", "text"}` from standard input and writes the reading of each text as a line of JSON.
//!
//! A line may also hold `asked`, `payees` and `locale`: the dialogue that the text is read in.

use adapter_nlu_rules::RuleParser;
use domain::{
    locale::Locale,
    messaging::intent::{AmountReading, AskedFor, Dialogue, Understanding},
    phone::Region,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
    asked: Option<String>,
    #[serde(default)]
    payees: Vec<String>,
    locale: Option<String>,
}

fn main() -> io::Result<()> {
    let home = Region::parse("MX").ok_or_else(|| io::Error::other("the region MX is not known"))?;
    let parser = RuleParser::new(home);
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line)?;
        let dialogue = Dialogue {
            locale: line.locale.as_deref().and_then(locale),
            asked: line.asked.as_deref().and_then(asked),
            payees: line.payees,
            rules_only: true,
        };
        let mut read = prediction(&line.id, &parser.understand(&line.text, &dialogue));
        let readings = parser.readings(&line.text, &dialogue);
        let named = readings.iter().take(4).map(|(intent, score)| json!([intent.label(), score]));
        if let Some(fields) = read.as_object_mut() {
            fields.insert("readings".into(), named.collect());
        }
        writeln!(out, "{read}")?;
    }
    Ok(())
}

fn locale(tag: &str) -> Option<Locale> {
    [Locale::Es, Locale::En, Locale::Pt].into_iter().find(|locale| locale.tag() == tag)
}

fn asked(name: &str) -> Option<AskedFor> {
    Some(match name {
        "amount" => AskedFor::Amount,
        "destination" => AskedFor::Destination,
        "choice" => AskedFor::Choice,
        "confirmation" => AskedFor::Confirmation,
        "after_refusal" => AskedFor::AfterRefusal,
        "code" => AskedFor::Code,
        "yes_or_no" => AskedFor::YesOrNo,
        "flow_answer" => AskedFor::FlowAnswer,
        _ => return None,
    })
}

fn prediction(id: &Value, understood: &Understanding) -> Value {
    let slots = &understood.entities;
    json!({
        "id": id,
        "intent": understood.intent.label(),
        "also_said": understood.also.iter().map(|intent| intent.label()).collect::<Vec<_>>(),
        "explained": understood.explained,
        "nearest": understood.nearest.iter().map(|intent| intent.label()).collect::<Vec<_>>(),
        "confidence": understood.confidence,
        "locale": understood.locale.map(Locale::tag),
        "amount": slots.amount.as_ref().and_then(AmountReading::exact),
        "currency": slots.currency.map(domain::money::Currency::code),
        "destination": slots.destination.as_ref().map(|d| json!({"kind": d.kind.name(), "value": d.value})),
        "code": slots.code,
        "concept": slots.concept,
        "slots": slots,
    })
}
