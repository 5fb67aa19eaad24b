//! What follows from an event.

use super::{
    event::{BankWord, OutboundEvent},
    payment::OutboundPayment,
    resolution::Resolution,
    schedule::delay_after,
    state::OutboundState,
};
use crate::money::bank::BankReason;
use chrono::{DateTime, Duration, Utc};

/// The settings of payments to an outside bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboundRules {
    /// How long after a payment was sent the bank may not know it yet. Only then «not found» is for people.
    pub horizon: Duration,
}

/// What becomes of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEffect {
    /// Nothing.
    Keep,
    /// It is posted from the hold.
    Capture,
    /// It is available again.
    Release,
    /// It is posted, although its hold was released before. That needs the balance.
    PostLate,
}

/// A decision: the payment after it, and what is to be done with its money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundDecision {
    /// The payment from now on, under its next version.
    pub payment: OutboundPayment,
    /// What becomes of the money.
    pub hold: HoldEffect,
    /// True: the bank contradicts itself or the order, and people must look now.
    pub is_alarm: bool,
}

impl OutboundPayment {
    /// Decides an event. Every event is allowed in every state, in any order and any number of times.
    #[must_use]
    pub fn decide(
        &self,
        event: &OutboundEvent,
        rules: &OutboundRules,
        now: DateTime<Utc>,
    ) -> OutboundDecision {
        let state = self.next_state(event, rules, now);
        let hold = self.hold_effect(state);
        let is_contradicted = self.is_contradicted_by(event);
        let is_new = state != self.state;
        let mut payment = Self { state, version: self.version.saturating_add(1), ..self.clone() };
        if hold != HoldEffect::Keep {
            payment.released_at = Some(now);
        }
        if state.is_in_doubt() {
            payment.doubt_since = self.doubt_since.or(Some(now));
        } else {
            payment.doubt_since = None;
        }
        if is_contradicted {
            payment.contradicted_at = self.contradicted_at.or(Some(now));
        }
        if is_new || is_definite(event) {
            payment.first_resolution = None;
        }
        if is_new {
            payment.reason = reason_of(state, event, self);
        }
        if let OutboundEvent::NotSent(reason) = event
            && state == OutboundState::Reserved
        {
            payment.parked = Some(*reason);
        }
        self.plan(&mut payment, event, now);
        let is_alarm = is_contradicted || (is_new && state == OutboundState::Exception);
        OutboundDecision { payment, hold, is_alarm }
    }

    /// The payment after two operators agreed.
    #[must_use]
    pub fn resolved(&self, verdict: Resolution, now: DateTime<Utc>) -> OutboundDecision {
        // The bank's horizon has no part in it.
        self.decide(&OutboundEvent::Resolved(verdict), &OutboundRules { horizon: Duration::zero() }, now)
    }

    /// True if the event tells nothing that is not known here: it leaves the state, and no contradiction is new.
    #[must_use]
    pub fn knows(&self, event: &OutboundEvent, rules: &OutboundRules, now: DateTime<Utc>) -> bool {
        let after = self.decide(event, rules, now).payment;
        after.state == self.state && after.contradicted_at == self.contradicted_at
    }

    fn next_state(&self, event: &OutboundEvent, rules: &OutboundRules, now: DateTime<Utc>) -> OutboundState {
        use OutboundEvent as E;
        use OutboundState as S;
        match (self.state, event) {
            (state, E::Said(word)) => after_word(state, word),
            (S::Submitting, E::NotSent(_)) => S::Reserved,
            (S::Submitting, E::SubmitUnclear | E::Interrupted) => S::Unknown,
            // The bank had it. That it doesn't know it any more proves nothing.
            (S::Accepted, E::NotFound) => S::Unknown,
            (S::Unknown, E::NotFound) if self.is_past_horizon(rules, now) => S::Manual,
            (state, E::Resolved(verdict)) if state.is_in_doubt() => match verdict {
                Resolution::Settled => S::Settled,
                Resolution::NotPaid => S::Voided,
            },
            (state, _) => state,
        }
    }

    fn is_past_horizon(&self, rules: &OutboundRules, now: DateTime<Utc>) -> bool {
        let end = self.submitted_at.and_then(|at| at.checked_add_signed(rules.horizon));
        end.is_some_and(|end| now >= end)
    }

    fn hold_effect(&self, next: OutboundState) -> HoldEffect {
        match (next, self.released_at) {
            _ if next == self.state => HoldEffect::Keep,
            (OutboundState::Settled, None) => HoldEffect::Capture,
            (OutboundState::Settled, Some(_)) => HoldEffect::PostLate,
            (OutboundState::Voided, None) => HoldEffect::Release,
            _ => HoldEffect::Keep,
        }
    }

    const fn is_contradicted_by(&self, event: &OutboundEvent) -> bool {
        use BankWord as W;
        match (self.state, event) {
            (OutboundState::Settled, OutboundEvent::Said(word)) => {
                matches!(word, W::Refused(_) | W::Changed)
            }
            (OutboundState::Voided, OutboundEvent::Said(word)) => matches!(word, W::Settled | W::Changed),
            _ => false,
        }
    }

    /// Sets when there is something to do next.
    fn plan(&self, payment: &mut Self, event: &OutboundEvent, now: DateTime<Utc>) {
        if payment.state == OutboundState::Submitting {
            return;
        }
        // A payment that goes back to be sent again goes on counting.
        let goes_on = payment.state == self.state || payment.state == OutboundState::Reserved;
        payment.tries = if goes_on { self.tries } else { 0 };
        let delay = delay_after(payment.state, event, payment.tries);
        payment.next_at = delay.and_then(|delay| now.checked_add_signed(delay));
        payment.tries = payment.tries.saturating_add(1);
    }
}

/// The state after the bank said something definite.
const fn after_word(state: OutboundState, word: &BankWord) -> OutboundState {
    use BankWord as W;
    use OutboundState as S;
    match (state, word) {
        // What people must look at stays with them; what has left has left.
        (S::Settled | S::Exception, _) => state,
        (S::Voided, W::Settled | W::Changed) | (_, W::Changed) => S::Exception,
        (S::Voided, W::Accepted | W::Refused(_)) => S::Voided,
        (_, W::Accepted) => S::Accepted,
        (_, W::Settled) => S::Settled,
        (_, W::Refused(_)) => S::Voided,
    }
}

const fn is_definite(event: &OutboundEvent) -> bool {
    matches!(event, OutboundEvent::Said(BankWord::Settled | BankWord::Refused(_) | BankWord::Changed))
}

fn reason_of(state: OutboundState, event: &OutboundEvent, before: &OutboundPayment) -> Option<BankReason> {
    match (state, event) {
        (OutboundState::Voided, OutboundEvent::Said(BankWord::Refused(reason))) => reason.clone(),
        // Why it was refused before it was paid stays to be read.
        (OutboundState::Exception, _) => before.reason.clone(),
        _ => None,
    }
}
