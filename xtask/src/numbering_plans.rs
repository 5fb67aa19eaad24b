//! Writes the table of numbering plans that `domain` reads, from the metadata inside `rlibphonenumber`.
//!
//! The crate carries Google's metadata as a protocol buffer. Its few fields are read here by hand: the task
//! needs no code generator, and neither does the build.

use crate::{root, shell_env};
use serde_json::Value;
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const TABLE: &str = "crates/domain/data/numbering-plans.tsv";

/// Where the metadata lies in the sources of `rlibphonenumber`.
const METADATA: &str = "src/generated/metadata/metadata.bin";

/// The region of calling codes that belong to no country.
const NO_COUNTRY: &str = "001";

/// The numbers that Google's `phonemetadata.proto` gives to the fields.
mod field {
    pub(super) const COLLECTION_PLAN: u64 = 1;
    pub(super) const GENERAL: u64 = 1;
    pub(super) const REGION: u64 = 9;
    pub(super) const CALLING_CODE: u64 = 10;
    pub(super) const INTERNATIONAL_PREFIX: u64 = 11;
    pub(super) const NATIONAL_PREFIX: u64 = 15;
    pub(super) const REPLACEMENT: u64 = 16;
    pub(super) const MAIN_COUNTRY: u64 = 22;
    pub(super) const NUMBER: u64 = 2;
    pub(super) const PREMIUM_RATE: u64 = 5;
    pub(super) const LENGTH: u64 = 9;
    pub(super) const LOCAL_LENGTH: u64 = 10;
    pub(super) const LEADING_DIGITS: u64 = 23;
    /// The kinds of numbers: landline, mobile, toll-free, premium-rate, shared-cost, personal, internet, pager,
    /// company-wide, voicemail.
    pub(super) const KINDS: [u64; 10] = [2, 3, 4, 5, 6, 7, 8, 21, 25, 28];
}

/// Writes the table anew, and names the release of the metadata in its first line.
pub(crate) fn write() -> Result<(), String> {
    let sources = library()?;
    let metadata = read(&sources.join(METADATA))?;
    let readme = String::from_utf8(read(&sources.join("Readme.md"))?).map_err(|error| error.to_string())?;
    let release = readme
        .lines()
        .find_map(|line| line.strip_prefix("**Used metadata version:**"))
        .map(|rest| rest.trim_matches([' ', '`', '\\', '<', '>', 'b', 'r', '/']))
        .ok_or("the library's Readme.md names no metadata version")?;
    let table = table(&metadata, release).ok_or("the metadata has another format than is known here")?;
    fs::write(root()?.join(TABLE), table).map_err(|error| format!("{TABLE}: {error}"))
}

/// The folder with the sources of `rlibphonenumber`, where cargo keeps them.
fn library() -> Result<PathBuf, String> {
    let asked = shell_env::cargo().args(["metadata", "--format-version", "1"]).current_dir(root()?).output();
    let answer = asked.map_err(|error| format!("cargo metadata: {error}"))?.stdout;
    let answer: Value =
        serde_json::from_slice(&answer).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = answer.pointer("/packages").and_then(Value::as_array);
    packages
        .into_iter()
        .flatten()
        .filter(|package| package.pointer("/name").and_then(Value::as_str) == Some("rlibphonenumber"))
        .find_map(|package| package.pointer("/manifest_path").and_then(Value::as_str))
        .and_then(|manifest| Path::new(manifest).parent())
        .map(Path::to_owned)
        .ok_or_else(|| "rlibphonenumber is no dependency".to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The complete table: by calling code, the main country first, the others in the metadata's order.
fn table(metadata: &[u8], release: &str) -> Option<String> {
    let mut rows = Vec::new();
    let plans: Vec<_> = Message::read(metadata)?.messages(field::COLLECTION_PLAN).collect::<Option<_>>()?;
    let codes: Vec<_> = plans.iter().map(|plan| plan.number(field::CALLING_CODE)).collect();
    for plan in &plans {
        let code = plan.number(field::CALLING_CODE);
        let is_shared = codes.iter().filter(|other| **other == code).count() > 1;
        rows.push(row(plan, is_shared)?);
    }
    rows.sort_by_key(|(calling_code, is_main, _row)| (*calling_code, !is_main));
    let mut table = format!(
        "# Numbering plans, from the metadata {release} of libphonenumber. Copyright The Libphonenumber \
         Authors,\n\
         # Apache License 2.0 (LICENSE-APACHE). Written by `cargo xtask numbering-plans`; do not edit.\n\
         # calling code, region, lengths, local lengths, international prefix, national prefix, replacement, \
         number, premium-rate\n\
         # numbers; where regions share the calling code: first digits of the region's numbers, its assigned numbers\n"
    );
    for (_code, _is_main, row) in rows {
        writeln!(table, "{row}").ok()?;
    }
    Some(table)
}

/// One plan: its calling code, whether it is the main one of that code, and its row. Only where its calling code
/// `is_shared`, the row says which numbers are the region's own.
fn row(plan: &Message<'_>, is_shared: bool) -> Option<(u64, bool, String)> {
    let general = Message::read(plan.bytes(field::GENERAL))?;
    let region = plan.text(field::REGION)?;
    let code = plan.number(field::CALLING_CODE)?;
    let is_main = plan.number(field::MAIN_COUNTRY) == Some(1) || region == NO_COUNTRY;
    let columns = [
        code.to_string(),
        region.to_owned(),
        general.lengths(field::LENGTH)?,
        general.lengths(field::LOCAL_LENGTH)?,
        bare(plan.text(field::INTERNATIONAL_PREFIX)?)?.to_owned(),
        bare(plan.text(field::NATIONAL_PREFIX)?)?.to_owned(),
        plan.text(field::REPLACEMENT)?.to_owned(),
        bare(general.text(field::NUMBER)?)?.to_owned(),
        bare(Message::read(plan.bytes(field::PREMIUM_RATE))?.text(field::NUMBER)?)?.to_owned(),
        if is_shared { bare(plan.text(field::LEADING_DIGITS)?)?.to_owned() } else { String::new() },
        if is_shared { assigned(plan)? } else { String::new() },
    ];
    let is_clean = columns.iter().all(|column| !column.contains(['\t', '\n']));
    is_clean.then(|| (code, is_main, columns.join("\t")))
}

/// The patterns of all kinds of numbers in one, each once.
fn assigned(plan: &Message<'_>) -> Option<String> {
    let mut patterns: Vec<&str> = Vec::new();
    for kind in field::KINDS {
        let pattern = bare(Message::read(plan.bytes(kind))?.text(field::NUMBER)?)?;
        if !pattern.is_empty() && !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    Some(patterns.join("|"))
}

/// A pattern without the anchors that the library puts around it.
fn bare(pattern: &str) -> Option<&str> {
    if pattern.is_empty() { Some("") } else { pattern.strip_prefix("^(?:")?.strip_suffix(")$") }
}

/// The fields of a protocol buffer message, in their order.
struct Message<'a>(Vec<(u64, Part<'a>)>);

enum Part<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    /// Reads all fields; none if a wire type is met that the metadata does not use.
    fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = number(&mut bytes)?;
            let part = match tag & 7 {
                0 => Part::Number(number(&mut bytes)?),
                2 => {
                    let length = usize::try_from(number(&mut bytes)?).ok()?;
                    let (part, rest) = bytes.split_at_checked(length)?;
                    bytes = rest;
                    Part::Bytes(part)
                }
                _ => return None,
            };
            fields.push((tag >> 3, part));
        }
        Some(Self(fields))
    }

    fn parts(&self, field: u64) -> impl Iterator<Item = &Part<'a>> {
        self.0.iter().filter(move |(number, _part)| *number == field).map(|(_number, part)| part)
    }

    fn messages(&self, field: u64) -> impl Iterator<Item = Option<Message<'a>>> {
        self.parts(field).map(|part| match part {
            Part::Bytes(bytes) => Message::read(bytes),
            Part::Number(_) => None,
        })
    }

    /// The bytes of a field, none where it is not set.
    fn bytes(&self, field: u64) -> &'a [u8] {
        self.parts(field)
            .find_map(|part| if let Part::Bytes(bytes) = part { Some(*bytes) } else { None })
            .unwrap_or_default()
    }

    fn text(&self, field: u64) -> Option<&'a str> {
        str::from_utf8(self.bytes(field)).ok()
    }

    fn number(&self, field: u64) -> Option<u64> {
        self.parts(field).find_map(|part| if let Part::Number(number) = part { Some(*number) } else { None })
    }

    /// A list of counts as a column: sorted, with commas. `-1`, which means no number at all, is left out.
    fn lengths(&self, field: u64) -> Option<String> {
        let mut lengths = Vec::new();
        for part in self.parts(field) {
            match part {
                Part::Number(length) => lengths.push(*length),
                Part::Bytes(packed) => {
                    let mut packed = *packed;
                    while !packed.is_empty() {
                        lengths.push(number(&mut packed)?);
                    }
                }
            }
        }
        lengths.retain(|length| *length < 64);
        lengths.sort_unstable();
        Some(lengths.iter().map(u64::to_string).collect::<Vec<_>>().join(","))
    }
}

/// Takes a base 128 number from the front.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}
