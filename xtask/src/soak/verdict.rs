//! Whether every message was answered, once, in order: what phones show against what was said, and what the
//! database holds against both.

use super::{
    house::House,
    plan::{Provider, Talk, Word},
    world::Seen,
};
use crate::wire;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// An answer, as the database has it, beside the message that it answers.
struct Row {
    status: String,
    provider_id: String,
    is_dead: bool,
    /// When the message was taken, in milliseconds since 1970.
    received_at: i64,
}

/// What there is to tell.
#[derive(Default)]
pub(super) struct Findings {
    /// What must not be; none is a pass.
    pub(super) complaints: Vec<String>,
    /// Answers that arrived.
    pub(super) answers: usize,
    /// Sends in doubt that were looked for.
    pub(super) doubts: usize,
    /// Telegram's answers that were lost with a killed replica, and are left to people.
    pub(super) left_to_people: usize,
    /// From a message's being taken to its answer on the phone, sorted.
    pub(super) waits_ms: Vec<i64>,
}

/// The database, asked by psql.
pub(super) struct Database {
    psql: PathBuf,
    url: String,
}

impl Database {
    pub(super) fn new(bin: &Path, url: &str) -> Self {
        Self { psql: bin.join("psql"), url: url.to_owned() }
    }

    fn rows(&self, query: &str) -> Result<Vec<Vec<String>>, String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["-X", "-q", "-A", "-t", "-F", "|", "-c", query]).arg(&self.url);
        let said = psql.output().map_err(|fault| format!("psql could not be started: {fault}"))?;
        if !said.status.success() {
            return Err(format!("psql: {}", String::from_utf8_lossy(&said.stderr).trim_end()));
        }
        let text = String::from_utf8_lossy(&said.stdout);
        Ok(text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect())
    }

    pub(super) fn number(&self, query: &str) -> Result<usize, String> {
        let rows = self.rows(query)?;
        let cell = rows.first().and_then(|row| row.first()).map_or("", String::as_str);
        cell.parse().map_err(|_text| format!("{query}: no number: {cell}"))
    }

    /// Messages that wait for their turn, and answers that wait to be settled.
    pub(super) fn open(&self) -> Result<usize, String> {
        self.number(
            "select (select count(*) from inbox where state = 'pending') + \
             (select count(*) from outbox where phase <> 'settled')",
        )
    }

    /// The answers of each person, by his number's digits, in order.
    fn answers(&self) -> Result<BTreeMap<String, Vec<Row>>, String> {
        let rows = self.rows(
            "with o as (select *, row_number() over (partition by conversation_id order by seq) as n from outbox), \
             i as (select conversation_id, received_at, \
                   row_number() over (partition by conversation_id order by seq) as n from inbox) \
             select o.recipient, o.status, coalesce(o.provider_id, ''), \
                    (o.dead_reason is not null)::int, (extract(epoch from i.received_at) * 1000)::bigint \
             from o left join i using (conversation_id, n) order by o.conversation_id, o.n",
        )?;
        let mut answers: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows {
            let [recipient, status, provider_id, dead, received_at] = row.as_slice() else {
                return Err(format!("a row of the outbox can't be read: {row:?}"));
            };
            let digits = recipient.chars().filter(char::is_ascii_digit).collect();
            answers.entry(digits).or_default().push(Row {
                status: status.clone(),
                provider_id: provider_id.clone(),
                is_dead: dead == "1",
                received_at: received_at.parse().unwrap_or(0),
            });
        }
        Ok(answers)
    }
}

/// Looks everything over.
pub(super) fn judge(
    house: &House,
    database: &Database,
    talks: &[Talk],
    seen: &Seen,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let answers = database.answers()?;
    findings.doubts =
        database.number("select count(distinct outbox_id) from outbox_history where status = 'unknown'")?;
    for talk in talks {
        let (_, shown) =
            house.world("GET", &format!("/sandbox/phones/+{}/messages", talk.digits), &Value::Null)?;
        let Value::Array(shown) = shown else { return Err("a phone shows nothing".into()) };
        let rows = answers.get(&talk.digits).map(Vec::as_slice).unwrap_or_default();
        one_talk(talk, &shown, rows, seen, &mut findings);
    }
    let messages: usize = talks.iter().map(|talk| talk.words.len()).sum();
    let mut counts = |what: &str, query: &str, expected: usize| -> Result<(), String> {
        let found = database.number(query)?;
        if found != expected {
            findings.complaints.push(format!("{what}: {found}, not {expected}"));
        }
        Ok(())
    };
    counts("conversations", "select count(*) from conversations", talks.len())?;
    counts("messages done", "select count(*) from inbox where state = 'done'", messages)?;
    counts("messages at all", "select count(*) from inbox", messages)?;
    counts("answers", "select count(*) from outbox", messages)?;
    counts("answers not settled", "select count(*) from outbox where phase <> 'settled'", 0)?;
    let letters = dead_letters(house)?;
    if letters != findings.left_to_people {
        let explained = findings.left_to_people;
        findings.complaints.push(format!("{letters} dead letters, of which {explained} are explained"));
    }
    findings.waits_ms.sort_unstable();
    Ok(findings)
}

fn one_talk(talk: &Talk, shown: &[Value], rows: &[Row], seen: &Seen, findings: &mut Findings) {
    let whose = format!("{} {}", talk.provider.name(), talk.digits);
    let mut complain = |what: String| findings.complaints.push(format!("{whose}: {what}"));
    if rows.len() != talk.words.len() {
        complain(format!("{} answers to {} messages", rows.len(), talk.words.len()));
    }
    // What Telegram was told when a replica died may or may not have arrived: nobody can ask.
    let is_open = |row: &Row| row.is_dead && talk.provider == Provider::Telegram;
    let heard: Vec<Option<Word>> =
        shown.iter().map(|message| Word::answered_by(wire::text(message, "/body"))).collect();
    let expected = talk.words.iter().zip(rows).map(|(word, row)| (*word, is_open(row)));
    if !follows(&heard, &expected.collect::<Vec<_>>()) {
        complain(format!("said {:?}, heard {heard:?}", talk.words));
    }
    let ids: BTreeSet<&str> =
        rows.iter().map(|row| row.provider_id.as_str()).filter(|id| !id.is_empty()).collect();
    if ids.len() != rows.iter().filter(|row| !row.is_dead).count() {
        complain("answers without an id of the provider's, or with another's".into());
    }
    for row in rows.iter().filter(|row| !is_open(row)) {
        let expected = seen.furthest.get(&row.provider_id).copied().unwrap_or("sent");
        if row.status != expected || row.is_dead {
            complain(format!("an answer is {}, and its provider told {expected}", row.status));
        }
    }
    for message in shown {
        let id = wire::text(message, "/id");
        let Some(row) = rows.iter().find(|row| row.provider_id == id) else { continue };
        let at = chrono::DateTime::parse_from_rfc3339(wire::text(message, "/at")).ok();
        findings.waits_ms.extend(at.map(|at| at.timestamp_millis() - row.received_at));
    }
    findings.answers += shown.len();
    findings.left_to_people += rows.iter().filter(|row| is_open(row)).count();
}

/// Whether these were heard, each once and in order; those that are open may be missing.
fn follows(heard: &[Option<Word>], expected: &[(Word, bool)]) -> bool {
    match (heard, expected) {
        ([], rest) => rest.iter().all(|(_, is_open)| *is_open),
        (_, []) => false,
        ([one, later @ ..], [(word, is_open), rest @ ..]) => {
            (*one == Some(*word) && follows(later, rest)) || (*is_open && follows(heard, rest))
        }
    }
}

/// How many the API tells of.
fn dead_letters(house: &House) -> Result<usize, String> {
    let bearer = format!("Bearer {}", house.token()?);
    let [replica, _] = &house.replicas;
    let headers = [("Authorization", bearer.as_str())];
    let answer = wire::ask("GET", replica, "/api/v1/dead-letters?limit=200", &headers, b"")
        .map_err(|fault| format!("dead letters: {fault}"))?;
    let body: Value =
        serde_json::from_slice(&answer.body).map_err(|fault| format!("dead letters: {fault}"))?;
    let items = body.get("items").and_then(Value::as_array);
    items.map(Vec::len).ok_or_else(|| format!("dead letters: HTTP {}", answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: [(Word, bool); 3] = [(Word::Help, false), (Word::Hello, true), (Word::Yes, false)];

    #[test]
    fn once_each_and_in_order() {
        let heard = |words: &[Word]| words.iter().copied().map(Some).collect::<Vec<_>>();
        assert!(follows(&heard(&[Word::Help, Word::Hello, Word::Yes]), &SAID));
        assert!(follows(&heard(&[Word::Help, Word::Yes]), &SAID), "an open one may be missing");
        assert!(!follows(&heard(&[Word::Help, Word::Hello]), &SAID));
        assert!(!follows(&heard(&[Word::Hello, Word::Help, Word::Yes]), &SAID));
        assert!(!follows(&heard(&[Word::Help, Word::Hello, Word::Hello, Word::Yes]), &SAID));
        assert!(!follows(&[Some(Word::Help), None, Some(Word::Yes)], &SAID), "an answer to nothing");
    }
}
