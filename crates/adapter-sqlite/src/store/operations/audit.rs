//! The audit log. Its rows are written with the decisions; this file seals, verifies and lists them.

use crate::backend::{Conn, Db, DbTime, audit_horizon, skip_locked};
use crate::store::{
    error::SqlError,
    handle::Store,
    rows::corrupt,
    schema::{audit, audit_blocks, audit_sealer},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    operations::audit::{
        Actor, AuditRecord, AuditRow, AuditViolation, Block, BlockHead, block_bytes, check_block,
        decode_rows, encode_rows, row_bytes, row_code,
    },
    principal::Principal,
};
use futures_util::FutureExt;
use ports::{
    crypto::AuditSealer,
    operations::{AuditLog, AuditReport},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::sync::Arc;

/// The most rows of one block.
const BLOCK_ROWS_MAX: i64 = 2_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit, check_for_backend(Db))]
struct Row {
    seq: i64,
    at: DbTime,
    who: String,
    channel: String,
    request_id: String,
    action: String,
    subject: String,
    on_behalf_of: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        let who = row.who.parse().unwrap_or_else(|_invalid| altered(&row.who));
        let actor = Actor { who, channel: row.channel, request_id: row.request_id };
        Self {
            seq: row.seq,
            at: row.at.0,
            record: AuditRecord {
                actor,
                action: row.action,
                subject: row.subject,
                on_behalf_of: row.on_behalf_of,
                before: row.before,
                after: row.after,
            },
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_blocks, check_for_backend(Db))]
struct BlockRow {
    number: i64,
    last_seq: i64,
    row_codes: Vec<u8>,
    key_id: String,
    code: Vec<u8>,
}

impl TryFrom<BlockRow> for Block {
    type Error = SqlError;
    fn try_from(row: BlockRow) -> Result<Self, SqlError> {
        let unreadable = || corrupt(format!("audit block {}", row.number));
        Ok(Self {
            number: row.number,
            last_seq: row.last_seq,
            rows: decode_rows(&row.row_codes).ok_or_else(unreadable)?,
            code: row.code.as_slice().try_into().map_err(|_length| unreadable())?,
            key_id: row.key_id,
        })
    }
}

#[async_trait]
impl AuditLog for Store {
    async fn seal(&self, now: DateTime<Utc>) -> StoreResult<Option<BlockHead>> {
        let sealer = Arc::clone(&self.audit_sealer);
        // Read before the sealing transaction: transactions that are open now must end before this horizon is
        // seen.
        let horizon = self.database.query(|conn| audit_horizon(conn).boxed()).await?;
        self.database
            .write(move |conn| async move { seal(conn, sealer.as_ref(), horizon, now).await }.boxed())
            .await
    }

    async fn verify_chain(&self, noted: Option<BlockHead>) -> StoreResult<AuditReport> {
        let sealer = Arc::clone(&self.audit_sealer);
        self.database
            .read(move |conn| async move { verify(conn, sealer.as_ref(), noted).await }.boxed())
            .await
    }

    async fn events(&self, page: &PageRequest) -> StoreResult<Vec<AuditRow>> {
        let page = page.clone();
        self.database.query(move |conn| async move { events(conn, &page).await }.boxed()).await
    }
}

async fn rows_between(
    conn: &mut Conn,
    after: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, SqlError> {
    let rows = audit::table
        .filter(audit::seq.gt(after))
        .filter(audit::seq.le(until))
        .order(audit::seq.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(AuditRow::from).collect())
}

async fn last_block(conn: &mut Conn) -> Result<Option<Block>, SqlError> {
    let row = audit_blocks::table
        .order(audit_blocks::number.desc())
        .select(BlockRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Block::try_from).transpose()
}

async fn seal(
    conn: &mut Conn,
    sealer: &dyn AuditSealer,
    horizon: i64,
    now: DateTime<Utc>,
) -> Result<Option<BlockHead>, SqlError> {
    let turn = audit_sealer::table.select(audit_sealer::id);
    if skip_locked!(turn).get_result::<i32>(conn).await.optional()?.is_none() {
        return Ok(None);
    }
    let previous = last_block(conn).await?;
    let sealed_until = previous.as_ref().map_or(0, |block| block.last_seq);
    let rows = rows_between(conn, sealed_until, horizon, BLOCK_ROWS_MAX).await?;
    let places = || rows.iter().map(|row| row.seq);
    let (Some(first_seq), Some(last_seq)) = (places().min(), places().max()) else { return Ok(None) };
    let block = make_block(sealer, previous.as_ref(), &rows, last_seq);
    diesel::insert_into(audit_blocks::table)
        .values((
            audit_blocks::number.eq(block.number),
            audit_blocks::first_seq.eq(first_seq),
            audit_blocks::last_seq.eq(block.last_seq),
            audit_blocks::row_codes.eq(encode_rows(&block.rows)),
            audit_blocks::key_id.eq(&block.key_id),
            audit_blocks::code.eq(block.code.to_vec()),
            audit_blocks::sealed_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(Some(BlockHead { number: block.number, code: block.code }))
}

fn make_block(sealer: &dyn AuditSealer, previous: Option<&Block>, rows: &[AuditRow], last_seq: i64) -> Block {
    let coded = rows.iter().map(|row| (row.seq, row_code(sealer.code(&row_bytes(row)).mac))).collect();
    let number = previous.map_or(1, |block| block.number.saturating_add(1));
    let mut block = Block { number, last_seq, rows: coded, key_id: String::new(), code: [0; 32] };
    let seal = sealer.code(&block_bytes(&block, previous.map(|block| &block.code)));
    block.key_id = seal.key_id;
    block.code = seal.mac;
    block
}

/// Verifies block by block, so that a log of any length fits in memory.
async fn verify(
    conn: &mut Conn,
    sealer: &dyn AuditSealer,
    noted: Option<BlockHead>,
) -> Result<AuditReport, SqlError> {
    let mac = |key_id: &str, bytes: &[u8]| sealer.code_under(key_id, bytes);
    let mut report = AuditReport::default();
    let mut previous: Option<Block> = None;
    let mut noted_is_there = noted.is_none();
    while let Some(block) = next_block(conn, previous.as_ref().map_or(0, |block| block.number)).await? {
        let after = previous.as_ref().map_or(0, |block| block.last_seq);
        let rows = rows_between(conn, after, block.last_seq, i64::MAX).await?;
        report.faults.extend(check_block(previous.as_ref(), &block, &rows, &mac));
        report.checked = report.checked.saturating_add(u64::try_from(block.rows.len()).unwrap_or(0));
        let head = BlockHead { number: block.number, code: block.code };
        noted_is_there = noted_is_there || noted == Some(head);
        report.head = Some(head);
        previous = Some(block);
    }
    if let (false, Some(noted)) = (noted_is_there, noted) {
        report.faults.push(AuditViolation::BlockRemoved(noted.number));
    }
    let sealed_until = previous.map_or(0, |block| block.last_seq);
    let unsealed: i64 = audit::table.filter(audit::seq.gt(sealed_until)).count().get_result(conn).await?;
    report.unsealed = u64::try_from(unsealed).unwrap_or(0);
    Ok(report)
}

async fn next_block(conn: &mut Conn, after: i64) -> Result<Option<Block>, SqlError> {
    let row = audit_blocks::table
        .filter(audit_blocks::number.gt(after))
        .order(audit_blocks::number.asc())
        .select(BlockRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Block::try_from).transpose()
}

async fn events(conn: &mut Conn, page: &PageRequest) -> Result<Vec<AuditRow>, SqlError> {
    let before = match &page.after {
        Some(seq) => seq.parse::<i64>().map_err(corrupt)?,
        None => i64::MAX,
    };
    let rows = audit::table
        .filter(audit::seq.lt(before))
        .order(audit::seq.desc())
        .limit(page.limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(AuditRow::from).collect())
}

/// The principal of a row whose text is none, because somebody wrote into the database. The row stays readable,
/// and no client has such an id, so that the seal doesn't match.
fn altered(who: &str) -> Principal {
    Principal::Client(format!("\u{fffd}{who}"))
}
