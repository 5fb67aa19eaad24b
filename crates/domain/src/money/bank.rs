//! An outside bank: what is ordered of it, and what it says about a payment, by the names of ISO 20022.

mod entry;
mod operating_date;
mod order;
mod outcome;
mod reason;
mod reference;
mod report;
mod status;

pub use self::{
    entry::{BankEntry, EntryStatus},
    operating_date::{Cutoff, InvalidCutoff, OperatingDate},
    order::{AccountType, BankOrder},
    outcome::{NotSentCause, StatusOutcome, SubmitOutcome},
    reason::{BankReason, ReasonKind},
    reference::{BankReference, InvalidBankReference},
    report::PaymentReport,
    status::{BankStatus, StatusMeaning},
};
