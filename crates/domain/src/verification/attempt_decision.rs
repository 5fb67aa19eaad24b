//! What becomes of a check attempt: one decision for every door, whether the API, a page, a chat or a payment
//! brings the code.
//!
//! A store takes the recipient's lock, loads [`AttemptFacts`], asks for the decision, and writes what was
//! decided, all in one transaction. A code of ours is compared in that transaction ([`AttemptFacts::judge`]).
//! A provider's code is compared elsewhere: the attempt is reserved first ([`AttemptFacts::reserve`]) and
//! settled afterwards ([`AttemptFacts::settle`]).

use crate::verification::otp::{Challenge, ChallengeStatus, Failures, OtpPolicy};
use chrono::{DateTime, Utc};
use std::fmt;
use thiserror::Error;

/// What a store loads under its lock before it decides on a check attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptFacts {
    /// The challenge, as it is stored.
    pub challenge: Challenge,
    /// The wrong codes that count against this recipient and caller.
    pub failures: Failures,
    /// The check attempts used on the provider's challenge, over all challenges of ours that share it. Zero
    /// for a code of ours.
    pub used_at_provider: u32,
}

/// Why a check attempt is not counted and its code not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AttemptRefusal {
    /// The recipient is locked until that time, after wrong codes.
    #[error("the recipient is locked after wrong codes")]
    Locked(DateTime<Utc>),
    /// The challenge is settled, expired, or has no check attempts left.
    #[error("the code is used, expired or exhausted")]
    Gone,
}

/// The result of a settled check attempt. It is stored, so that a repeated attempt gets it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptResult {
    /// Whether the code was right.
    pub approved: bool,
    /// The check attempts that are left.
    pub attempts_remaining: u32,
    /// Until when the recipient is locked, if this check attempt locked it.
    pub locked_until: Option<DateTime<Utc>>,
}

impl AttemptResult {
    /// Whether this wrong code ended the challenge: it used up the last check attempt, or locked the recipient.
    #[must_use]
    pub const fn ends_challenge(&self) -> bool {
        !self.approved && self.attempts_remaining == 0
    }

    /// The answer to a later code, if this wrong code ended the challenge: locked while the lock lasts, then
    /// gone.
    #[must_use]
    pub fn later_refusal(&self, now: DateTime<Utc>) -> Option<AttemptRefusal> {
        let lock = self.locked_until.filter(|until| now < *until);
        self.ends_challenge().then(|| lock.map_or(AttemptRefusal::Gone, AttemptRefusal::Locked))
    }

    /// The name of the result in the audit log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        if self.approved { "approved" } else { "refused" }
    }
}

/// What is left after the attempt, for the audit log.
impl fmt::Display for AttemptResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} attempts left", self.attempts_remaining)?;
        match self.locked_until {
            Some(until) => write!(f, ", locked until {}", until.format("%Y-%m-%dT%H:%M:%SZ")),
            None => Ok(()),
        }
    }
}

/// A settled check attempt: what is to be stored, and the result for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The challenge afterwards.
    pub challenge: Challenge,
    /// Whether the challenge was open until now. One that was settled before stays as it is stored.
    pub was_open: bool,
    /// The wrong codes afterwards.
    pub failures: Failures,
    /// Whether this attempt used up the challenge without approving it. The verification breaker counts that.
    pub used_up: bool,
    /// The result for the caller, which is also stored.
    pub result: AttemptResult,
}

/// The decision on a check attempt with a code of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptDecision {
    /// Counted, compared and settled.
    Judged(Settlement),
    /// Neither counted nor compared.
    Refused(AttemptRefusal),
}

impl AttemptFacts {
    /// Counts a check attempt before the code is compared. Returns the challenge with the attempt counted.
    pub fn reserve(&self, now: DateTime<Utc>) -> Result<Challenge, AttemptRefusal> {
        if let Some(until) = self.failures.lock_at(now) {
            return Err(AttemptRefusal::Locked(until));
        }
        let mut challenge = self.challenge;
        if self.used_at_provider >= challenge.attempts_max {
            return Err(AttemptRefusal::Gone);
        }
        if challenge.take_attempt(now) { Ok(challenge) } else { Err(AttemptRefusal::Gone) }
    }

    /// Settles a check attempt that was reserved before, while `running` others are in progress. A challenge
    /// that is settled doesn't change any more, however late an attempt comes back.
    #[must_use]
    pub fn settle(&self, right: bool, running: u32, policy: &OtpPolicy, now: DateTime<Utc>) -> Settlement {
        let mut challenge = self.challenge;
        let was_open = challenge.status == ChallengeStatus::Pending;
        let approved = challenge.settle_attempt(right, running);
        let failures = match (approved, right) {
            (true, _) => Failures::default(),
            // Too late to count.
            (false, true) => self.failures,
            (false, false) => self.failures.after_wrong_attempt(policy, now),
        };
        let locked_until = failures.lock_at(now);
        if was_open && !right && locked_until.is_some() {
            challenge.status = ChallengeStatus::Canceled;
        }
        let attempts_remaining = if locked_until.is_some() { 0 } else { challenge.attempts_remaining() };
        Settlement {
            challenge,
            was_open,
            failures,
            used_up: was_open && !right && challenge.attempts_remaining() == 0,
            result: AttemptResult { approved, attempts_remaining, locked_until },
        }
    }

    /// Decides on a check attempt with a code of ours, which is compared under the same lock.
    #[must_use]
    pub fn judge(&self, right: bool, policy: &OtpPolicy, now: DateTime<Utc>) -> AttemptDecision {
        match self.reserve(now) {
            Ok(challenge) => {
                AttemptDecision::Judged(Self { challenge, ..*self }.settle(right, 0, policy, now))
            }
            Err(refusal) => AttemptDecision::Refused(refusal),
        }
    }
}

#[cfg(test)]
mod tests;
