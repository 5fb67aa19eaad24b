//! `nlu parse`: shows how one text is understood, or many as lines of JSON.

use crate::{
    composition::{kernel, understanding},
    config::{NluSettings, Settings},
};
use clap::{Args, Subcommand, ValueEnum};
use domain::{
    messaging::intent::{AmountReading, Dialogue},
    phone::Region,
};
use ports::messaging::intent_parser::ParsedText;
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
    /// Who reads what the rules don't understand. A service is asked with the settings of the server.
    #[arg(long, value_enum, default_value_t = Provider::Rule)]
    provider: Provider,
}

#[derive(Clone, Copy, ValueEnum)]
enum Provider {
    Rule,
    #[value(name = "openai")]
    OpenAi,
    Rasa,
}

impl Provider {
    fn settings(self) -> Result<NluSettings, String> {
        let name = match self {
            Self::Rule => return Ok(NluSettings::Rules),
            Self::OpenAi => "openai",
            Self::Rasa => "rasa",
        };
        Settings::load_nlu(name).map_err(|faults| faults.to_string())
    }
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
}

pub(super) async fn run(NluCommand::Parse(args): NluCommand) -> Result<ExitCode, String> {
    let home = Region::parse("MX").ok_or("the region MX is not known")?;
    let settings = args.provider.settings()?;
    let parser = understanding::parser(&settings, home, &kernel()).map_err(super::doctor::cause)?;
    if !args.jsonl {
        let parsed = parser.parse(&args.text.unwrap_or_default(), &Dialogue::default()).await;
        return super::say(&prediction(None, &parsed).to_string());
    }
    let mut out = io::stdout().lock();
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line.map_err(|fault| fault.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line)
            .map_err(|fault| format!("line {}: {fault}", number.saturating_add(1)))?;
        let parsed = parser.parse(&line.text, &Dialogue::default()).await;
        writeln!(out, "{}", prediction(Some(line.id), &parsed)).map_err(|fault| fault.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The understanding as JSON: the intent's English label, amounts as decimal strings, other slots as texts. Where a
/// service was to be asked, also whose reading it is.
fn prediction(id: Option<Value>, parsed: &ParsedText) -> Value {
    let understanding = &parsed.understanding;
    let entities = &understanding.entities;
    let mut prediction = json!({
        "intent": understanding.intent.label(),
        "amount": entities.amount.as_ref().and_then(AmountReading::exact),
        "currency": entities.currency.map(domain::money::Currency::code),
        "destination": entities.destination.as_ref().map(|d| json!({"kind": d.kind.name(), "value": d.value})),
        "code": entities.code,
    });
    if let Some(fields) = prediction.as_object_mut() {
        fields.extend(id.map(|id| ("id".to_owned(), id)));
        if parsed.consulted.is_some() {
            fields.insert("provider".into(), parsed.provider.into());
            fields.insert("fallback_reason".into(), parsed.fallback_reason().into());
        }
    }
    prediction
}
