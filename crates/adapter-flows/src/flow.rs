//! Reads the file of a flow.

use crate::{
    catalogue,
    reader::{Reader, Table, date, number},
};
use domain::messaging::flow::{
    DraftClosing, DraftCondition, DraftConsent, DraftNext, DraftOption, DraftResults, DraftRule, DraftStep,
    FlowDraft, FlowFault, FlowFile, Lined, RuleValue,
};
use toml::de::{DeTable, DeValue};

/// Reads a flow. Returns its content and the text of the catalogue that it names, or the faults of its form.
pub(crate) fn read(
    text: &str,
    catalogue: &dyn Fn(&str) -> Result<String, String>,
) -> Result<(FlowDraft, Option<String>), Vec<FlowFault>> {
    let mut reader = Reader::new(text, FlowFile::Flow);
    let (document, faults) = DeTable::parse_recoverable(text);
    reader.syntax(faults);
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    let root = reader.table("a flow", 1, document.get_ref());
    let (draft, catalogue) = flow(&mut reader, &root, catalogue);
    reader.faults.sort_unstable();
    if reader.faults.is_empty() { Ok((draft, catalogue)) } else { Err(reader.faults) }
}

/// The file name of the flow's catalogue. `None` if the flow names none.
pub(crate) fn catalogue_name(text: &str) -> Option<String> {
    let (document, _) = DeTable::parse_recoverable(text);
    let results = document.get_ref().get("results")?;
    let name = results.get_ref().get("catalogue")?;
    name.get_ref().as_str().map(str::to_owned)
}

fn flow(
    r: &mut Reader,
    root: &Table<'_>,
    catalogue: &dyn Fn(&str) -> Result<String, String>,
) -> (FlowDraft, Option<String>) {
    r.only(
        root,
        &[
            "id",
            "version",
            "languages",
            "title",
            "triggers",
            "consent",
            "menu",
            "steps",
            "results",
            "closing",
        ],
    );
    let (results, catalogue) = match r.opt_table(root, "results") {
        Some(table) => {
            let (results, text) = results(r, &table, catalogue);
            (Some(results), text)
        }
        None => (None, None),
    };
    let consent = r.need_table(root, "consent").unwrap_or_else(|| empty("consent"));
    r.only(&consent, &["text", "accept"]);
    let menu = r.need_table(root, "menu").unwrap_or_else(|| empty("menu"));
    r.only(&menu, &["text"]);
    let closing = r.need_table(root, "closing").unwrap_or_else(|| empty("closing"));
    r.only(&closing, &["text", "options"]);
    let steps = r.tables(root, "steps", "a step").iter().map(|table| step(r, table)).collect();
    let draft = FlowDraft {
        id: r.string(root, "id"),
        version: r.integer(root, "version"),
        languages: r.list(root, "languages"),
        title: r.texts(root, "title"),
        triggers: r.words(root, "triggers"),
        consent: DraftConsent { text: r.texts(&consent, "text"), accept: r.words(&consent, "accept") },
        menu: r.texts(&menu, "text"),
        steps,
        results,
        closing: DraftClosing { text: r.texts(&closing, "text"), options: options(r, &closing) },
    };
    (draft, catalogue)
}

/// An empty table, in place of a missing one whose fault is already recorded.
fn empty(what: &str) -> Table<'static> {
    Table::empty(what)
}

fn step(r: &mut Reader, table: &Table<'_>) -> DraftStep {
    r.only(table, &["id", "kind", "question", "retry", "options", "valid", "next"]);
    let valid = r.opt_table(table, "valid").map(|valid| {
        let mut rules = Vec::new();
        for entry in valid.others(&[]) {
            let value = match entry.value {
                DeValue::Boolean(on) => Some(RuleValue::Flag(*on)),
                DeValue::Datetime(_) => date(entry.value).map(RuleValue::Date),
                other => number(other).map(RuleValue::Number),
            };
            match value {
                Some(value) => rules.push((Lined { line: entry.line, value: entry.key.to_owned() }, value)),
                None => r.fault(entry.line, format!("{} must be a number, a date, true or false", entry.key)),
            }
        }
        rules
    });
    DraftStep {
        line: table.line,
        id: r.string(table, "id"),
        kind: r.string(table, "kind"),
        question: r.texts(table, "question"),
        retry: r.texts(table, "retry"),
        options: options(r, table),
        valid: valid.unwrap_or_default(),
        next: next(r, table),
    }
}

/// Reads `next = "step"`, or a list of next steps with conditions.
fn next(r: &mut Reader, table: &Table<'_>) -> Vec<DraftNext> {
    if table.is_text("next") {
        return r.opt_string(table, "next").into_iter().map(|go| DraftNext { when: None, go }).collect();
    }
    let mut ways = Vec::new();
    for way in r.tables(table, "next", "a next step") {
        r.only(&way, &["when", "go"]);
        let when = r.opt_table(&way, "when").map(|when| {
            r.only(&when, &["step", "is", "min", "max"]);
            DraftCondition {
                step: r.string(&when, "step"),
                is: if when.has("is") { r.list(&when, "is").value } else { Vec::new() },
                min: r.opt_number(&when, "min"),
                max: r.opt_number(&when, "max"),
            }
        });
        ways.push(DraftNext { when, go: r.string(&way, "go") });
    }
    ways
}

fn options(r: &mut Reader, table: &Table<'_>) -> Vec<DraftOption> {
    let mut options = Vec::new();
    for option in r.tables(table, "options", "an option") {
        r.only(&option, &["id", "title", "button", "words", "action"]);
        options.push(DraftOption {
            id: r.string(&option, "id"),
            title: r.texts(&option, "title"),
            button: r.opt_texts(&option, "button"),
            words: r.opt_words(&option, "words"),
            action: r.opt_string(&option, "action"),
        });
    }
    options
}

fn results(
    r: &mut Reader,
    table: &Table<'_>,
    catalogue: &dyn Fn(&str) -> Result<String, String>,
) -> (DraftResults, Option<String>) {
    r.only(table, &["catalogue", "intro", "min", "max", "rules"]);
    let name = r.string(table, "catalogue");
    let text = match catalogue(&name.value) {
        Ok(text) => Some(text),
        Err(reason) => {
            r.fault(name.line, format!("catalogue «{}» {reason}", name.value));
            None
        }
    };
    let mut rules = Vec::new();
    for rule in r.tables(table, "rules", "a rule") {
        r.only(&rule, &["kind", "step", "field", "radius_km", "words"]);
        rules.push(DraftRule {
            kind: r.string(&rule, "kind"),
            step: r.string(&rule, "step"),
            field: r.opt_string(&rule, "field"),
            radius_km: r.opt_integer(&rule, "radius_km"),
            words: r.opt_words(&rule, "words").unwrap_or_default().by_language,
        });
    }
    let read = text.as_deref().map(catalogue::read).unwrap_or_default();
    r.faults.extend(read.1);
    let results = DraftResults {
        line: table.line,
        intro: r.texts(table, "intro"),
        min: r.integer(table, "min"),
        max: r.integer(table, "max"),
        rules,
        catalogue: read.0,
    };
    (results, text)
}
