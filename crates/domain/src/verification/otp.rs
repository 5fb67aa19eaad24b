//! One-time codes: how many guesses, how long, how often sent, when a number is locked.
//!
//! Numbers follow OWASP ASVS 6.5 and the older systems: six digits, ten minutes, three guesses for a
//! challenge across all its resends. The provider that carries the code is no concern of these rules.

mod breaker;
mod fallback;
mod recipient;

pub use self::{
    breaker::{BREAKER_DESTINATIONS, BREAKER_RETRY, BREAKER_WINDOW, Breaker},
    fallback::{FALLBACK_AFTER, FallbackDecision, next_fallback},
    recipient::{NoRecipient, Recipient},
};

use crate::{
    ids::TransferId,
    money::{
        Money,
        account_number::AccountNumber,
        transfer::{Destination, Transfer},
    },
};
use chrono::{DateTime, Duration, Utc};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// What a code is for; one sent for a login never passes a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To prove a number for the first time.
    Registration,
    /// To open a chat session or sign in.
    Login,
    /// To set a new password.
    PasswordReset,
    /// To let one payment through.
    Transfer,
}

impl Purpose {
    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::PasswordReset => "password_reset",
            Self::Transfer => "transfer",
        }
    }

    /// Reads the word of the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Registration, Self::Login, Self::PasswordReset, Self::Transfer]
            .into_iter()
            .find(|p| p.name() == name)
    }
}

/// The zeros of the scripts whose digits people's keyboards write; the other nine follow each.
const ZEROS: [char; 17] =
    ['0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '０'];

/// A digit of whichever script, in ASCII.
fn in_ascii(digit: char) -> Option<char> {
    let value = |zero: char| u32::from(digit).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    ZEROS.into_iter().find_map(value).and_then(|value| char::from_digit(value, 10))
}

/// A code as somebody typed it: 4 to 10 digits, kept in ASCII. It has no readable `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

/// Not 4 to 10 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 4 to 10 digits")]
pub struct InvalidCode;

impl OtpCode {
    /// Reads a code; spaces and hyphens between digits are forgiven.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let typed = text.trim().chars().filter(|c| !matches!(c, ' ' | '-'));
        let digits: Option<String> = typed.map(in_ascii).collect();
        digits.filter(|digits| (4..=10).contains(&digits.len())).map(Self).ok_or(InvalidCode)
    }

    /// The digits. Never log them.
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

/// The numbers an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtpPolicy {
    /// How long a code is good.
    pub ttl: Duration,
    /// Guesses for a challenge, across resends and channels.
    pub attempts_max: u32,
    /// Between two sends of one challenge.
    pub resend_cooldown: Duration,
    /// Sends to one destination in 24 hours.
    pub sends_per_destination_per_day: u32,
    /// Sends asked from one address in an hour.
    pub sends_per_ip_per_hour: u32,
    /// Sends in an hour to all numbers alike but for their last four digits.
    pub sends_per_prefix_per_hour: u32,
    /// Wrong guesses, over challenges, that lock a destination.
    pub lock_after_failures: u32,
    /// How long the lock lasts; it ends clean.
    pub lock_for: Duration,
}

/// Where a challenge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeStatus {
    /// Waiting for the code.
    Pending,
    /// The right code came. Final.
    Approved,
    /// Withdrawn, or its guesses are spent. Final.
    Canceled,
}

impl ChallengeStatus {
    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the word of the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Canceled].into_iter().find(|status| status.name() == name)
    }
}

/// The counted part of a challenge, as a store loads it under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Where it stands.
    pub status: ChallengeStatus,
    /// Guesses taken so far, running ones included.
    pub attempts_used: u32,
    /// Guesses allowed in all.
    pub attempts_max: u32,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When its code last went out.
    pub last_sent_at: DateTime<Utc>,
}

/// Why no guess may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AttemptRefused {
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// All guesses are taken.
    #[error("no guesses are left")]
    Exhausted,
    /// Already approved or withdrawn.
    #[error("the challenge is settled")]
    Settled,
}

impl Challenge {
    /// Takes one guess *before* the code is compared, so that no number of parallel guesses passes
    /// the limit. Returns how many are left after it.
    pub fn take_attempt(&mut self, now: DateTime<Utc>) -> Result<u32, AttemptRefused> {
        if self.status != ChallengeStatus::Pending {
            return Err(AttemptRefused::Settled);
        }
        if now >= self.expires_at {
            return Err(AttemptRefused::Expired);
        }
        if self.attempts_used >= self.attempts_max {
            return Err(AttemptRefused::Exhausted);
        }
        self.attempts_used = self.attempts_used.saturating_add(1);
        Ok(self.attempts_remaining())
    }

    /// Settles a guess that was taken, while so many others are still being looked at, and says whether it approves:
    /// none does once the challenge is settled. The last wrong one ends the challenge, though not before those
    /// others: one of them may be right.
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

    /// Guesses left.
    #[must_use]
    pub const fn attempts_remaining(&self) -> u32 {
        self.attempts_max.saturating_sub(self.attempts_used)
    }

    /// Whether a code could still be right.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status == ChallengeStatus::Pending && now < self.expires_at && self.attempts_remaining() > 0
    }

    /// Whether its time ran out before anything was settled.
    #[must_use]
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.status == ChallengeStatus::Pending && now >= self.expires_at
    }

    /// Guesses that are worth anything: none once it is withdrawn, spent or expired.
    #[must_use]
    pub fn attempts_left(&self, now: DateTime<Utc>) -> u32 {
        let is_over = self.status == ChallengeStatus::Canceled || self.has_expired(now);
        if is_over { 0 } else { self.attempts_remaining() }
    }

    /// How long to wait before the code may go out again; zero when it may now.
    #[must_use]
    pub fn resend_wait(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Duration {
        let since = now.signed_duration_since(self.last_sent_at);
        policy.resend_cooldown.checked_sub(&since).unwrap_or_else(Duration::zero).max(Duration::zero())
    }
}

/// Wrong guesses at one destination, over all its challenges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Wrong guesses since the last right one or the last lock.
    pub count: u32,
    /// Until when no code is taken nor sent.
    pub locked_until: Option<DateTime<Utc>>,
}

impl Failures {
    /// The end of the lock, while it lasts.
    #[must_use]
    pub fn lock_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Counts a wrong guess; the one that reaches the policy's number locks. A lock that has ended
    /// leaves nothing behind: counting starts anew.
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

/// How many codes went out lately, and since when, for each thing that is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCounts {
    /// To this destination in the last 24 hours, and the oldest of them.
    pub destination: Count,
    /// Asked from this address in the last hour; none where there is no end user's address.
    pub ip: Count,
    /// To this prefix in the last hour.
    pub prefix: Count,
}

/// A count within a rolling window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub n: u32,
    /// When the oldest of them was: it leaves the window first.
    pub oldest: Option<DateTime<Utc>>,
}

/// What keeps a code from going out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendLimit {
    /// It went out a moment ago.
    Cooldown,
    /// Codes to one destination in a day.
    Destination,
    /// Codes asked for from one address in an hour.
    Address,
    /// Codes to one prefix in an hour.
    Prefix,
}

impl SendLimit {
    /// Its number in force: seconds for the cooldown, else codes.
    #[must_use]
    pub fn number(self, policy: &OtpPolicy) -> i64 {
        match self {
            Self::Cooldown => policy.resend_cooldown.num_seconds(),
            Self::Destination => policy.sends_per_destination_per_day.into(),
            Self::Address => policy.sends_per_ip_per_hour.into(),
            Self::Prefix => policy.sends_per_prefix_per_hour.into(),
        }
    }
}

/// Too many codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many codes were sent")]
pub struct SendLimitReached {
    /// Of what there are too many.
    pub limit: SendLimit,
    /// When the next may go out.
    pub retry_after: Duration,
}

impl SendCounts {
    /// Whether one more code may go out.
    pub fn check(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Result<(), SendLimitReached> {
        let day = Duration::hours(24);
        let hour = Duration::hours(1);
        for (limit, count, max, window) in [
            (SendLimit::Destination, self.destination, policy.sends_per_destination_per_day, day),
            (SendLimit::Address, self.ip, policy.sends_per_ip_per_hour, hour),
            (SendLimit::Prefix, self.prefix, policy.sends_per_prefix_per_hour, hour),
        ] {
            if count.n >= max {
                let age =
                    count.oldest.map_or_else(Duration::zero, |oldest| now.signed_duration_since(oldest));
                let retry_after = window.checked_sub(&age).unwrap_or(window).max(Duration::seconds(1));
                return Err(SendLimitReached { limit, retry_after });
            }
        }
        Ok(())
    }
}

/// What stands for the payment in the hash of a code that is bound to none.
pub const NO_TRANSACTION: [u8; 32] = [0; 32];

/// Binds a code to one payment (PSD2 RTS art. 5, dynamic linking): any change gives another digest.
#[must_use]
pub fn transaction_digest(transfer: TransferId, amount: Money, destination: &AccountNumber) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    let (id, decimal) = (transfer.to_string(), amount.decimal());
    for part in ["tx/v1", &id, &decimal, amount.currency.code(), destination.canonical()] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

/// The digest of a transfer as it stands: made anew when its code is checked, so that any change of
/// amount, currency or destination since makes the code wrong.
#[must_use]
pub fn transfer_digest(transfer: &Transfer) -> [u8; 32] {
    let account = match &transfer.destination {
        Destination::Account(account) | Destination::Wallet { found_by: Some(account), .. } => {
            account.clone()
        }
        Destination::Wallet { id, found_by: None } => AccountNumber::Plain(id.to_string()),
    };
    transaction_digest(transfer.id, transfer.amount, &account)
}

/// Whether two hashes are equal, in a time that does not tell where they differ.
#[must_use]
pub fn hashes_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
