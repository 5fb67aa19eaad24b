//! The file with a copy of the keys: one JSON value a line. The first says what it is and when it was made, the last how
//! many lines are between, so that a file that was cut off is found out.

use application::privacy::reapply::{CopyLine, KeyBackup, KeyCopyError};
use chrono::{DateTime, Utc};
use domain::{ids::UserId, privacy::Receipt};
use ports::{
    privacy::{ErasureMade, JournalEntry, KeptNameCopy, KeyCopy, KeyState},
    subject_keys::{KeyPurpose, SubjectKeyId},
};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};
use uuid::Uuid;

/// The form of the file. The first one had of an erasure only whose it is and how far.
const VERSION: u32 = 2;
const FIRST_VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The first line.
    VentanillaKeys { version: u32, made_at: DateTime<Utc> },
    /// A key, sealed under `ENCRYPTION_KEY`, in hexadecimal digits.
    Key { subject: Uuid, purpose: String, state: String, sealed: Option<String> },
    /// An erasure that was asked for, has begun, or is done.
    Erasure {
        user: Uuid,
        has_begun: bool,
        execute_at: DateTime<Utc>,
        #[serde(default)]
        asked_at: Option<DateTime<Utc>>,
        #[serde(default)]
        begun_at: Option<DateTime<Utc>>,
        #[serde(default)]
        opted_out: bool,
        /// What the law keeps of who they were, under their money key, in hexadecimal digits.
        #[serde(default)]
        identity: Option<String>,
        #[serde(default)]
        kept_until: Option<DateTime<Utc>>,
        #[serde(default)]
        receipt: Option<Receipt>,
    },
    /// The name under which a viewer saw an erased person, under the viewer's money key, in hexadecimal digits.
    KeptName { viewer: Uuid, other: Uuid, sealed: String },
    /// The last line.
    End { lines: u64 },
}

fn failed(fault: impl std::fmt::Display) -> KeyCopyError {
    KeyCopyError::File(fault.to_string())
}

/// Writes a copy of the keys into a new file that only its owner reads.
pub(in crate::commands) async fn write(
    keys: &KeyBackup,
    path: &Path,
    now: DateTime<Utc>,
) -> Result<u64, KeyCopyError> {
    let file = super::create_private(path).map_err(failed)?;
    let mut out = BufWriter::new(file);
    put(&mut out, &Line::VentanillaKeys { version: VERSION, made_at: now })?;
    let lines = keys.copy(&mut |line| put(&mut out, &Line::from(line))).await?;
    put(&mut out, &Line::End { lines })?;
    let file = out.into_inner().map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(lines)
}

fn put(out: &mut BufWriter<File>, line: &Line) -> Result<(), KeyCopyError> {
    serde_json::to_writer(&mut *out, line).map_err(failed)?;
    out.write_all(b"\n").map_err(failed)
}

impl From<CopyLine> for Line {
    fn from(line: CopyLine) -> Self {
        match line {
            CopyLine::Key(key) => Self::Key {
                subject: key.id.subject,
                purpose: key.id.purpose.name().to_owned(),
                state: key.state.name().to_owned(),
                sealed: key.sealed.map(hex::encode),
            },
            CopyLine::Erasure(entry) => Self::Erasure {
                user: entry.user.0,
                has_begun: entry.has_begun,
                execute_at: entry.execute_at,
                asked_at: entry.asked_at,
                begun_at: entry.made.begun_at,
                opted_out: entry.made.opted_out,
                identity: entry.made.identity.map(hex::encode),
                kept_until: entry.made.kept_until,
                receipt: entry.made.receipt,
            },
            CopyLine::KeptName(name) => Self::KeptName {
                viewer: name.viewer.0,
                other: name.other.0,
                sealed: hex::encode(name.sealed),
            },
        }
    }
}

/// Reads the whole file without using it.
///
/// # Errors
/// When it is no copy of keys, or not a whole one.
pub(super) fn check(path: &Path) -> Result<(), KeyCopyError> {
    let mut counted = 0_u64;
    let mut end = None;
    for line in lines(path)? {
        match line? {
            Line::End { lines } => end = Some(lines),
            Line::VentanillaKeys { .. } => {}
            Line::Key { .. } | Line::Erasure { .. } | Line::KeptName { .. } => {
                counted = counted.saturating_add(1);
            }
        }
    }
    if end == Some(counted) { Ok(()) } else { Err(failed("the copy of the keys is not whole")) }
}

type CopyLines = Box<dyn Iterator<Item = Result<CopyLine, KeyCopyError>> + Send>;

/// When the copy was made, and its lines.
pub(super) fn read(path: &Path) -> Result<(DateTime<Utc>, CopyLines), KeyCopyError> {
    let mut all = lines(path)?;
    let made_at = match all.next() {
        Some(Ok(Line::VentanillaKeys { version: FIRST_VERSION..=VERSION, made_at })) => made_at,
        Some(Ok(Line::VentanillaKeys { version, .. })) => {
            return Err(failed(format!("form {version} is not known to this program")));
        }
        _ => return Err(failed("this is no copy of keys")),
    };
    let copied = all.filter_map(|line| line.and_then(copied).transpose());
    Ok((made_at, Box::new(copied)))
}

/// What a line copies; `None`: the first and the last one copy nothing.
fn copied(line: Line) -> Result<Option<CopyLine>, KeyCopyError> {
    let line = match line {
        Line::Key { subject, purpose, state, sealed } => key_of(subject, &purpose, &state, sealed)?,
        Line::Erasure {
            user,
            has_begun,
            execute_at,
            asked_at,
            begun_at,
            opted_out,
            identity,
            kept_until,
            receipt,
        } => {
            let identity = identity.map(hex::decode).transpose().map_err(failed)?;
            let made = ErasureMade { begun_at, opted_out, identity, kept_until, receipt };
            CopyLine::Erasure(JournalEntry { user: UserId(user), has_begun, asked_at, execute_at, made })
        }
        Line::KeptName { viewer, other, sealed } => CopyLine::KeptName(KeptNameCopy {
            viewer: UserId(viewer),
            other: UserId(other),
            sealed: hex::decode(sealed).map_err(failed)?,
        }),
        Line::VentanillaKeys { .. } | Line::End { .. } => return Ok(None),
    };
    Ok(Some(line))
}

fn key_of(
    subject: Uuid,
    purpose: &str,
    state: &str,
    sealed: Option<String>,
) -> Result<CopyLine, KeyCopyError> {
    let purpose = KeyPurpose::parse(purpose).ok_or_else(|| failed("a key's purpose is not known"))?;
    let state = KeyState::parse(state).ok_or_else(|| failed("a key's state is not known"))?;
    let sealed = sealed.map(hex::decode).transpose().map_err(failed)?;
    Ok(CopyLine::Key(KeyCopy { id: SubjectKeyId { subject, purpose }, state, sealed }))
}

type Lines = Box<dyn Iterator<Item = Result<Line, KeyCopyError>> + Send>;

fn lines(path: &Path) -> Result<Lines, KeyCopyError> {
    let reader = BufReader::new(File::open(path).map_err(failed)?);
    let line = |line: std::io::Result<String>| serde_json::from_str(&line.map_err(failed)?).map_err(failed);
    Ok(Box::new(reader.lines().map(line)))
}
