//! Writes what happened to a payment: decides on the payment as it stands, and decides again when it has changed
//! meanwhile.

use crate::kernel::Kernel;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::{
    money::{
        account_number::AccountNumber,
        bank::{BankReason, BankStatus, Cutoff, OperatingDate, PaymentReport},
        outbound::{Ordered, OutboundEvent, OutboundPayment, OutboundRules, OutboundState},
        transfer::Transfer,
    },
    operations::audit::Actor,
    principal::Principal,
};
use ports::{
    money::{BankCall, BankOperation, ChangeOutcome, OutboundChange, OutboundPayments},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;

/// How often a decision is made again because the payment has changed. More would mean that something else is wrong.
const DECISIONS_MAX: u32 = 10;

/// The settings of payments to an outside bank.
#[derive(Clone, Copy, Debug)]
pub struct OutboundPolicy {
    /// What the state machine needs.
    pub rules: OutboundRules,
    /// The time zone in which the bank's days are counted.
    pub zone: Tz,
    /// The time of day from which on a payment belongs to the bank's next day.
    pub cutoff: Cutoff,
}

impl OutboundPolicy {
    /// The operating date of a payment that is sent at that time.
    #[must_use]
    pub fn date_at(&self, at: DateTime<Utc>) -> OperatingDate {
        OperatingDate::at(at, &self.zone, self.cutoff)
    }
}

/// Decides events and writes the decisions.
pub struct PaymentRecorder {
    payments: Arc<dyn OutboundPayments>,
    kernel: Kernel,
    rules: OutboundRules,
}

/// What was said, as it is written down.
pub(super) struct Heard {
    pub(super) operation: BankOperation,
    pub(super) event: OutboundEvent,
    pub(super) http_status: Option<u16>,
    pub(super) bank_status: Option<BankStatus>,
    pub(super) reason: Option<BankReason>,
    pub(super) raw: Vec<u8>,
}

impl Heard {
    /// Something that was heard without an answer of HTTP.
    pub(super) const fn of(operation: BankOperation, event: OutboundEvent) -> Self {
        Self { operation, event, http_status: None, bank_status: None, reason: None, raw: Vec::new() }
    }

    /// The same with the status and the reason of a report.
    pub(super) fn with_report(self, report: Option<&PaymentReport>) -> Self {
        Self {
            bank_status: report.map(|report| report.status),
            reason: report.and_then(|report| report.reason.clone()),
            ..self
        }
    }
}

/// What was ordered with a transfer.
pub(super) fn ordered(transfer: &Transfer) -> Ordered<'_> {
    let creditor = transfer.destination.number().map(AccountNumber::canonical);
    Ordered { amount: transfer.amount, creditor }
}

impl PaymentRecorder {
    /// Builds it from the port of payments.
    #[must_use]
    pub fn new(payments: Arc<dyn OutboundPayments>, kernel: Kernel, rules: OutboundRules) -> Self {
        Self { payments, kernel, rules }
    }

    /// True if the event tells nothing that is not known of the payment.
    pub(super) fn knows(&self, payment: &OutboundPayment, event: &OutboundEvent) -> bool {
        payment.knows(event, &self.rules, self.kernel.now())
    }

    /// Writes what was heard of a payment, with the call. Returns its state after it.
    pub(super) async fn hear(
        &self,
        payment: OutboundPayment,
        heard: Heard,
        actor: &Actor,
    ) -> StoreResult<OutboundState> {
        let call = BankCall {
            id: self.kernel.new_id(),
            at: self.kernel.now(),
            operation: heard.operation,
            reference: payment.reference,
            operating_date: payment.operating_date,
            outcome: heard.event.name().to_owned(),
            http_status: heard.http_status,
            bank_status: heard.bank_status,
            reason: heard.reason,
            raw: heard.raw,
        };
        self.happen(payment, &heard.event, Some(call), actor).await
    }

    /// Writes what follows from an event, whatever else happens to the payment meanwhile.
    pub(super) async fn happen(
        &self,
        mut payment: OutboundPayment,
        event: &OutboundEvent,
        call: Option<BankCall>,
        actor: &Actor,
    ) -> StoreResult<OutboundState> {
        for _ in 0..DECISIONS_MAX {
            let now = self.kernel.now();
            let decision = payment.decide(event, &self.rules, now);
            let (state, is_alarm) = (decision.payment.state, decision.is_alarm);
            let change = OutboundChange {
                version: payment.version,
                decision,
                call: call.clone(),
                actor: actor.clone(),
            };
            match self.payments.record_outbound(&change, now).await? {
                ChangeOutcome::Written(_transfer) => {
                    report(&payment, event, state, is_alarm);
                    return Ok(state);
                }
                ChangeOutcome::Stale => {}
                ChangeOutcome::InsufficientFunds => {
                    return Err(StoreError::Corrupt("an event posted money without its hold".into()));
                }
            }
            let transfer = payment.transfer;
            let again = self.payments.find_payment(transfer).await?;
            payment = again.ok_or_else(|| StoreError::Corrupt("a payment vanished".into()))?;
        }
        Err(StoreError::Corrupt("a payment changes without end".into()))
    }
}

fn report(before: &OutboundPayment, event: &OutboundEvent, state: OutboundState, is_alarm: bool) {
    let (transfer, reference) = (before.transfer, before.reference);
    if is_alarm {
        tracing::error!(
            %transfer, %reference, event = event.name(), state = state.name(),
            "the bank contradicts itself or the order: people must look at this payment"
        );
    } else if state != before.state {
        tracing::info!(
            %transfer, %reference, event = event.name(), before = before.state.name(), state = state.name(),
            "a payment changed its state"
        );
    }
}

/// The actor of what the platform does by itself.
pub(super) fn by_itself(channel: &str) -> Actor {
    Actor { who: Principal::System, channel: channel.to_owned(), request_id: "payments".to_owned() }
}
