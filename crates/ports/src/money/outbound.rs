//! Payments to an outside bank: what is due, what was said, what became of the money.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::TransferId,
    money::{
        bank::{BankReason, BankReference, BankStatus, OperatingDate},
        outbound::{OutboundDecision, OutboundPayment, Resolution},
        transfer::Transfer,
    },
    operations::audit::Actor,
    principal::Principal,
};
use std::fmt;
use uuid::Uuid;

/// A payment under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedPayment {
    /// The payment as it stands.
    pub payment: OutboundPayment,
    /// The lease's number.
    pub fence: i64,
}

/// What the bank was asked, or told by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankOperation {
    /// The payment was ordered.
    Submit,
    /// Its status was asked.
    Status,
    /// The bank sent a notice.
    Notice,
    /// A line of the bank's statement.
    Entry,
}

impl BankOperation {
    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Notice => "notice",
            Self::Entry => "entry",
        }
    }

    /// Reads the name that [`BankOperation::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Submit, Self::Status, Self::Notice, Self::Entry].into_iter().find(|one| one.name() == name)
    }
}

/// A call to the bank, or a word of the bank, as it is written down. `Debug` hides the answer.
#[derive(Clone, PartialEq, Eq)]
pub struct BankCall {
    /// Its id. The same one again is written once.
    pub id: Uuid,
    /// When its answer was read.
    pub at: DateTime<Utc>,
    /// What was asked.
    pub operation: BankOperation,
    /// The payment's name at the bank.
    pub reference: BankReference,
    /// The date that was asked with; `None` for a word about a payment that was never sent.
    pub operating_date: Option<OperatingDate>,
    /// What it was taken for: [`domain::money::outbound::OutboundEvent::name`].
    pub outcome: String,
    /// The HTTP status of the answer, if there was one.
    pub http_status: Option<u16>,
    /// The bank's status, if it said one that is known.
    pub bank_status: Option<BankStatus>,
    /// The code and text of the bank's reason, if it gave one.
    pub reason: Option<BankReason>,
    /// The beginning of the answer. It is stored sealed, and empty when it is read back.
    pub raw: Vec<u8>,
}

impl fmt::Debug for BankCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankCall")
            .field("operation", &self.operation)
            .field("reference", &self.reference)
            .field("outcome", &self.outcome)
            .field("http_status", &self.http_status)
            .finish_non_exhaustive()
    }
}

/// A decision to write, over the version that it was decided on.
#[derive(Clone, Debug)]
pub struct OutboundChange {
    /// The version that it was decided on.
    pub version: i64,
    /// What was decided.
    pub decision: OutboundDecision,
    /// What the decision comes from; `None` when no call was made and nothing was said.
    pub call: Option<BankCall>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What came of writing a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// It is written; the transfer after it.
    Written(Box<Transfer>),
    /// The payment has changed meanwhile. Nothing is written: decide again.
    Stale,
    /// It would post money that the payer doesn't have any more. Nothing is written.
    InsufficientFunds,
}

/// One operator's word on a payment in doubt.
#[derive(Clone, Debug)]
pub struct ResolvePayment {
    /// The transfer.
    pub transfer: TransferId,
    /// The operator.
    pub by: Principal,
    /// What they say has become of the money.
    pub verdict: Resolution,
    /// What they know it by.
    pub evidence: String,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What came of an operator's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveOutcome {
    /// It is the first word; another operator must say the same.
    NeedsSecond,
    /// Two operators said the same; the transfer after it.
    Decided(Box<Transfer>),
    /// The first word is this operator's own.
    SameOperator,
    /// The first operator said something else. Their word stands.
    Differs,
    /// The payment is not in doubt.
    NotInDoubt,
    /// It would post money that the payer doesn't have any more.
    InsufficientFunds,
    /// The transfer is none, or none that an outside bank carries out.
    NotFound,
}

/// What came of taking a first word back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawOutcome {
    /// It is taken back.
    Withdrawn,
    /// There is no word of this operator.
    NotTheirs,
    /// The transfer is none, or none that an outside bank carries out.
    NotFound,
}

/// Figures for operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentsInDoubt {
    /// How many payments are in doubt.
    pub count: u64,
    /// Since when the oldest is; `None` when there is none.
    pub oldest: Option<DateTime<Utc>>,
}

/// Payments to an outside bank. The ledger makes one in the transaction that holds the money of an off-us transfer.
/// Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OutboundPayments: Send + Sync {
    /// Leases up to `count` payments that are due, the longest due first.
    async fn lease_payments(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedPayment>>;

    /// Stores that a payment is sent, before it is: [`OutboundPayment::begin_submit`] over the version before, under
    /// this lease, with a hash of what is ordered. False: it may not be sent, because it changed or the lease is lost.
    /// After an error it may not be sent either.
    async fn begin_submit(
        &self,
        begun: &OutboundPayment,
        fence: i64,
        order_digest: [u8; 32],
    ) -> StoreResult<bool>;

    /// Writes a decision with everything that follows from it: the hold, the transfer's status, the call, the audit
    /// row, and what the person is told.
    async fn record_outbound(
        &self,
        change: &OutboundChange,
        now: DateTime<Utc>,
    ) -> StoreResult<ChangeOutcome>;

    /// The payment of a transfer; `None` for a transfer that no outside bank carries out.
    async fn find_payment(&self, transfer: TransferId) -> StoreResult<Option<OutboundPayment>>;

    /// The payments of these transfers, in no order; those that are none are left out.
    async fn find_payments(&self, transfers: &[TransferId]) -> StoreResult<Vec<OutboundPayment>>;

    /// The payment with that name at the bank.
    async fn find_payment_by_reference(
        &self,
        reference: BankReference,
    ) -> StoreResult<Option<OutboundPayment>>;

    /// The calls about a payment, oldest first; `after` is a call's id.
    async fn bank_calls(&self, transfer: TransferId, page: &PageRequest) -> StoreResult<Vec<BankCall>>;

    /// Makes a payment due now. False: the transfer is none, or none that an outside bank carries out.
    async fn ask_bank_now(&self, transfer: TransferId, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Makes all payments due that wait to be sent, and returns how many: the settings may be other ones now.
    async fn wake_reserved(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// The payments in doubt.
    async fn payments_in_doubt(&self) -> StoreResult<PaymentsInDoubt>;

    /// Weighs an operator's word, and carries out what two of them agree on.
    async fn resolve_payment(
        &self,
        request: &ResolvePayment,
        now: DateTime<Utc>,
    ) -> StoreResult<ResolveOutcome>;

    /// Takes an operator's first word back.
    async fn withdraw_resolution(
        &self,
        transfer: TransferId,
        by: &Principal,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<WithdrawOutcome>;
}
