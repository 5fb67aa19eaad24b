//! A line of the bank's statement.

use super::BankReference;
use crate::money::Money;
use chrono::{DateTime, NaiveDate, Utc};

/// A line of the statement of our account. No `Debug`: it holds accounts, a name and a concept.
#[derive(Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// The bank's name of the line. The same line has the same one.
    pub entry_id: String,
    /// The reference of the payment that it belongs to, as the bank shows it. It need not be one of ours.
    pub reference: Option<String>,
    /// The bank's name of the payment.
    pub bank_id: Option<String>,
    /// The amount: below zero for money that left.
    pub amount: Money,
    /// Whether it is booked. Only a booked line is evidence.
    pub status: EntryStatus,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
    /// The day that it counts for.
    pub value_date: NaiveDate,
    /// The account that was paid; of money that came in, one of ours.
    pub creditor_account: Option<String>,
    /// The account on the other side.
    pub counterparty_account: Option<String>,
    /// The name on the other side.
    pub counterparty_name: Option<String>,
    /// What it is for.
    pub concept: Option<String>,
}

/// Whether a line is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryStatus {
    /// BOOK.
    Booked,
    /// PDNG: it may still vanish.
    Pending,
}

impl BankEntry {
    /// Its reference, if it has the form of ours.
    #[must_use]
    pub fn own_reference(&self) -> Option<BankReference> {
        self.reference.as_deref().and_then(|text| text.parse().ok())
    }
}
