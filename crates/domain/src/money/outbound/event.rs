//! What happens to a payment to an outside bank.

use super::resolution::Resolution;
use crate::money::{
    Money,
    bank::{
        BankEntry, BankReason, EntryStatus, NotSentCause, PaymentReport, StatusMeaning, StatusOutcome,
        SubmitOutcome,
    },
};

/// What was ordered, to compare the bank's word with. No `Debug`: it holds an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ordered<'a> {
    /// The amount, above zero.
    pub amount: Money,
    /// The account that is paid, in its canonical form; `None` when it was erased.
    pub creditor: Option<&'a str>,
}

/// What the bank says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankWord {
    /// It has the payment.
    Accepted,
    /// The money has left.
    Settled,
    /// The money has not left, and won't; with the bank's reason, if it gave one.
    Refused(Option<BankReason>),
    /// It speaks of another amount, or of another account, than was ordered.
    Changed,
}

/// Why a payment that was not sent waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParkReason {
    /// The bank refuses our credentials: an operator must repair them.
    Credentials,
    /// The bank can't be reached.
    Unreachable,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundEvent {
    /// The bank said something definite: in an answer, a notice, or a booked line of its statement.
    Said(BankWord),
    /// The order certainly didn't reach the bank, or was certainly not taken.
    NotSent(ParkReason),
    /// The call that orders it had no usable answer.
    SubmitUnclear,
    /// The process that ordered it ended before it wrote down an answer.
    Interrupted,
    /// The bank was asked, and doesn't know it.
    NotFound,
    /// The bank was asked, and gave no usable answer.
    NoAnswer,
    /// Two operators decided.
    Resolved(Resolution),
}

impl BankWord {
    /// What a report means for a payment that was ordered that way.
    #[must_use]
    pub fn of(report: &PaymentReport, ordered: Ordered<'_>) -> Self {
        let creditor = ordered.creditor.or(report.creditor_account.as_deref()).unwrap_or_default();
        match report.status.meaning() {
            StatusMeaning::Refused => Self::Refused(report.reason.clone()),
            _ if report.differs_from(ordered.amount, creditor) => Self::Changed,
            StatusMeaning::Accepted => Self::Accepted,
            StatusMeaning::Settled => Self::Settled,
        }
    }
}

impl ParkReason {
    /// The name in the database and in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Unreachable => "unreachable",
        }
    }

    /// Reads the name that [`ParkReason::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Credentials, Self::Unreachable].into_iter().find(|reason| reason.name() == name)
    }
}

impl From<NotSentCause> for ParkReason {
    fn from(cause: NotSentCause) -> Self {
        match cause {
            NotSentCause::Credentials => Self::Credentials,
            NotSentCause::Unreachable => Self::Unreachable,
        }
    }
}

impl OutboundEvent {
    /// What an answer to an order means.
    #[must_use]
    pub fn of_submit(outcome: &SubmitOutcome, ordered: Ordered<'_>) -> Self {
        match outcome {
            SubmitOutcome::Taken(report) => Self::Said(BankWord::of(report, ordered)),
            SubmitOutcome::Refused(reason) => Self::Said(BankWord::Refused(Some(reason.clone()))),
            SubmitOutcome::NotSent(cause) => Self::NotSent((*cause).into()),
            SubmitOutcome::Unauthorized => Self::NotSent(ParkReason::Credentials),
            // A duplicate of our own reference means that the bank has it: it is asked, and nothing is concluded.
            SubmitOutcome::TakenBefore | SubmitOutcome::NoUsableAnswer => Self::SubmitUnclear,
        }
    }

    /// What an answer to a question means.
    #[must_use]
    pub fn of_status(outcome: &StatusOutcome, ordered: Ordered<'_>) -> Self {
        match outcome {
            StatusOutcome::Known(report) => Self::Said(BankWord::of(report, ordered)),
            StatusOutcome::NotFound => Self::NotFound,
            StatusOutcome::NotSent(_) | StatusOutcome::Unauthorized | StatusOutcome::NoUsableAnswer => {
                Self::NoAnswer
            }
        }
    }

    /// What a line of the statement with the payment's reference means. `None`: it is not booked, or the money comes
    /// in.
    #[must_use]
    pub fn of_entry(entry: &BankEntry, ordered: Ordered<'_>) -> Option<Self> {
        if entry.status != EntryStatus::Booked || entry.amount.minor >= 0 {
            return None;
        }
        let is_ours = entry.amount.currency == ordered.amount.currency
            && entry.amount.minor.checked_neg() == Some(ordered.amount.minor);
        Some(Self::Said(if is_ours { BankWord::Settled } else { BankWord::Changed }))
    }

    /// The name in the list of bank calls and in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Said(BankWord::Accepted) => "accepted",
            Self::Said(BankWord::Settled) => "settled",
            Self::Said(BankWord::Refused(_)) => "refused",
            Self::Said(BankWord::Changed) => "changed",
            Self::NotSent(ParkReason::Credentials) => "not_sent_credentials",
            Self::NotSent(ParkReason::Unreachable) => "not_sent_unreachable",
            Self::SubmitUnclear | Self::NoAnswer => "no_usable_answer",
            Self::Interrupted => "interrupted",
            Self::NotFound => "not_found",
            Self::Resolved(Resolution::Settled) => "resolved_settled",
            Self::Resolved(Resolution::NotPaid) => "resolved_not_paid",
        }
    }
}
