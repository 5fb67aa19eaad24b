//! Reconciliation: what we did on an operating date against what the bank booked, line by line and both ways.
//!
//! Sums prove nothing: one payment that is missing and another that stands there twice cancel out. So each line is
//! compared by its reference or by the bank's name of the line. Amount and date are never a match: they are a hint for
//! people.

use super::{
    Money,
    bank::{BankEntry, BankReference, EntryStatus, OperatingDate},
    outbound::OutboundState,
};
use crate::ids::TransferId;
use std::collections::{BTreeMap, BTreeSet};

/// A payment that we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPayment {
    /// The transfer that it carries out.
    pub transfer: TransferId,
    /// Its name at the bank.
    pub reference: BankReference,
    /// The date that it was sent with.
    pub operating_date: OperatingDate,
    /// The amount, above zero.
    pub amount: Money,
    /// How far it is.
    pub state: OutboundState,
    /// True: its hold ended before now.
    pub was_released: bool,
}

/// What we know, to be compared with the statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OurSide {
    /// The payments of the date, and those of other dates that lines of the statement name.
    pub payments: Vec<SentPayment>,
    /// The deposits that lines of the statement became, by the bank's name of the line.
    pub deposits: BTreeMap<String, TransferId>,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReconciliationClass {
    /// Both have it, with the same amount.
    Matched,
    /// Both have it, with different amounts.
    AmountDiffers,
    /// We say that the money has left, and the bank booked nothing.
    MissingAtBank,
    /// The bank booked it, and we have nothing of the kind.
    MissingHere,
    /// The bank booked it once more.
    TwiceAtBank,
    /// The bank booked it, and we had called it failed.
    Late,
    /// The bank sent a payment of ours back.
    Returned,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReconciliationItem {
    /// What was found.
    pub class: ReconciliationClass,
    /// The reference: ours, or what the line has.
    pub reference: Option<String>,
    /// The bank's name of the line; `None` where it has none.
    pub entry_id: Option<String>,
    /// The transfer; `None` where we have none.
    pub transfer: Option<TransferId>,
    /// Our amount, below zero for money that left.
    pub ours: Option<Money>,
    /// The bank's amount, below zero for money that left.
    pub theirs: Option<Money>,
}

impl SentPayment {
    /// Whether we called it failed, and people have not decided otherwise.
    fn was_called_failed(&self) -> bool {
        match self.state {
            OutboundState::Voided => true,
            // Of one that the bank changed before it was final the hold goes on.
            OutboundState::Exception => self.was_released,
            _ => false,
        }
    }
}

impl ReconciliationClass {
    /// Every class, in the order in which they are reported.
    pub const ALL: [Self; 7] = [
        Self::Matched,
        Self::AmountDiffers,
        Self::MissingAtBank,
        Self::MissingHere,
        Self::TwiceAtBank,
        Self::Late,
        Self::Returned,
    ];

    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::AmountDiffers => "amount_differs",
            Self::MissingAtBank => "missing_at_bank",
            Self::MissingHere => "missing_here",
            Self::TwiceAtBank => "twice_at_bank",
            Self::Late => "late",
            Self::Returned => "returned",
        }
    }

    /// Reads the name that [`ReconciliationClass::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// True if people must look at it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Matched)
    }
}

/// Compares what we did on a date with the statement. The lines may be those of the days around it too: a payment is
/// looked for in all of them, and of the others only those are reported that the bank counts to the date. Lines that are
/// not booked count for nothing. The same input gives the same findings, whatever the order of its lines.
#[must_use]
pub fn reconcile(date: OperatingDate, ours: &OurSide, statement: &[BankEntry]) -> Vec<ReconciliationItem> {
    let lines = booked_once(statement);
    let known: BTreeMap<&str, &SentPayment> =
        ours.payments.iter().map(|payment| (payment.reference.as_str(), payment)).collect();
    let mut found = Vec::new();
    for payment in known.values().filter(|payment| payment.operating_date == date) {
        let debits = lines.iter().filter(|line| is_of(line, payment.reference.as_str()) && left(line));
        payment_items(payment, &debits.copied().collect::<Vec<_>>(), &mut found);
    }
    for line in lines.iter().filter(|line| line.value_date == date.date()) {
        let payment = line.reference.as_deref().and_then(|reference| known.get(reference).copied());
        match (payment, left(line)) {
            // It belongs to the payment's own date.
            (Some(_), true) => {}
            (None, true) => found.push(of_line(ReconciliationClass::MissingHere, line)),
            (payment, false) => found.push(income_item(payment, line, ours)),
        }
    }
    found.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    found
}

/// The booked lines, each once, in the order of their names: a statement that is read in pages may show one twice.
fn booked_once(statement: &[BankEntry]) -> Vec<&BankEntry> {
    let mut seen = BTreeSet::new();
    let mut lines: Vec<&BankEntry> = statement
        .iter()
        .filter(|line| line.status == EntryStatus::Booked && seen.insert(&line.entry_id))
        .collect();
    lines.sort_by(|one, other| one.entry_id.cmp(&other.entry_id));
    lines
}

fn is_of(line: &BankEntry, reference: &str) -> bool {
    line.reference.as_deref() == Some(reference)
}

const fn left(line: &BankEntry) -> bool {
    line.amount.minor < 0
}

/// What is found about a payment of the date, with the lines by which its money left.
fn payment_items(payment: &SentPayment, debits: &[&BankEntry], found: &mut Vec<ReconciliationItem>) {
    use ReconciliationClass as C;
    let Some((first, others)) = debits.split_first() else {
        // One that is not final may be booked yet.
        if payment.state == OutboundState::Settled {
            found.push(of_payment(C::MissingAtBank, payment, None));
        }
        return;
    };
    let class = if payment.was_called_failed() {
        C::Late
    } else if Some(first.amount) == outgoing(payment) {
        C::Matched
    } else {
        C::AmountDiffers
    };
    found.push(of_payment(class, payment, Some(first)));
    found.extend(others.iter().map(|line| of_payment(C::TwiceAtBank, payment, Some(line))));
}

/// What is found about a line by which money came in.
fn income_item(payment: Option<&SentPayment>, line: &BankEntry, ours: &OurSide) -> ReconciliationItem {
    use ReconciliationClass as C;
    let deposit = ours.deposits.get(&line.entry_id).copied();
    if let Some(payment) = payment {
        return of_payment(C::Returned, payment, Some(line));
    }
    let class = if deposit.is_some() { C::Matched } else { C::MissingHere };
    ReconciliationItem { transfer: deposit, ours: deposit.map(|_| line.amount), ..of_line(class, line) }
}

fn of_payment(
    class: ReconciliationClass,
    payment: &SentPayment,
    line: Option<&BankEntry>,
) -> ReconciliationItem {
    ReconciliationItem {
        class,
        reference: Some(payment.reference.to_string()),
        entry_id: line.map(|line| line.entry_id.clone()),
        transfer: Some(payment.transfer),
        ours: outgoing(payment),
        theirs: line.map(|line| line.amount),
    }
}

fn of_line(class: ReconciliationClass, line: &BankEntry) -> ReconciliationItem {
    ReconciliationItem {
        class,
        reference: line.reference.clone(),
        entry_id: Some(line.entry_id.clone()),
        transfer: None,
        ours: None,
        theirs: Some(line.amount),
    }
}

/// The amount of a payment as a statement shows it.
fn outgoing(payment: &SentPayment) -> Option<Money> {
    payment.amount.minor.checked_neg().map(|minor| Money::new(minor, payment.amount.currency))
}

fn sort_key(item: &ReconciliationItem) -> (ReconciliationClass, Option<&str>, Option<&str>) {
    (item.class, item.reference.as_deref(), item.entry_id.as_deref())
}

#[cfg(test)]
mod tests;
