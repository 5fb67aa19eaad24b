//! `nlu parse`: shows how one text is understood, or many as lines of JSON.

use adapter_nlu_rules::RuleParser;
use clap::{Args, Subcommand};
use domain::{
    messaging::intent::{AmountReading, Dialogue, Understanding},
    phone::Region,
};
use ports::messaging::intent_parser::IntentParser;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
};

#[derive(Subcommand)]
pub(super) enum NluCommand {
    /// Show intent and slots of a text, as JSON.
    Parse(ParseArgs),
}

#[derive(Args)]
pub(super) struct ParseArgs {
    /// The text to understand.
    #[arg(required_unless_present = "jsonl")]
    text: Option<String>,
    /// Read lines of {"id","text"} from standard input, and write one line of JSON for each.
    #[arg(long)]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
}

pub(super) async fn run(NluCommand::Parse(args): NluCommand) -> Result<ExitCode, String> {
    let home = Region::parse("MX").ok_or("the region MX is not known")?;
    let parser = RuleParser::new(home);
    if !args.jsonl {
        let understanding = parser.parse(&args.text.unwrap_or_default(), &Dialogue::default()).await;
        return super::say(&prediction(None, &understanding).to_string());
    }
    let mut out = io::stdout().lock();
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line.map_err(|fault| fault.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line)
            .map_err(|fault| format!("line {}: {fault}", number.saturating_add(1)))?;
        let understanding = parser.parse(&line.text, &Dialogue::default()).await;
        writeln!(out, "{}", prediction(Some(line.id), &understanding)).map_err(|fault| fault.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The understanding as JSON: the intent's English label, amounts as decimal strings, other slots as texts.
fn prediction(id: Option<Value>, understanding: &Understanding) -> Value {
    let entities = &understanding.entities;
    let mut prediction = json!({
        "intent": understanding.intent.label(),
        "amount": entities.amount.as_ref().and_then(AmountReading::exact),
        "currency": entities.currency.map(domain::money::Currency::code),
        "destination": entities.destination.as_ref().map(|d| json!({"kind": d.kind.name(), "value": d.value})),
        "code": entities.code,
    });
    if let (Some(id), Some(fields)) = (id, prediction.as_object_mut()) {
        fields.insert("id".into(), id);
    }
    prediction
}
