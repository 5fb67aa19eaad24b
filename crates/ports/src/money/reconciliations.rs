//! Reconciliations: what was compared for which date, and what was found.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    money::{
        bank::{BankReference, OperatingDate},
        reconciliation::{ReconciliationClass, ReconciliationItem, SentPayment},
    },
    operations::audit::Actor,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The most payments that [`Reconciliations::sent_payments`] reads at once.
pub const SENT_PAYMENTS_MAX: i64 = 1_000;

/// A run to write.
#[derive(Clone, Debug)]
pub struct NewReconciliation {
    /// The run's id.
    pub id: Uuid,
    /// The date.
    pub date: OperatingDate,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// All that it found, each with the id that it gets if it is new.
    pub items: Vec<(Uuid, ReconciliationItem)>,
    /// How many lines of the statement could not be read.
    pub unreadable: usize,
    /// The actor for the audit row, which is written when there is something new for people.
    pub actor: Actor,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationRun {
    /// Its id.
    pub id: Uuid,
    /// The date that it is about.
    pub date: OperatingDate,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was written.
    pub finished_at: DateTime<Utc>,
    /// How many lines of the statement could not be read.
    pub unreadable: u32,
}

/// A finding of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundItem {
    /// Its id: the same finding has the same one in each run of its date.
    pub id: Uuid,
    /// What was found.
    pub item: ReconciliationItem,
    /// When it was first found.
    pub opened_at: DateTime<Utc>,
    /// When a later run no longer found it.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What came of writing a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReconciliationSaved {
    /// It is written.
    Saved(ReconciliationRun),
    /// Another run of the date was written at the same time. Nothing is written: it can be written again.
    Busy,
}

/// Keeps reconciliations. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Reconciliations: Send + Sync {
    /// The payments that were sent with a date, by the order of their references; [`SENT_PAYMENTS_MAX`] at most. `after`
    /// is the last one of the page before.
    async fn sent_payments(
        &self,
        date: OperatingDate,
        after: Option<BankReference>,
    ) -> StoreResult<Vec<SentPayment>>;

    /// The payments with these references, whatever their date; those that are none are left out, and those that were
    /// never sent.
    async fn payments_named(&self, references: &[BankReference]) -> StoreResult<Vec<SentPayment>>;

    /// Writes a run. What was found before for its date and still is stays open; what no longer is is closed.
    async fn save_reconciliation(
        &self,
        run: &NewReconciliation,
        now: DateTime<Utc>,
    ) -> StoreResult<ReconciliationSaved>;

    /// The runs, newest first; `after` is a run's id.
    async fn reconciliations(&self, page: &PageRequest) -> StoreResult<Vec<ReconciliationRun>>;

    /// The run with that id.
    async fn find_reconciliation(&self, id: Uuid) -> StoreResult<Option<ReconciliationRun>>;

    /// What a run found, by its ids; `after` is an item's id.
    async fn reconciliation_items(&self, run: Uuid, page: &PageRequest) -> StoreResult<Vec<FoundItem>>;

    /// How many findings of each class no run has closed. [`ReconciliationClass::Matched`] is left out.
    async fn open_findings(&self) -> StoreResult<BTreeMap<ReconciliationClass, u64>>;
}
