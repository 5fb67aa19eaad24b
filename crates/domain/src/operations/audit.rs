//! The audit log: who decided what, on whose behalf. A decision and its audit row commit together. Rows have
//! only ids and commitments to values, so that a person's data can be erased. A commitment is a keyed hash under the
//! key of the person whose value it is: it can be checked as long as the key lives, and means nothing afterwards.
//!
//! Rows are sealed in blocks. A block lists the keyed hashes of its rows, and has a keyed hash over the list
//! and the block before. A row that was changed, removed or inserted is found by its number. To hide a change
//! one needs the key, which is not in the database.

use crate::{ids::UserId, principal::Principal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The principal that acted, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The principal that acted.
    pub who: Principal,
    /// The channel it came over: `rest`, `page`, `whatsapp`, `telegram`, `worker`.
    pub channel: String,
    /// The request or inbound event it belongs to.
    pub request_id: String,
}

/// One decision to record in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// The principal that acted.
    pub actor: Actor,
    /// The action: `transfer.completed`, `consent.opted_out`.
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Whose money, number or consent it is: `user:<id>`, or `contact:<id>` where the person is not known; `None` when
    /// nobody's.
    pub on_behalf_of: Option<String>,
    /// The state before, without values in the clear (`phone=c:<commitment>`); `None` when there was none.
    pub before: Option<String>,
    /// The state after, in the same form.
    pub after: Option<String>,
}

impl AuditRecord {
    /// A row about an account that somebody named by its address. The row tells whose account it is, and not the
    /// address; of an address that no account has it tells nothing.
    #[must_use]
    pub fn about_account(action: &str, actor: &Actor, user: Option<UserId>, after: Option<&str>) -> Self {
        Self {
            actor: actor.clone(),
            action: action.to_owned(),
            subject: user.map_or_else(|| "unknown".to_owned(), |user| user.to_string()),
            on_behalf_of: user.map(|user| format!("user:{user}")),
            before: None,
            after: after.map(str::to_owned),
        }
    }
}

/// A row as stored in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The sequence number; numbers may be missing.
    pub seq: i64,
    /// When it was written, to the microsecond.
    pub at: DateTime<Utc>,
    /// The recorded decision.
    pub record: AuditRecord,
}

/// The keyed hash of one row, cut to 16 bytes.
pub type RowCode = [u8; 16];

/// A seal over the rows after the block before, up to `last_seq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The block's number; the first has 1.
    pub number: i64,
    /// The newest row it covers.
    pub last_seq: i64,
    /// The rows it covers, with their hashes.
    pub rows: Vec<(i64, RowCode)>,
    /// The id of the key it is sealed under.
    pub key_id: String,
    /// The keyed hash over all of this and the hash of the block before.
    pub code: [u8; 32],
}

/// The newest block. A copy of it, kept elsewhere, shows whether the log was rebuilt since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHead {
    /// The block's number.
    pub number: i64,
    /// The block's keyed hash.
    pub code: [u8; 32],
}

/// A sign that the audit log was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AuditViolation {
    /// A row differs from what was sealed.
    #[error("row {0} was changed")]
    RowChanged(i64),
    /// A sealed row is missing.
    #[error("row {0} was removed")]
    RowRemoved(i64),
    /// A row was inserted between sealed ones.
    #[error("row {0} was inserted")]
    RowInserted(i64),
    /// A block differs from what was sealed.
    #[error("block {0} was changed")]
    BlockChanged(i64),
    /// A block is missing.
    #[error("block {0} was removed")]
    BlockRemoved(i64),
    /// The key that a block was sealed under is not known any more.
    #[error("the key of block {0} is gone")]
    KeyGone(i64),
}

/// Computes the HMAC under the key with that id; `None` when the key is gone.
pub type Mac<'a> = &'a dyn Fn(&str, &[u8]) -> Option<[u8; 32]>;

/// The bytes of a row that its hash covers. Each field follows its length, so two different rows never have
/// the same bytes.
#[must_use]
pub fn row_bytes(row: &AuditRow) -> Vec<u8> {
    let record = &row.record;
    let mut bytes = Vec::with_capacity(256);
    put(&mut bytes, Some(b"audit-row/v1"));
    put(&mut bytes, Some(&row.seq.to_be_bytes()));
    put(&mut bytes, Some(&row.at.timestamp_micros().to_be_bytes()));
    put(&mut bytes, Some(record.actor.who.key().as_bytes()));
    for field in [&record.actor.channel, &record.actor.request_id, &record.action, &record.subject] {
        put(&mut bytes, Some(field.as_bytes()));
    }
    for field in [&record.on_behalf_of, &record.before, &record.after] {
        put(&mut bytes, field.as_deref().map(str::as_bytes));
    }
    bytes
}

/// The bytes of a block that its hash covers.
#[must_use]
pub fn block_bytes(block: &Block, previous: Option<&[u8; 32]>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(block.rows.len().saturating_mul(24).saturating_add(128));
    put(&mut bytes, Some(b"audit-block/v1"));
    put(&mut bytes, Some(&block.number.to_be_bytes()));
    put(&mut bytes, Some(&block.last_seq.to_be_bytes()));
    put(&mut bytes, previous.map(<[u8; 32]>::as_slice));
    put(&mut bytes, Some(&encode_rows(&block.rows)));
    bytes
}

/// Adds a field after its length. An absent field differs from an empty one.
fn put(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    bytes.push(u8::from(field.is_some()));
    let field = field.unwrap_or_default();
    bytes.extend(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
    bytes.extend(field);
}

/// The stored form of a block's rows: 8 bytes of `seq` and 16 bytes of hash for each.
#[must_use]
pub fn encode_rows(rows: &[(i64, RowCode)]) -> Vec<u8> {
    rows.iter().flat_map(|(seq, code)| seq.to_be_bytes().into_iter().chain(*code)).collect()
}

/// Reads what [`encode_rows`] wrote; `None` when the bytes are cut off.
#[must_use]
pub fn decode_rows(bytes: &[u8]) -> Option<Vec<(i64, RowCode)>> {
    let (rows, []) = bytes.as_chunks::<24>() else { return None };
    rows.iter()
        .map(|row| {
            let (seq, code) = row.split_first_chunk::<8>()?;
            Some((i64::from_be_bytes(*seq), code.try_into().ok()?))
        })
        .collect()
}

/// The hash of a row, cut to 16 bytes.
#[must_use]
pub fn row_code(mac: [u8; 32]) -> RowCode {
    let mut code = [0; 16];
    code.copy_from_slice(mac.split_at(16).0);
    code
}

/// Checks one block against the block before it and the rows in its range of the log.
#[must_use]
pub fn check_block(
    previous: Option<&Block>,
    block: &Block,
    rows: &[AuditRow],
    mac: Mac<'_>,
) -> Vec<AuditViolation> {
    let expected = previous.map_or(1, |block| block.number.saturating_add(1));
    if block.number != expected {
        return vec![AuditViolation::BlockRemoved(expected)];
    }
    let Some(code) = mac(&block.key_id, &block_bytes(block, previous.map(|block| &block.code))) else {
        return vec![AuditViolation::KeyGone(block.number)];
    };
    if code != block.code {
        return vec![AuditViolation::BlockChanged(block.number)];
    }
    let standing: BTreeMap<i64, &AuditRow> = rows.iter().map(|row| (row.seq, row)).collect();
    let sealed: BTreeMap<i64, RowCode> = block.rows.iter().copied().collect();
    let places: BTreeSet<i64> = standing.keys().chain(sealed.keys()).copied().collect();
    let judge = |seq: i64| match (standing.get(&seq), sealed.get(&seq)) {
        (None, _) => Some(AuditViolation::RowRemoved(seq)),
        (Some(_), None) => Some(AuditViolation::RowInserted(seq)),
        (Some(row), Some(code)) => {
            let now = mac(&block.key_id, &row_bytes(row)).map(row_code);
            (now.as_ref() != Some(code)).then_some(AuditViolation::RowChanged(seq))
        }
    };
    places.into_iter().filter_map(judge).collect()
}

#[cfg(test)]
mod tests;
