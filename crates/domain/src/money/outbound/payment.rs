//! A payment to an outside bank, as it stands.

use super::{
    event::ParkReason,
    resolution::{FirstResolution, Resolution, ResolutionStep},
    state::OutboundState,
};
use crate::{
    ids::TransferId,
    money::bank::{BankReason, BankReference, OperatingDate},
    principal::Principal,
};
use chrono::{DateTime, Utc};

/// A payment to an outside bank. Its transfer has the amount and the accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundPayment {
    /// The transfer that it carries out.
    pub transfer: TransferId,
    /// Its name at the bank, the same for ever.
    pub reference: BankReference,
    /// How far it is.
    pub state: OutboundState,
    /// Counts the changes of this record. A change is written only over the version that it was decided on.
    pub version: i64,
    /// The bank's day that it was sent with; `None` before it was sent.
    pub operating_date: Option<OperatingDate>,
    /// When it was last sent; `None` before.
    pub submitted_at: Option<DateTime<Utc>>,
    /// How often it was tried to send or to ask, in this state.
    pub tries: u32,
    /// When there is something to do next; `None`: nothing, until something happens.
    pub next_at: Option<DateTime<Utc>>,
    /// Why it waits to be sent; `None` when it just waits for a worker.
    pub parked: Option<ParkReason>,
    /// The bank's reason for a refusal.
    pub reason: Option<BankReason>,
    /// Since when it is in doubt; `None` when it is not.
    pub doubt_since: Option<DateTime<Utc>>,
    /// When its hold ended; `None` while the money is held.
    pub released_at: Option<DateTime<Utc>>,
    /// When the bank first contradicted a final state.
    pub contradicted_at: Option<DateTime<Utc>>,
    /// What the first of two operators said.
    pub first_resolution: Option<FirstResolution>,
}

impl OutboundPayment {
    /// A payment whose money was just held, to be sent at once.
    #[must_use]
    pub fn reserved(transfer: TransferId, now: DateTime<Utc>) -> Self {
        Self {
            transfer,
            reference: BankReference::of(transfer),
            state: OutboundState::Reserved,
            version: 0,
            operating_date: None,
            submitted_at: None,
            tries: 0,
            next_at: Some(now),
            parked: None,
            reason: None,
            doubt_since: None,
            released_at: None,
            contradicted_at: None,
            first_resolution: None,
        }
    }

    /// The payment as it is stored before it is sent: from then on it is never sent again, unless the call says that
    /// it certainly was not taken. `until` is when the call is given up for lost. `None`: it may not be sent.
    #[must_use]
    pub fn begin_submit(
        &self,
        operating_date: OperatingDate,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<Self> {
        (self.state == OutboundState::Reserved).then(|| Self {
            state: OutboundState::Submitting,
            version: self.version.saturating_add(1),
            operating_date: Some(operating_date),
            submitted_at: Some(now),
            next_at: Some(until),
            parked: None,
            ..self.clone()
        })
    }

    /// What comes of an operator's word. It changes nothing.
    #[must_use]
    pub fn weigh(&self, by: &Principal, verdict: Resolution) -> ResolutionStep {
        match &self.first_resolution {
            _ if !self.state.is_in_doubt() => ResolutionStep::NotInDoubt,
            None => ResolutionStep::NeedsSecond,
            Some(first) if first.by == *by => ResolutionStep::SameOperator,
            Some(first) if first.verdict != verdict => ResolutionStep::Differs,
            Some(_) => ResolutionStep::Agreed,
        }
    }
}
