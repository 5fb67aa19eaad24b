//! Carry out payments that are due: send those that wait, and ask the bank about those under way or in doubt. A payment
//! is stored as sent before it is; from then on it is only asked about, unless the call certainly did not reach the bank.

use super::recorder::{Heard, OutboundPolicy, PaymentRecorder, by_itself, ordered};
use crate::kernel::Kernel;
use chrono::Duration;
use domain::money::{
    bank::{BankOrder, BankStatus, StatusOutcome, SubmitOutcome},
    outbound::{OutboundEvent, OutboundPayment, OutboundState},
    transfer::{Destination, Transfer},
};
use ports::{
    money::{
        BankOperation, LeasedPayment, Ledger, OutboundPayments,
        core_bank::{BankAnswer, CoreBank},
    },
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;

/// How long a worker has a payment. It is longer than the longest call to the bank: a token, the order, another token
/// and the order again, of 15 seconds each. A payment that is being sent when its lease ends is in doubt.
const LEASE: Duration = Duration::seconds(70);

/// Sends payments and asks about them.
pub struct CarryOutPayments {
    payments: Arc<dyn OutboundPayments>,
    ledger: Arc<dyn Ledger>,
    bank: Arc<dyn CoreBank>,
    recorder: PaymentRecorder,
    kernel: Kernel,
    policy: OutboundPolicy,
}

impl CarryOutPayments {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        payments: Arc<dyn OutboundPayments>,
        ledger: Arc<dyn Ledger>,
        bank: Arc<dyn CoreBank>,
        kernel: Kernel,
        policy: OutboundPolicy,
    ) -> Self {
        let recorder = PaymentRecorder::new(payments.clone(), kernel.clone(), policy.rules);
        Self { payments, ledger, bank, recorder, kernel, policy }
    }

    /// Makes everything due that waits to be sent. A worker calls it when it starts: the settings may be other ones now.
    pub async fn wake(&self) -> StoreResult<usize> {
        self.payments.wake_reserved(self.kernel.now()).await
    }

    /// Leases up to `count` payments that are due.
    pub async fn lease(&self, count: usize) -> StoreResult<Vec<LeasedPayment>> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        self.payments.lease_payments(now, until, count).await
    }

    /// Does what is due with a leased payment, and returns its state after it.
    #[tracing::instrument(name = "payment", level = "debug", skip_all, fields(transfer = %leased.payment.transfer))]
    pub async fn run(&self, leased: LeasedPayment) -> StoreResult<OutboundState> {
        let payment = leased.payment;
        let transfer = self.ledger.find_transfer(payment.transfer).await?;
        let transfer =
            transfer.ok_or_else(|| StoreError::Corrupt("a payment without its transfer".into()))?;
        match payment.state {
            OutboundState::Reserved => self.submit(payment, leased.fence, &transfer).await,
            // The worker that sent it is gone, and nobody knows how far it came.
            OutboundState::Submitting => {
                let heard = Heard::of(BankOperation::Submit, OutboundEvent::Interrupted);
                self.recorder.hear(payment, heard, &by_itself("worker")).await
            }
            _ => self.ask(payment, &transfer).await,
        }
    }

    async fn submit(
        &self,
        payment: OutboundPayment,
        fence: i64,
        transfer: &Transfer,
    ) -> StoreResult<OutboundState> {
        let now = self.kernel.now();
        let date = self.policy.date_at(now);
        let Destination::Account(creditor) = &transfer.destination else {
            return Err(StoreError::Corrupt("a payment to an account that can't be read".into()));
        };
        let order = BankOrder {
            reference: payment.reference,
            operating_date: date,
            amount: transfer.amount,
            creditor: creditor.clone(),
            creditor_name: None,
            concept: transfer.concept.clone(),
        };
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let Some(begun) = payment.begin_submit(date, now, until) else { return Ok(payment.state) };
        // An error here may hide a commit: then it is not sent, and found in doubt when the lease ends.
        if !self.payments.begin_submit(&begun, fence, order.digest()).await? {
            return Ok(payment.state);
        }
        let BankAnswer { outcome, http_status, raw } = self.bank.submit(&order).await;
        let event = OutboundEvent::of_submit(&outcome, ordered(transfer));
        let heard = Heard { http_status, raw, ..Heard::of(BankOperation::Submit, event) };
        let heard = match outcome {
            SubmitOutcome::Taken(report) => heard.with_report(Some(&report)),
            SubmitOutcome::Refused(reason) => {
                Heard { bank_status: Some(BankStatus::Rejected), reason: Some(reason), ..heard }
            }
            _ => heard,
        };
        self.recorder.hear(begun, heard, &by_itself("worker")).await
    }

    async fn ask(&self, payment: OutboundPayment, transfer: &Transfer) -> StoreResult<OutboundState> {
        // A word about a payment that was never sent has no date of its own.
        let date = payment.operating_date.unwrap_or_else(|| self.policy.date_at(transfer.created_at));
        let BankAnswer { outcome, http_status, raw } = self.bank.status(payment.reference, date).await;
        let event = OutboundEvent::of_status(&outcome, ordered(transfer));
        let report = match &outcome {
            StatusOutcome::Known(report) => Some(report),
            _ => None,
        };
        let heard = Heard { http_status, raw, ..Heard::of(BankOperation::Status, event) };
        self.recorder.hear(payment, heard.with_report(report), &by_itself("worker")).await
    }
}
