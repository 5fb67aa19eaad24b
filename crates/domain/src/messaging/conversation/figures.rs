//! What the person asks about their own money: lines, sums, receipts, limits, how others pay them.

use super::{FiguresQuery, PayeeOption, RequestedAction};
use crate::money::Money;

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The time in the person's time zone: `21/11 14:05`.
    pub at: String,
    /// The signed amount; a debit is negative.
    pub amount: Money,
    /// The other side of the transfer: a name, or a masked account.
    pub counterpart: String,
    /// What the payment is for.
    pub concept: Option<String>,
}

/// Lines of a statement, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// What the lines are restricted to.
    pub query: FiguresQuery,
    /// The lines, at most as many as one message shows.
    pub lines: Vec<StatementLine>,
}

/// A sum of payments to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// What the sum is restricted to.
    pub query: FiguresQuery,
    /// The sum; zero when there was no payment.
    pub total: Money,
}

/// A receipt that is shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReceipt {
    /// The amount that was paid.
    pub amount: Money,
    /// The payee: a name, or a masked account.
    pub destination: String,
    /// The time in the person's time zone: `21/11 14:05`.
    pub at: String,
    /// The folio, which can be read out.
    pub folio: String,
    /// Whether the money has arrived; false while the payment is under way.
    pub is_completed: bool,
}

/// How others pay the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receiving {
    /// The name that payers see.
    pub name: Option<String>,
    /// The CLABE of the wallet, 18 digits; `None` when it has none.
    pub clabe: Option<String>,
    /// The person's proved number in E.164; `None` when they proved none.
    pub phone: Option<String>,
}

/// A payee that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeLine {
    /// The payee's name, as the person wrote it.
    pub name: String,
    /// The payee's account, masked.
    pub account: String,
    /// The bank of a CLABE; `None` when it is not known.
    pub bank: Option<String>,
}

/// The payees that are remembered, as far as one message shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayeeList {
    /// The payees, the one paid last first.
    pub lines: Vec<PayeeLine>,
    /// How many more are remembered.
    pub more: i64,
}

/// What became of a request to rename or to forget a payee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayeeOutcome {
    /// The payee has its new name.
    Renamed {
        /// The name so far.
        before: String,
        /// The payee, with its new name.
        payee: PayeeOption,
    },
    /// This payee would be forgotten. Nothing is forgotten yet.
    ToForget(PayeeOption),
    /// The payee with this name is forgotten.
    Forgotten(String),
    /// The new name can't be used.
    BadName,
    /// No payee has that name.
    Unknown {
        /// What was asked for.
        request: RequestedAction,
        /// The name as written.
        name: String,
        /// The payees with the nearest names, the nearest first; empty when none is near.
        nearest: Vec<PayeeOption>,
    },
}

/// The result of freezing the person's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeOutcome {
    /// The money is frozen now, or was frozen before.
    Frozen,
    /// This number or chat belongs to nobody with a wallet.
    Nobody,
}
