//! Settlements and delivery reports of many callers: their messages are locked and read together, changed one job after
//! the other, and written together. Providers report in any order, and also before we know their id of a message.

use super::{
    new_row::LaneKey,
    row::{OutboxRow, provider_hash},
    standing::{Sealing, Standing},
    writes::{Writes, write},
};
use crate::backend::{Conn, DbId, DbTime, for_update, lock_names};
use crate::store::{
    error::SqlError,
    rows::from_json,
    schema::{early_delivery_reports, outbox},
    subjects::Vault,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::MessageId;
use ports::{
    messaging::{Settlement, inbound_webhook::StatusReport},
    subject_keys::SubjectKeyId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// One thing to write down about a message.
#[derive(Clone)]
pub(crate) enum OutboxJob {
    /// What became of a send, unless another worker has the lease by now.
    Settle { message: MessageId, fence: i64, settlement: Settlement, now: DateTime<Utc> },
    /// What the provider reports.
    Report { report: StatusReport, now: DateTime<Utc> },
}

impl OutboxJob {
    /// The provider's id under which reports and settlements of one message find each other.
    fn reference(&self) -> Option<&str> {
        match self {
            Self::Settle { settlement: Settlement::Sent { provider_id }, .. } => Some(provider_id),
            Self::Report { report: StatusReport { message: None, provider_id, .. }, .. } => {
                provider_id.as_deref()
            }
            Self::Settle { .. } | Self::Report { .. } => None,
        }
    }

    const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Settle { message, .. } => Some(*message),
            Self::Report { report, .. } => report.message,
        }
    }

    pub(super) const fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Settle { now, .. } | Self::Report { now, .. } => *now,
        }
    }
}

/// An early delivery report, without its provider's id. One that has no number is not stored yet.
struct Early {
    seq: Option<i64>,
    report: StatusReport,
    at: DateTime<Utc>,
}

/// The messages of a batch, by their numbers.
struct Batch<'a> {
    sealing: Sealing<'a>,
    messages: BTreeMap<i64, Standing>,
    /// Early reports that belong to no message yet, by the hash of the provider's id.
    early: HashMap<String, Vec<Early>>,
    /// The stored early reports that found their message.
    found: Vec<i64>,
    freed: HashSet<LaneKey>,
    by_id: HashMap<Uuid, i64>,
    by_reference: HashMap<String, i64>,
}

/// What a batch came to.
pub(super) struct Settled {
    /// For each job: of a report, whether it is about a message of ours; of a settlement, whether it counted.
    pub(super) counted: Vec<bool>,
    /// The lanes that the settled messages do not block any more.
    pub(super) freed: HashSet<LaneKey>,
}

/// Carries the jobs out, in their order.
pub(super) async fn run(conn: &mut Conn, vault: &Vault, jobs: Vec<OutboxJob>) -> Result<Settled, SqlError> {
    let now = jobs.iter().map(OutboxJob::now).max().unwrap_or_default();
    let mut batch = Batch::load(conn, vault, &jobs, now).await?;
    let mut counted = Vec::with_capacity(jobs.len());
    for job in jobs {
        counted.push(batch.take(job)?);
    }
    write(conn, vault, batch.writes(), now).await?;
    Ok(Settled { counted, freed: batch.freed })
}

impl<'a> Batch<'a> {
    /// Reads and locks the messages. A report under a provider's id waits until the id is known, or is stored for the
    /// settlement that will know it: so ids are locked before anything is read.
    async fn load(
        conn: &mut Conn,
        vault: &'a Vault,
        jobs: &[OutboxJob],
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let hashes = jobs.iter().filter_map(|job| Some(provider_hash(vault, job.reference()?)));
        let hashes: BTreeSet<String> = hashes.collect();
        if !hashes.is_empty() {
            let names: Vec<String> = hashes.iter().map(|hash| format!("sent:{hash}")).collect();
            lock_names(conn, &names).await?;
        }
        let ids: BTreeSet<Uuid> = jobs.iter().filter_map(|job| Some(job.message()?.0)).collect();
        let ids: Vec<DbId> = ids.into_iter().map(DbId).collect();
        let references: Vec<_> = hashes.iter().cloned().map(Some).collect();
        // In one order for all, so that batches about the same messages don't deadlock.
        let rows = outbox::table
            .filter(outbox::id.eq_any(ids).or(outbox::provider_hash.eq_any(references)))
            .order(outbox::seq.asc())
            .select(OutboxRow::as_select());
        let rows = for_update!(rows).load::<OutboxRow>(conn).await?;
        let unknown = rows.iter().filter(|row| row.provider_hash.is_none());
        let contacts = unknown.filter_map(|row| Some(SubjectKeyId::chat(row.contact_id?.0)));
        let keys = vault.keys_for(conn, contacts.collect::<BTreeSet<_>>(), now).await?;
        let mut batch = Self {
            sealing: Sealing { vault, keys },
            messages: BTreeMap::new(),
            early: early_reports(conn, hashes).await?,
            found: Vec::new(),
            freed: HashSet::new(),
            by_id: rows.iter().map(|row| (row.id.0, row.seq)).collect(),
            by_reference: HashMap::new(),
        };
        for row in rows {
            if let Some(reference) = &row.provider_hash {
                batch.by_reference.entry(reference.clone()).or_insert(row.seq);
            }
            batch.messages.insert(row.seq, Standing::of(row));
        }
        Ok(batch)
    }

    fn take(&mut self, job: OutboxJob) -> Result<bool, SqlError> {
        match job {
            OutboxJob::Settle { message, fence, settlement, now } => {
                let seq = self.settle(message, fence, settlement, now)?;
                let settled = seq.and_then(|seq| self.messages.get(&seq));
                self.freed.extend(settled.and_then(Standing::freed_lane));
                Ok(seq.is_some())
            }
            OutboxJob::Report { report, now } => self.report(&report, now),
        }
    }

    fn settle(
        &mut self,
        message: MessageId,
        fence: i64,
        settlement: Settlement,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, SqlError> {
        let seq = self.by_id.get(&message.0).copied();
        let standing = seq.and_then(|seq| self.messages.get_mut(&seq));
        let Some(standing) = standing.filter(|standing| standing.row.fence == fence) else {
            return Ok(None);
        };
        let sent = match &settlement {
            Settlement::Sent { provider_id } => Some(provider_id.clone()),
            _ => None,
        };
        standing.settle(&self.sealing, settlement, now)?;
        let (Some(seq), Some(provider_id)) = (seq, sent) else { return Ok(seq) };
        let hash = provider_hash(self.sealing.vault, &provider_id);
        for Early { seq: stored, report, .. } in self.early.remove(&hash).unwrap_or_default() {
            let report = StatusReport { provider_id: Some(provider_id.clone()), ..report };
            standing.report(&self.sealing, &report, now)?;
            self.found.extend(stored);
        }
        self.by_reference.entry(hash).or_insert(seq);
        Ok(Some(seq))
    }

    /// True when it is about a message of ours.
    fn report(&mut self, report: &StatusReport, now: DateTime<Utc>) -> Result<bool, SqlError> {
        let seq = match (report.message, &report.provider_id) {
            (Some(id), _) => self.by_id.get(&id.0).copied(),
            (None, Some(provider_id)) => {
                let hash = provider_hash(self.sealing.vault, provider_id);
                let seq = self.by_reference.get(&hash).copied();
                if seq.is_none() {
                    let report = StatusReport { provider_id: None, ..report.clone() };
                    self.early.entry(hash).or_default().push(Early { seq: None, report, at: now });
                }
                seq
            }
            (None, None) => None,
        };
        let Some(seq) = seq else { return Ok(false) };
        let Some(standing) = self.messages.get_mut(&seq) else { return Ok(false) };
        standing.report(&self.sealing, report, now)?;
        if let Some(hash) = &standing.row.provider_hash {
            // A later report of the batch may have the reference only.
            self.by_reference.entry(hash.clone()).or_insert(seq);
        }
        Ok(true)
    }

    fn writes(&self) -> Writes<'_> {
        let all = self.early.iter().flat_map(|(hash, early)| early.iter().map(move |one| (hash, one)));
        let unstored = all.filter(|(_, early)| early.seq.is_none());
        let early = unstored.map(|(hash, early)| (hash.clone(), early.report.clone(), early.at));
        Writes { messages: self.messages.values().collect(), early: early.collect(), found: &self.found }
    }
}

/// The stored early reports under these ids, oldest first.
async fn early_reports(
    conn: &mut Conn,
    hashes: BTreeSet<String>,
) -> Result<HashMap<String, Vec<Early>>, SqlError> {
    let mut early: HashMap<String, Vec<Early>> = HashMap::new();
    if hashes.is_empty() {
        return Ok(early);
    }
    let rows = early_delivery_reports::table
        .filter(early_delivery_reports::provider_hash.eq_any(hashes))
        .order(early_delivery_reports::seq.asc())
        .select((
            early_delivery_reports::seq,
            early_delivery_reports::provider_hash,
            early_delivery_reports::report,
            early_delivery_reports::at,
        ))
        .load::<(i64, String, String, DbTime)>(conn)
        .await?;
    for (seq, hash, report, at) in rows {
        let report = from_json(&report)?;
        early.entry(hash).or_default().push(Early { seq: Some(seq), report, at: at.0 });
    }
    Ok(early)
}
