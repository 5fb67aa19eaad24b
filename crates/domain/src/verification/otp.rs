//! One-time codes: check attempts, expiry, limits on sends, locks.
//!
//! The numbers follow OWASP ASVS 6.5 and the earlier systems: six digits, ten minutes, three check attempts
//! for a challenge across all its resends. These rules don't depend on the code provider.

mod breaker;
mod fallback;
mod recipient;

pub use self::{
    breaker::{BREAKER_DESTINATIONS, BREAKER_RETRY, BREAKER_WINDOW, Breaker},
    fallback::{FALLBACK_AFTER, FallbackDecision, next_fallback},
    recipient::{NoRecipient, Recipient},
};

use crate::text;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The purpose of a code. A code for one purpose is refused for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To prove a number for the first time.
    Registration,
    /// To open a chat session or sign in.
    Login,
    /// To set a new password.
    PasswordReset,
    /// To confirm one payment.
    Transfer,
    /// To lift a freeze. The code goes out by e-mail only.
    Unfreeze,
}

impl Purpose {
    /// The purposes that a team may send codes for. Codes that lift a freeze are not for teams.
    pub const FOR_TEAMS: [Self; 4] = [Self::Registration, Self::Login, Self::PasswordReset, Self::Transfer];

    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::PasswordReset => "password_reset",
            Self::Transfer => "transfer",
            Self::Unfreeze => "unfreeze",
        }
    }

    /// Reads the name of a purpose that a team may send codes for, one of [`Purpose::FOR_TEAMS`].
    #[must_use]
    pub fn parse_for_teams(name: &str) -> Option<Self> {
        Self::FOR_TEAMS.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Reads the name that [`Purpose::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Registration, Self::Login, Self::PasswordReset, Self::Transfer, Self::Unfreeze]
            .into_iter()
            .find(|p| p.name() == name)
    }
}

/// A code as a person typed it: 4 to 10 digits, stored in ASCII. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

/// The text is not 4 to 10 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 4 to 10 digits")]
pub struct InvalidCode;

impl OtpCode {
    /// Reads a code. Spaces, dashes and invisible marks between digits are ignored.
    pub fn parse(typed: &str) -> Result<Self, InvalidCode> {
        let signs = typed.trim().chars().filter(|c| !text::is_joiner(*c));
        let digits: Option<String> = signs.map(text::ascii_digit).collect();
        digits.filter(|digits| (4..=10).contains(&digits.len())).map(Self).ok_or(InvalidCode)
    }

    /// The digits of the code. Never log them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OtpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpCode(******)")
    }
}

/// The code policy, which the operator can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtpPolicy {
    /// How long a code is valid.
    pub ttl: Duration,
    /// The maximum of check attempts on a challenge, across resends and channels.
    pub attempts_max: u32,
    /// The wait between two sends of one challenge.
    pub resend_cooldown: Duration,
    /// The maximum of sends to one destination in 24 hours.
    pub sends_per_destination_per_day: u32,
    /// The maximum of sends that one network address asks for in an hour.
    pub sends_per_ip_per_hour: u32,
    /// The maximum of sends in an hour to numbers that differ only in their last four digits.
    pub sends_per_prefix_per_hour: u32,
    /// The maximum of sends in an hour that anonymous callers ask for to numbers of one country.
    pub sends_per_country_per_hour: u32,
    /// The maximum of sends in an hour that anonymous callers ask for, of the whole service.
    pub sends_per_hour: u32,
    /// The number of wrong codes, over all challenges, that locks a destination.
    pub lock_after_failures: u32,
    /// How long the lock lasts. Afterwards the count starts at zero.
    pub lock_for: Duration,
}

impl Default for OtpPolicy {
    /// Codes for ten minutes and three check attempts, as the settings are documented.
    fn default() -> Self {
        Self {
            ttl: Duration::minutes(10),
            attempts_max: 3,
            resend_cooldown: Duration::seconds(60),
            sends_per_destination_per_day: 5,
            sends_per_ip_per_hour: 10,
            sends_per_prefix_per_hour: 30,
            sends_per_country_per_hour: 300,
            sends_per_hour: 1000,
            lock_after_failures: 5,
            lock_for: Duration::minutes(5),
        }
    }
}

/// The status of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeStatus {
    /// Waits for the code.
    Pending,
    /// The right code was entered. Final.
    Approved,
    /// Canceled, or its check attempts are used up. Final.
    Canceled,
}

impl ChallengeStatus {
    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the name that [`ChallengeStatus::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Canceled].into_iter().find(|status| status.name() == name)
    }
}

/// Status, expiry and counts of a challenge, as a store loads them under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The present status.
    pub status: ChallengeStatus,
    /// The check attempts reserved so far, including those in progress.
    pub attempts_used: u32,
    /// The maximum of check attempts.
    pub attempts_max: u32,
    /// From when the code is refused.
    pub expires_at: DateTime<Utc>,
    /// When its code was last sent.
    pub last_sent_at: DateTime<Utc>,
}

impl Challenge {
    /// Reserves a check attempt *before* the code is compared, so that concurrent attempts never pass the
    /// limit. False, and nothing is counted, once the challenge is settled, expired or exhausted.
    pub fn take_attempt(&mut self, now: DateTime<Utc>) -> bool {
        let is_open = self.is_open(now);
        self.attempts_used = self.attempts_used.saturating_add(u32::from(is_open));
        is_open
    }

    /// Settles a reserved check attempt while `running` others are in progress, and returns whether it
    /// approves the challenge. None does once the challenge is settled. The last wrong one ends the
    /// challenge, but not while others are in progress, because one of them may be right.
    pub fn settle_attempt(&mut self, right: bool, running: u32) -> bool {
        if self.status != ChallengeStatus::Pending {
            return false;
        }
        if right {
            self.status = ChallengeStatus::Approved;
        } else if running == 0 && self.attempts_used >= self.attempts_max {
            self.status = ChallengeStatus::Canceled;
        }
        right
    }

    /// Whether a check attempt gets the approval that another one got: it read the challenge while that was open, so
    /// it came before the other one was answered, and it brings the same code. Later ones bring a used code.
    #[must_use]
    pub fn repeats_approval(&self, seen_open: bool, is_same_code: bool) -> bool {
        self.status == ChallengeStatus::Approved && seen_open && is_same_code
    }

    /// The check attempts that are left.
    #[must_use]
    pub const fn attempts_remaining(&self) -> u32 {
        self.attempts_max.saturating_sub(self.attempts_used)
    }

    /// Whether a right code would still be accepted.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status == ChallengeStatus::Pending && now < self.expires_at && self.attempts_remaining() > 0
    }

    /// Whether it expired before it was settled.
    #[must_use]
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.status == ChallengeStatus::Pending && now >= self.expires_at
    }

    /// The check attempts that are left and still count: none once the challenge is canceled or expired.
    #[must_use]
    pub fn attempts_left(&self, now: DateTime<Utc>) -> u32 {
        let is_over = self.status == ChallengeStatus::Canceled || self.has_expired(now);
        if is_over { 0 } else { self.attempts_remaining() }
    }

    /// How long to wait before the code may be sent again; zero when it may be sent now.
    #[must_use]
    pub fn resend_wait(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Duration {
        cooldown_left(self.last_sent_at, policy, now).unwrap_or_else(Duration::zero)
    }
}

/// How much of the cooldown after a send is left; `None` when it has passed.
#[must_use]
pub fn cooldown_left(
    last_sent_at: DateTime<Utc>,
    policy: &OtpPolicy,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let since = now.signed_duration_since(last_sent_at);
    policy.resend_cooldown.checked_sub(&since).filter(|left| *left > Duration::zero())
}

/// Wrong codes at one destination, over all its challenges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// The wrong codes since the last right one or the last lock.
    pub count: u32,
    /// Until when no code is accepted or sent.
    pub locked_until: Option<DateTime<Utc>>,
}

impl Failures {
    /// The end of the lock; `None` when there is no lock at `now`.
    #[must_use]
    pub fn lock_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Counts a wrong code. At the policy's maximum the destination is locked. After a lock the count starts
    /// at zero.
    #[must_use]
    pub fn after_wrong_attempt(self, policy: &OtpPolicy, now: DateTime<Utc>) -> Self {
        if self.lock_at(now).is_some() {
            return self;
        }
        let before = if self.locked_until.is_some() { 0 } else { self.count };
        let count = before.saturating_add(1);
        let locked_until = (count >= policy.lock_after_failures)
            .then(|| now.checked_add_signed(policy.lock_for).unwrap_or(DateTime::<Utc>::MAX_UTC));
        Self { count, locked_until }
    }
}

/// How many codes were sent lately, for each thing that is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCounts {
    /// The sends to this destination in the last 24 hours.
    pub destination: Count,
    /// The sends that this network address asked for in the last hour; zero when there is no address.
    pub ip: Count,
    /// The sends to this prefix in the last hour.
    pub prefix: Count,
    /// The sends of anonymous callers to this country in the last hour; zero for other senders and for e-mail.
    pub country: Count,
    /// All sends of anonymous callers in the last hour; zero for other senders.
    pub service: Count,
}

/// A count within a rolling window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many there are.
    pub n: u32,
    /// When the oldest of them was. It leaves the window first.
    pub oldest: Option<DateTime<Utc>>,
}

impl Count {
    /// Counts one more.
    pub fn add(&mut self, at: DateTime<Utc>) {
        self.n = self.n.saturating_add(1);
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
    }

    /// How long to wait for the next one, where `most` are allowed within the window: a second at least, the
    /// window at most. `None`: it is allowed now.
    #[must_use]
    pub fn wait(self, most: u32, window: Duration, now: DateTime<Utc>) -> Option<Duration> {
        if self.n < most {
            return None;
        }
        let age = self.oldest.map_or_else(Duration::zero, |oldest| now.signed_duration_since(oldest));
        Some(window.checked_sub(&age).unwrap_or(window).max(Duration::seconds(1)))
    }
}

/// The limit that stops a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendLimit {
    /// The code was sent a moment ago.
    Cooldown,
    /// Sends to one destination in a day.
    Destination,
    /// Sends that one network address asks for in an hour.
    Address,
    /// Sends to one prefix in an hour.
    Prefix,
    /// Sends of anonymous callers to one country in an hour.
    Country,
    /// All sends of anonymous callers in an hour.
    Service,
}

impl SendLimit {
    /// The policy's value for this limit: seconds for the cooldown, otherwise a number of sends.
    #[must_use]
    pub fn number(self, policy: &OtpPolicy) -> i64 {
        match self {
            Self::Cooldown => policy.resend_cooldown.num_seconds(),
            Self::Destination => policy.sends_per_destination_per_day.into(),
            Self::Address => policy.sends_per_ip_per_hour.into(),
            Self::Prefix => policy.sends_per_prefix_per_hour.into(),
            Self::Country => policy.sends_per_country_per_hour.into(),
            Self::Service => policy.sends_per_hour.into(),
        }
    }
}

/// A limit on sends is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many codes were sent")]
pub struct SendLimitReached {
    /// The limit that is reached.
    pub limit: SendLimit,
    /// How long to wait until the next send.
    pub retry_after: Duration,
}

impl SendCounts {
    /// Whether another code may be sent.
    pub fn check(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Result<(), SendLimitReached> {
        let day = Duration::hours(24);
        let hour = Duration::hours(1);
        for (limit, count, max, window) in [
            (SendLimit::Destination, self.destination, policy.sends_per_destination_per_day, day),
            (SendLimit::Address, self.ip, policy.sends_per_ip_per_hour, hour),
            (SendLimit::Prefix, self.prefix, policy.sends_per_prefix_per_hour, hour),
            (SendLimit::Country, self.country, policy.sends_per_country_per_hour, hour),
            (SendLimit::Service, self.service, policy.sends_per_hour, hour),
        ] {
            if let Some(retry_after) = count.wait(max, window, now) {
                return Err(SendLimitReached { limit, retry_after });
            }
        }
        Ok(())
    }
}

/// The digest in the hash of a code that is bound to no payment.
pub const NO_TRANSACTION: [u8; 32] = [0; 32];

/// Whether two hashes are equal, in constant time.
#[must_use]
pub fn hashes_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
