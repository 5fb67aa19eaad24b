//! The bank that pays accounts outside the platform.

use crate::raw_webhook::{RawWebhook, SignatureInvalid};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::{
    Money,
    bank::{BankEntry, BankOrder, BankReference, OperatingDate, PaymentReport, StatusOutcome, SubmitOutcome},
};
use std::fmt;
use thiserror::Error;

/// The most bytes of a response that are kept with a bank call.
pub const RAW_ANSWER_BYTES_MAX: usize = 16 << 10;

/// What came of a bank call, with what is written down about it.
#[derive(Clone, PartialEq, Eq)]
pub struct BankAnswer<T> {
    /// What follows from it.
    pub outcome: T,
    /// The HTTP status of the response; `None` when there was none.
    pub http_status: Option<u16>,
    /// The beginning of the response's body, [`RAW_ANSWER_BYTES_MAX`] at most. It holds accounts and names: it is stored
    /// sealed. Empty when there was no response.
    pub raw: Vec<u8>,
}

impl<T> BankAnswer<T> {
    /// What came of a call without a response.
    pub const fn without_response(outcome: T) -> Self {
        Self { outcome, http_status: None, raw: Vec::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for BankAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankAnswer")
            .field("outcome", &self.outcome)
            .field("http_status", &self.http_status)
            .field("raw_bytes", &self.raw.len())
            .finish()
    }
}

/// Why the bank can't be read now. The texts are safe to log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BankUnavailable {
    /// The bank refuses our credentials, or twice a token that they gave.
    #[error("the bank refuses our credentials: {0}")]
    Credentials(String),
    /// The question didn't go out.
    #[error("the bank can't be reached: {0}")]
    Unreachable(String),
    /// There was no answer, or one that can't be used.
    #[error("the bank gave no usable answer: {0}")]
    NoUsableAnswer(String),
}

/// The balance of our account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankBalance {
    /// The sum of what is booked.
    pub booked: Money,
    /// What can be spent.
    pub available: Money,
    /// The time that it was taken at.
    pub as_of: DateTime<Utc>,
}

/// A part of a statement to ask for. No `Debug`: it holds an account.
#[derive(Clone, PartialEq, Eq)]
pub struct StatementQuery {
    /// Our account.
    pub account: String,
    /// The first value date.
    pub from: NaiveDate,
    /// The last value date.
    pub to: NaiveDate,
    /// Where the page before ended; `None` for the first page.
    pub cursor: Option<String>,
}

/// A page of a statement. No `Debug`: its lines hold accounts and names.
#[derive(Clone, PartialEq, Eq)]
pub struct StatementPage {
    /// The lines that could be read.
    pub entries: Vec<BankEntry>,
    /// How many lines could not. A statement with such lines doesn't show that a payment is missing.
    pub unreadable: usize,
    /// Where the next page begins; `None` after the last one.
    pub next_cursor: Option<String>,
}

/// What a check of the connection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankCheck {
    /// The bank's clock, by the `Date` header of its answer, if it had one.
    pub server_time: Option<DateTime<Utc>>,
}

/// A core bank. Each method makes one call, and repeats it only once with a new token after a 401. Nothing is sent
/// twice: who gets no usable answer must ask for the status.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CoreBank: Send + Sync {
    /// Orders a payment. The order's reference must be stored, and that the call is made, before it is made.
    async fn submit(&self, order: &BankOrder) -> BankAnswer<SubmitOutcome>;

    /// Asks for a payment, by the date that it was ordered with.
    async fn status(
        &self,
        reference: BankReference,
        operating_date: OperatingDate,
    ) -> BankAnswer<StatusOutcome>;

    /// The balance of one of our accounts.
    ///
    /// # Errors
    /// When the bank doesn't tell it now.
    async fn balance(&self, account: &str) -> Result<BankBalance, BankUnavailable>;

    /// A page of the statement of one of our accounts.
    ///
    /// # Errors
    /// When the bank doesn't tell it now.
    async fn statement(&self, query: &StatementQuery) -> Result<StatementPage, BankUnavailable>;

    /// Whether the bank accepts our credentials and knows our account: gets a new token and reads the balance.
    ///
    /// # Errors
    /// The cause, for an operator.
    async fn check(&self) -> Result<BankCheck, BankUnavailable>;
}

/// What the bank tells by itself. No `Debug`: it holds accounts and names.
#[derive(Clone, PartialEq, Eq)]
pub enum BankNotice {
    /// The status of a payment has changed.
    PaymentStatus(PaymentReport),
    /// A line of the statement was booked.
    EntryBooked(BankEntry),
    /// Nothing that we know: another type, another status, or a body that can't be read. It has no effect.
    Meaningless,
}

/// Authenticates and decodes the notices of a bank.
pub trait BankNotices: Send + Sync {
    /// Checks by its signature, and by its time, that the bank sent this request lately.
    ///
    /// # Errors
    /// When the signature is missing, malformed, wrong or too old.
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid>;

    /// The notice in a request that was authenticated.
    fn decode(&self, webhook: &RawWebhook) -> BankNotice;
}
