//! Compare an operating date with the bank's statement, after its lines have acted.

use super::{
    bank_entries::{EntryTaken, TakeEntries},
    outbound::OutboundPolicy,
};
use crate::kernel::Kernel;
use chrono::{Days, Duration};
use domain::{
    ids::TransferId,
    money::{
        bank::{BankEntry, BankReference, OperatingDate},
        outbound::OutboundState,
        reconciliation::{OurSide, ReconciliationClass, SentPayment, reconcile},
    },
    operations::audit::Actor,
    principal::Principal,
};
use ports::{
    money::{
        NewReconciliation, ReconciliationRun, ReconciliationSaved, Reconciliations,
        core_bank::{BankUnavailable, CoreBank, StatementQuery},
    },
    operations::Leases,
    store_error::{StoreError, StoreResult},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use thiserror::Error;
use uuid::Uuid;

/// The most pages of a statement that are read. A bank whose cursor never ends must not keep us for ever.
const PAGES_MAX: usize = 1_000;
/// How many days after its date a payment is looked for, and how many before.
const DAYS_AFTER: u64 = 3;
const DAYS_BEFORE: u64 = 1;
/// How often a run is written again because another one was written at the same time.
const WRITES_MAX: u32 = 5;
/// The lease of the process that reconciles by itself.
const LEASE: &str = "reconciliation";

/// Reconciles.
pub struct Reconcile {
    runs: Arc<dyn Reconciliations>,
    bank: Arc<dyn CoreBank>,
    entries: Arc<TakeEntries>,
    account: String,
    kernel: Kernel,
}

/// Why nothing was compared. Lines that were read have acted.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// The bank doesn't tell its statement now.
    #[error(transparent)]
    Bank(#[from] BankUnavailable),
    /// The statement has more pages than are read.
    #[error("the bank's statement has more than {PAGES_MAX} pages")]
    TooLong,
    /// Other runs of the date are written all the time.
    #[error("other reconciliations of this date are being written")]
    Busy,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A statement that was read to its end.
#[derive(Default)]
struct Statement {
    entries: Vec<BankEntry>,
    unreadable: usize,
}

impl Reconcile {
    /// Builds the use case from the ports that it needs. `account` is ours at the bank.
    #[must_use]
    pub fn new(
        runs: Arc<dyn Reconciliations>,
        bank: Arc<dyn CoreBank>,
        entries: Arc<TakeEntries>,
        account: String,
        kernel: Kernel,
    ) -> Self {
        Self { runs, bank, entries, account, kernel }
    }

    /// Runs it for a date. The same books and the same statement give the same findings.
    ///
    /// # Errors
    /// [`ReconcileError`], when nothing was written.
    #[tracing::instrument(name = "reconcile", level = "debug", skip_all, fields(%date))]
    pub async fn run(&self, date: OperatingDate, actor: Actor) -> Result<ReconciliationRun, ReconcileError> {
        let started_at = self.kernel.now();
        // What was settled before the statement was made must be on it; what is settled later need not.
        let settled: BTreeSet<BankReference> = self
            .sent(date)
            .await?
            .into_iter()
            .filter(|payment| payment.state == OutboundState::Settled)
            .map(|payment| payment.reference)
            .collect();
        let statement = self.statement(date).await?;
        let deposits = self.take(&statement.entries).await?;
        let mut payments = self.sent(date).await?;
        payments.extend(self.named(&statement.entries, &payments).await?);
        for payment in &mut payments {
            if payment.state == OutboundState::Settled && !settled.contains(&payment.reference) {
                payment.state = OutboundState::Accepted;
            }
        }
        let mut items = reconcile(date, &OurSide { payments, deposits }, &statement.entries);
        if statement.unreadable > 0 {
            // What can't be read may be the missing line.
            items.retain(|item| item.class != ReconciliationClass::MissingAtBank);
        }
        let items = items.into_iter().map(|item| (self.kernel.new_id(), item)).collect();
        let unreadable = statement.unreadable;
        let id = self.kernel.new_id();
        self.save(NewReconciliation { id, date, started_at, items, unreadable, actor }).await
    }

    async fn sent(&self, date: OperatingDate) -> StoreResult<Vec<SentPayment>> {
        let mut all: Vec<SentPayment> = Vec::new();
        loop {
            let after = all.last().map(|payment| payment.reference);
            let page = self.runs.sent_payments(date, after).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    async fn statement(&self, date: OperatingDate) -> Result<Statement, ReconcileError> {
        let day = date.date();
        let mut query = StatementQuery {
            account: self.account.clone(),
            from: day.checked_sub_days(Days::new(DAYS_BEFORE)).unwrap_or(day),
            to: day.checked_add_days(Days::new(DAYS_AFTER)).unwrap_or(day),
            cursor: None,
        };
        let mut read = Statement::default();
        for _ in 0..PAGES_MAX {
            let page = self.bank.statement(&query).await?;
            read.unreadable = read.unreadable.saturating_add(page.unreadable);
            read.entries.extend(page.entries);
            let Some(cursor) = page.next_cursor else { return Ok(read) };
            query.cursor = Some(cursor);
        }
        Err(ReconcileError::TooLong)
    }

    /// Lets the lines act, and returns the deposits that they are.
    async fn take(&self, lines: &[BankEntry]) -> StoreResult<BTreeMap<String, TransferId>> {
        let mut deposits = BTreeMap::new();
        for line in lines {
            if let EntryTaken::Deposit(transfer) = self.entries.run(line, Vec::new(), "statement").await? {
                deposits.insert(line.entry_id.clone(), transfer);
            }
        }
        Ok(deposits)
    }

    /// The payments of other dates that the lines name.
    async fn named(&self, lines: &[BankEntry], known: &[SentPayment]) -> StoreResult<Vec<SentPayment>> {
        let known: BTreeSet<BankReference> = known.iter().map(|payment| payment.reference).collect();
        let named: BTreeSet<BankReference> = lines.iter().filter_map(BankEntry::own_reference).collect();
        let others: Vec<BankReference> = named.difference(&known).copied().collect();
        if others.is_empty() { Ok(Vec::new()) } else { self.runs.payments_named(&others).await }
    }

    async fn save(&self, run: NewReconciliation) -> Result<ReconciliationRun, ReconcileError> {
        for _ in 0..WRITES_MAX {
            match self.runs.save_reconciliation(&run, self.kernel.now()).await? {
                ReconciliationSaved::Saved(run) => return Ok(run),
                ReconciliationSaved::Busy => {}
            }
        }
        Err(ReconcileError::Busy)
    }
}

/// Reconciles the operating date of now and the one before, again and again: one process does it for all.
pub struct ReconcileByItself {
    reconcile: Arc<Reconcile>,
    leases: Arc<dyn Leases>,
    holder: Uuid,
    policy: OutboundPolicy,
    every: Duration,
    kernel: Kernel,
}

/// What came of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconcileTurn {
    /// Both dates were reconciled.
    Done,
    /// Another process does it.
    Elsewhere,
}

impl ReconcileByItself {
    /// Builds the use case. It is one process to the lease.
    #[must_use]
    pub fn new(
        reconcile: Arc<Reconcile>,
        leases: Arc<dyn Leases>,
        policy: OutboundPolicy,
        every: Duration,
        kernel: Kernel,
    ) -> Self {
        Self { reconcile, leases, holder: kernel.new_id(), policy, every, kernel }
    }

    /// How long to wait after a turn that was done.
    #[must_use]
    pub const fn every(&self) -> Duration {
        self.every
    }

    /// Takes a turn, unless another process took it less than [`ReconcileByItself::every`] ago. If it fails, any process
    /// may try again.
    ///
    /// # Errors
    /// [`ReconcileError`].
    pub async fn run(&self) -> Result<ReconcileTurn, ReconcileError> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(self.every).unwrap_or(now);
        if !self.leases.hold_lease(LEASE, self.holder, now, until).await? {
            return Ok(ReconcileTurn::Elsewhere);
        }
        let done = self.both(self.policy.date_at(now)).await;
        if done.is_err() {
            self.leases.release_lease(LEASE, self.holder).await?;
        }
        done.map(|()| ReconcileTurn::Done)
    }

    async fn both(&self, today: OperatingDate) -> Result<(), ReconcileError> {
        let before = today.date().pred_opt().map(OperatingDate::new);
        for date in before.into_iter().chain([today]) {
            let actor = Actor {
                who: Principal::System,
                channel: "worker".to_owned(),
                request_id: "reconciliation".to_owned(),
            };
            self.reconcile.run(date, actor).await?;
        }
        Ok(())
    }
}
