//! Whether a code may be sent: one decision for every door, whether the API, a page, a chat or a payment asks.
//!
//! A store takes the locks of the recipient, its prefix and the network address (for anonymous callers those
//! of the country and the service too), loads [`StartFacts`], asks
//! [`StartFacts::decide`], and writes what was decided, all in one transaction.

use crate::verification::otp::{
    BREAKER_RETRY, Breaker, Failures, OtpPolicy, SendCounts, SendLimit, cooldown_left,
};
use chrono::{DateTime, Utc};
use thiserror::Error;

/// What a store loads under its locks before a code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartFacts {
    /// Whether the same effect asked before.
    pub is_repeated: bool,
    /// Whether the principal has an open challenge for this recipient and purpose with check attempts left.
    /// False for another send of a known challenge.
    pub has_open_challenge: bool,
    /// The verification breaker. It is `Closed` for another send of a known challenge.
    pub breaker: Breaker,
    /// Whether the caller is anonymous.
    pub is_anonymous: bool,
    /// The wrong codes that count against this recipient and sender.
    pub failures: Failures,
    /// The send from which the cooldown counts; `None` when there is none: of the challenge that is sent
    /// again, or of another page of the same team.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// The recent sends, for each thing that is limited.
    pub counts: SendCounts,
}

/// The decision on a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartDecision {
    /// The code is sent, and the send is counted.
    Send {
        /// The check attempts of a new challenge.
        attempts_max: u32,
    },
    /// The same effect asked before. It gets its first answer again, and nothing is counted.
    Repeat,
    /// The open challenge stays as it is, and nothing is counted.
    KeepOpen,
    /// No code is sent.
    Refuse(SendRefusal),
}

/// Why no code is sent, and when the caller may ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendRefusal {
    /// The verification breaker is open, and the caller is anonymous. They may ask again at that time.
    #[error("anonymous callers get no codes at present")]
    Suspended(DateTime<Utc>),
    /// The recipient is locked until that time, after wrong codes.
    #[error("the recipient is locked after wrong codes")]
    Locked(DateTime<Utc>),
    /// The limit is reached; the next code may be sent at that time.
    #[error("too many codes were sent")]
    Limited(SendLimit, DateTime<Utc>),
}

impl SendRefusal {
    /// When the caller may ask again.
    #[must_use]
    pub const fn until(self) -> DateTime<Utc> {
        match self {
            Self::Suspended(until) | Self::Locked(until) | Self::Limited(_, until) => until,
        }
    }
}

impl StartFacts {
    /// The facts about a send that was not made before, with nothing open and no cooldown, by a known sender.
    /// The other fields are set afterwards.
    #[must_use]
    pub const fn of(failures: Failures, counts: SendCounts) -> Self {
        Self {
            is_repeated: false,
            has_open_challenge: false,
            breaker: Breaker::Closed,
            is_anonymous: false,
            failures,
            last_sent_at: None,
            counts,
        }
    }

    /// Decides on the send. The order: what was answered before, the open challenge, then the breaker, the
    /// lock, the cooldown and the quotas.
    #[must_use]
    pub fn decide(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> StartDecision {
        if self.is_repeated {
            return StartDecision::Repeat;
        }
        if self.has_open_challenge {
            return StartDecision::KeepOpen;
        }
        match self.refusal(policy, now) {
            Some(refusal) => StartDecision::Refuse(refusal),
            None => StartDecision::Send { attempts_max: self.breaker.attempts(policy.attempts_max) },
        }
    }

    fn refusal(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Option<SendRefusal> {
        let after = |wait| now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if !self.breaker.lets_begin(self.is_anonymous) {
            return Some(SendRefusal::Suspended(after(BREAKER_RETRY)));
        }
        if let Some(until) = self.failures.lock_at(now) {
            return Some(SendRefusal::Locked(until));
        }
        let cooldown = self.last_sent_at.and_then(|at| cooldown_left(at, policy, now));
        if let Some(wait) = cooldown {
            return Some(SendRefusal::Limited(SendLimit::Cooldown, after(wait)));
        }
        let full = self.counts.check(policy, now).err()?;
        Some(SendRefusal::Limited(full.limit, after(full.retry_after)))
    }
}

#[cfg(test)]
mod tests;
