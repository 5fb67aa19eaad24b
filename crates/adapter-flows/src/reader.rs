//! Reads TOML with the line of each value and collects all faults of form at once.

use chrono::NaiveDate;
use domain::messaging::flow::{DraftTexts, DraftWords, FlowFault, FlowFile, Lined};
use rust_decimal::Decimal;
use std::{ops::Range, str::FromStr};
use toml::de::{DeTable, DeValue};

/// Reads one file and collects the faults of its form.
pub(crate) struct Reader {
    /// The byte offset of each line break.
    line_ends: Vec<usize>,
    file: FlowFile,
    pub(crate) faults: Vec<FlowFault>,
}

/// A table: its name in complaints, its first line, and its entries.
pub(crate) struct Table<'t> {
    what: String,
    pub(crate) line: usize,
    entries: Vec<Entry<'t>>,
}

/// A key with its value and the lines of both.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    pub(crate) line: usize,
    pub(crate) value: &'t DeValue<'t>,
    value_line: usize,
}

impl Table<'_> {
    /// An empty table, in place of one that is missing.
    pub(crate) fn empty(what: &str) -> Self {
        Self { what: what.to_owned(), line: 1, entries: Vec::new() }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn is_text(&self, key: &str) -> bool {
        self.get(key).is_some_and(|entry| entry.value.is_str())
    }

    fn get(&self, key: &str) -> Option<&Entry<'_>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// All entries but the known ones, in the order of the file.
    pub(crate) fn others(&self, known: &[&str]) -> impl Iterator<Item = &Entry<'_>> {
        self.entries.iter().filter(move |entry| !known.contains(&entry.key))
    }
}

impl Reader {
    pub(crate) fn new(text: &str, file: FlowFile) -> Self {
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { line_ends, file, faults: Vec::new() }
    }

    /// Records the faults that the TOML parser found.
    pub(crate) fn syntax(&mut self, faults: Vec<toml::de::Error>) {
        for fault in faults {
            let line = fault.span().map_or(1, |span| self.line(&span));
            self.fault(line, fault.message().to_owned());
        }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.line_ends.partition_point(|end| *end < span.start).saturating_add(1)
    }

    pub(crate) fn fault(&mut self, line: usize, reason: impl Into<String>) {
        self.faults.push(FlowFault { file: self.file, line, reason: reason.into() });
    }

    /// A table with its entries in the order of the file.
    pub(crate) fn table<'t>(&self, what: &str, line: usize, table: &'t DeTable<'t>) -> Table<'t> {
        let mut entries: Vec<(usize, Entry<'t>)> = table
            .iter()
            .map(|(key, value)| {
                let entry = Entry {
                    key: key.get_ref().as_ref(),
                    line: self.line(&key.span()),
                    value: value.get_ref(),
                    value_line: self.line(&value.span()),
                };
                (key.span().start, entry)
            })
            .collect();
        entries.sort_by_key(|(at, _)| *at);
        Table { what: what.to_owned(), line, entries: entries.into_iter().map(|(_, entry)| entry).collect() }
    }

    /// Records a fault for every entry whose key is not among the known ones.
    pub(crate) fn only(&mut self, table: &Table<'_>, known: &[&str]) {
        for entry in table.others(known) {
            self.fault(entry.line, format!("{} has no {}", table.what, entry.key));
        }
    }

    fn missing(&mut self, table: &Table<'_>, key: &str) {
        self.fault(table.line, format!("{} needs {key}", table.what));
    }

    fn wrong(&mut self, entry: &Entry<'_>, expected: &str) {
        self.fault(entry.line, format!("{} must be {expected}", entry.key));
    }

    pub(crate) fn opt_table<'t>(&mut self, table: &'t Table<'t>, key: &str) -> Option<Table<'t>> {
        let entry = table.get(key)?;
        match entry.value {
            DeValue::Table(inner) => Some(self.table(key, entry.line, inner)),
            _ => {
                self.wrong(entry, "a table");
                None
            }
        }
    }

    pub(crate) fn need_table<'t>(&mut self, table: &'t Table<'t>, key: &str) -> Option<Table<'t>> {
        if table.get(key).is_none() {
            self.missing(table, key);
        }
        self.opt_table(table, key)
    }

    /// An array of tables. Empty if the key is missing.
    pub(crate) fn tables<'t>(&mut self, table: &'t Table<'t>, key: &str, each: &str) -> Vec<Table<'t>> {
        let Some(entry) = table.get(key) else { return Vec::new() };
        let DeValue::Array(array) = entry.value else {
            self.wrong(entry, "a list of tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            let line = self.line(&item.span());
            match item.get_ref() {
                DeValue::Table(inner) => tables.push(self.table(each, line, inner)),
                _ => self.fault(line, format!("{key} must be a list of tables")),
            }
        }
        tables
    }

    pub(crate) fn opt_string(&mut self, table: &Table<'_>, key: &str) -> Option<Lined<String>> {
        let entry = table.get(key)?;
        match entry.value {
            DeValue::String(text) => Some(Lined { line: entry.line, value: text.clone().into_owned() }),
            _ => {
                self.wrong(entry, "a text");
                None
            }
        }
    }

    pub(crate) fn string(&mut self, table: &Table<'_>, key: &str) -> Lined<String> {
        if table.get(key).is_none() {
            self.missing(table, key);
        }
        self.opt_string(table, key).unwrap_or(Lined { line: table.line, value: String::new() })
    }

    pub(crate) fn opt_number(&mut self, table: &Table<'_>, key: &str) -> Option<Lined<Decimal>> {
        let entry = table.get(key)?;
        let number = number(entry.value);
        if number.is_none() {
            self.wrong(entry, "a number");
        }
        number.map(|value| Lined { line: entry.line, value })
    }

    pub(crate) fn opt_integer(&mut self, table: &Table<'_>, key: &str) -> Option<Lined<i64>> {
        let entry = table.get(key)?;
        let number = match entry.value {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(entry, "a whole number");
        }
        number.map(|value| Lined { line: entry.line, value })
    }

    pub(crate) fn integer(&mut self, table: &Table<'_>, key: &str) -> Lined<i64> {
        if table.get(key).is_none() {
            self.missing(table, key);
        }
        self.opt_integer(table, key).unwrap_or(Lined { line: table.line, value: 0 })
    }

    /// The texts of an array. Empty, with a fault, if the entry is no array.
    pub(crate) fn list_of(&mut self, entry: &Entry<'_>) -> Vec<Lined<String>> {
        let DeValue::Array(array) = entry.value else {
            self.wrong(entry, "a list of texts");
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in array {
            let line = self.line(&item.span());
            match item.get_ref() {
                DeValue::String(text) => list.push(Lined { line, value: text.clone().into_owned() }),
                _ => self.fault(line, format!("{} must be a list of texts", entry.key)),
            }
        }
        list
    }

    pub(crate) fn list(&mut self, table: &Table<'_>, key: &str) -> Lined<Vec<Lined<String>>> {
        match table.get(key) {
            Some(entry) => Lined { line: entry.line, value: self.list_of(entry) },
            None => {
                self.missing(table, key);
                Lined { line: table.line, value: Vec::new() }
            }
        }
    }

    /// A table of one text for each language.
    pub(crate) fn texts(&mut self, table: &Table<'_>, key: &str) -> DraftTexts {
        let Some(inner) = self.need_table(table, key) else {
            return DraftTexts { line: table.line, by_language: Vec::new() };
        };
        let mut by_language = Vec::new();
        for entry in &inner.entries {
            match entry.value {
                DeValue::String(text) => by_language.push((tag(entry), text.clone().into_owned())),
                _ => self.wrong(entry, "a text"),
            }
        }
        DraftTexts { line: inner.line, by_language }
    }

    pub(crate) fn opt_texts(&mut self, table: &Table<'_>, key: &str) -> Option<DraftTexts> {
        table.get(key)?;
        Some(self.texts(table, key))
    }

    /// A table of word lists, by language or by another key.
    pub(crate) fn words(&mut self, table: &Table<'_>, key: &str) -> DraftWords {
        let Some(inner) = self.need_table(table, key) else { return DraftWords::default() };
        let by_language = inner.entries.iter().map(|entry| (tag(entry), self.list_of(entry))).collect();
        DraftWords { line: inner.line, by_language }
    }

    pub(crate) fn opt_words(&mut self, table: &Table<'_>, key: &str) -> Option<DraftWords> {
        table.get(key)?;
        Some(self.words(table, key))
    }

    /// A position: latitude and longitude in degrees.
    pub(crate) fn position(&mut self, table: &Table<'_>, key: &str) -> Lined<(f64, f64)> {
        let nowhere = Lined { line: table.line, value: (0.0, 0.0) };
        let Some(entry) = table.get(key) else {
            self.missing(table, key);
            return nowhere;
        };
        let degrees = |value: &DeValue<'_>| match value {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let pair: Vec<f64> = match entry.value {
            DeValue::Array(array) => array.iter().filter_map(|item| degrees(item.get_ref())).collect(),
            _ => Vec::new(),
        };
        match pair.as_slice() {
            [latitude, longitude] => Lined { line: entry.value_line, value: (*latitude, *longitude) },
            _ => {
                self.wrong(entry, "[latitude, longitude]");
                nowhere
            }
        }
    }
}

fn tag(entry: &Entry<'_>) -> Lined<String> {
    Lined { line: entry.line, value: entry.key.to_owned() }
}

pub(crate) fn number(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::Integer(integer) if integer.radix() == 10 => Decimal::from_str(integer.as_str()).ok(),
        DeValue::Float(float) => Decimal::from_str(float.as_str()).ok(),
        _ => None,
    }
}

/// A date without a time. `None` for everything else.
pub(crate) fn date(value: &DeValue<'_>) -> Option<NaiveDate> {
    match value {
        DeValue::Datetime(datetime) => NaiveDate::from_str(&datetime.to_string()).ok(),
        _ => None,
    }
}
