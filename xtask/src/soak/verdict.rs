//! Checks that every message was answered once and in order: compares what the phones show with what was
//! written, and the database with both.

use super::{
    plan::{PlannedConversation, Provider, Word},
    platform::Platform,
    world::Seen,
};
use crate::wire;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// An answer in the database, with the time of the message that it answers.
struct Row {
    status: String,
    provider_id: String,
    is_dead: bool,
    /// When the message was received, in milliseconds since 1970.
    received_at: i64,
}

/// The result of the check.
#[derive(Default)]
pub(super) struct Findings {
    /// Every violation found. The test passes if there is none.
    pub(super) complaints: Vec<String>,
    /// How many answers arrived.
    pub(super) answers: usize,
    /// How many sends had an unknown outcome and were looked up at the provider.
    pub(super) doubts: usize,
    /// How many Telegram answers have an unknown outcome after the kill, and are left to people.
    pub(super) left_to_people: usize,
    /// Times from a received message to its answer on the phone, sorted.
    pub(super) waits_ms: Vec<i64>,
}

/// The database, queried with psql.
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
        cell.parse().map_err(|_text| format!("{query}: not a number: {cell}"))
    }

    /// How many messages are not handled and how many answers are not settled.
    pub(super) fn open(&self) -> Result<usize, String> {
        self.number(
            "select (select count(*) from inbox where state = 'pending') + \
             (select count(*) from outbox where phase <> 'settled')",
        )
    }

    /// The answers to each person in order, by the digits of the person's number.
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

/// Checks every conversation and the totals.
pub(super) fn judge(
    platform: &Platform,
    database: &Database,
    conversations: &[PlannedConversation],
    seen: &Seen,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let answers = database.answers()?;
    findings.doubts =
        database.number("select count(distinct outbox_id) from outbox_history where status = 'unknown'")?;
    for conversation in conversations {
        let (_, shown) = platform.world(
            "GET",
            &format!("/sandbox/phones/+{}/messages", conversation.digits),
            &Value::Null,
        )?;
        let Value::Array(shown) = shown else {
            return Err("the sandbox returned no messages of a phone".into());
        };
        let rows = answers.get(&conversation.digits).map(Vec::as_slice).unwrap_or_default();
        one_conversation(conversation, &shown, rows, seen, &mut findings);
    }
    let messages: usize = conversations.iter().map(|conversation| conversation.words.len()).sum();
    let mut counts = |what: &str, query: &str, expected: usize| -> Result<(), String> {
        let found = database.number(query)?;
        if found != expected {
            findings.complaints.push(format!("{what}: {found} instead of {expected}"));
        }
        Ok(())
    };
    counts("conversations", "select count(*) from conversations", conversations.len())?;
    counts("messages done", "select count(*) from inbox where state = 'done'", messages)?;
    counts("messages at all", "select count(*) from inbox", messages)?;
    counts("answers", "select count(*) from outbox", messages)?;
    counts("answers not settled", "select count(*) from outbox where phase <> 'settled'", 0)?;
    let letters = dead_letters(platform)?;
    if letters != findings.left_to_people {
        let explained = findings.left_to_people;
        findings.complaints.push(format!("{letters} dead letters, {explained} of them explained"));
    }
    findings.waits_ms.sort_unstable();
    Ok(findings)
}

fn one_conversation(
    conversation: &PlannedConversation,
    shown: &[Value],
    rows: &[Row],
    seen: &Seen,
    findings: &mut Findings,
) {
    let whose = format!("{} {}", conversation.provider.name(), conversation.digits);
    let mut complain = |what: String| findings.complaints.push(format!("{whose}: {what}"));
    if rows.len() != conversation.words.len() {
        complain(format!("{} answers to {} messages", rows.len(), conversation.words.len()));
    }
    // Telegram can't tell whether a message arrived that was being sent when the replica died.
    let is_open = |row: &Row| row.is_dead && conversation.provider == Provider::Telegram;
    let heard: Vec<Option<Word>> =
        shown.iter().map(|message| Word::answered_by(wire::text(message, "/body"))).collect();
    let expected = conversation.words.iter().zip(rows).map(|(word, row)| (*word, is_open(row)));
    if !follows(&heard, &expected.collect::<Vec<_>>()) {
        complain(format!("wrote {:?}, got {heard:?}", conversation.words));
    }
    let ids: BTreeSet<&str> =
        rows.iter().map(|row| row.provider_id.as_str()).filter(|id| !id.is_empty()).collect();
    if ids.len() != rows.iter().filter(|row| !row.is_dead).count() {
        complain("answers without a provider id, or with the id of another answer".into());
    }
    for row in rows.iter().filter(|row| !is_open(row)) {
        let expected = seen.furthest.get(&row.provider_id).copied().unwrap_or("sent");
        if row.status != expected || row.is_dead {
            complain(format!("an answer is {}, but its provider reported {expected}", row.status));
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

/// True if every expected answer was heard once and in order. Answers with an unknown outcome may be missing.
fn follows(heard: &[Option<Word>], expected: &[(Word, bool)]) -> bool {
    match (heard, expected) {
        ([], rest) => rest.iter().all(|(_, is_open)| *is_open),
        (_, []) => false,
        ([one, later @ ..], [(word, is_open), rest @ ..]) => {
            (*one == Some(*word) && follows(later, rest)) || (*is_open && follows(heard, rest))
        }
    }
}

/// The number of dead letters, by the API.
fn dead_letters(platform: &Platform) -> Result<usize, String> {
    let bearer = format!("Bearer {}", platform.token()?);
    let [replica, _] = &platform.replicas;
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
