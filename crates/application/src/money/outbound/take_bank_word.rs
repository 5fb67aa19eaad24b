//! Take what the bank tells by itself: a notice about a payment, or a booked line of the statement.

use super::recorder::{Heard, PaymentRecorder, by_itself, ordered};
use crate::kernel::Kernel;
use domain::money::{
    bank::{BankEntry, BankReference, PaymentReport},
    outbound::{BankWord, OutboundEvent, OutboundPayment, OutboundRules, OutboundState},
    transfer::Transfer,
};
use ports::{
    money::{BankOperation, Ledger, OutboundPayments},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Takes notices and booked lines.
pub struct TakeBankWord {
    payments: Arc<dyn OutboundPayments>,
    ledger: Arc<dyn Ledger>,
    recorder: PaymentRecorder,
}

/// What came of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordTaken {
    /// It is written down; the payment's state after it.
    Taken(OutboundState),
    /// It is about no payment of ours, or says nothing.
    Meaningless,
}

impl TakeBankWord {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        payments: Arc<dyn OutboundPayments>,
        ledger: Arc<dyn Ledger>,
        kernel: Kernel,
        rules: OutboundRules,
    ) -> Self {
        let recorder = PaymentRecorder::new(payments.clone(), kernel, rules);
        Self { payments, ledger, recorder }
    }

    /// Takes a notice about a payment. The same one again changes nothing. `raw` is kept sealed.
    #[tracing::instrument(name = "payment_notice", level = "debug", skip_all, fields(reference = %report.reference))]
    pub async fn report(&self, report: &PaymentReport, raw: Vec<u8>) -> StoreResult<WordTaken> {
        let Some((payment, transfer)) = self.about(report.reference).await? else {
            return Ok(WordTaken::Meaningless);
        };
        let event = OutboundEvent::Said(BankWord::of(report, ordered(&transfer)));
        let heard = Heard { raw, ..Heard::of(BankOperation::Notice, event) }.with_report(Some(report));
        let state = self.recorder.hear(payment, heard, &by_itself("webhook")).await?;
        Ok(WordTaken::Taken(state))
    }

    /// Takes a line of the statement about a payment of ours. Only a booked line of money that left is evidence.
    #[tracing::instrument(name = "payment_entry", level = "debug", skip_all)]
    pub async fn entry(&self, entry: &BankEntry, raw: Vec<u8>) -> StoreResult<WordTaken> {
        let Some(reference) = entry.own_reference() else { return Ok(WordTaken::Meaningless) };
        let Some((payment, transfer)) = self.about(reference).await? else {
            return Ok(WordTaken::Meaningless);
        };
        let Some(event) = OutboundEvent::of_entry(entry, ordered(&transfer)) else {
            return Ok(WordTaken::Meaningless);
        };
        // The statement is read again and again: a line must not end an operator's word, or alarm, each time.
        if self.recorder.knows(&payment, &event) {
            return Ok(WordTaken::Taken(payment.state));
        }
        let heard = Heard { raw, ..Heard::of(BankOperation::Entry, event) };
        let state = self.recorder.hear(payment, heard, &by_itself("webhook")).await?;
        Ok(WordTaken::Taken(state))
    }

    async fn about(&self, reference: BankReference) -> StoreResult<Option<(OutboundPayment, Transfer)>> {
        let Some(payment) = self.payments.find_payment_by_reference(reference).await? else {
            return Ok(None);
        };
        let transfer = self.ledger.find_transfer(payment.transfer).await?;
        Ok(transfer.map(|transfer| (payment, transfer)))
    }
}
