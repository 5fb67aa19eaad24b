//! One-time codes: how many guesses, how long, how often sent, when a number is locked.
//!
//! Numbers follow OWASP ASVS 6.5 and the older systems: six digits, ten minutes, three guesses for a
//! challenge across all its resends. The provider that carries the code is no concern of these rules.

use crate::{
    account_number::AccountNumber,
    ids::TransferId,
    money::Money,
    transfer::{Destination, Transfer},
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

/// A code as somebody typed it: 4 to 10 ASCII digits. It has no readable `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

/// Not 4 to 10 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 4 to 10 digits")]
pub struct NotACode;

impl OtpCode {
    /// Reads a code; spaces and hyphens between digits are forgiven.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let sane = (4..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if sane { Ok(Self(digits)) } else { Err(NotACode) }
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
pub enum GuessRefused {
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
    pub fn take_guess(&mut self, now: DateTime<Utc>) -> Result<u32, GuessRefused> {
        if self.status != ChallengeStatus::Pending {
            return Err(GuessRefused::Settled);
        }
        if now >= self.expires_at {
            return Err(GuessRefused::Expired);
        }
        if self.attempts_used >= self.attempts_max {
            return Err(GuessRefused::Exhausted);
        }
        self.attempts_used = self.attempts_used.saturating_add(1);
        Ok(self.attempts_remaining())
    }

    /// Settles a guess that was taken. The last wrong one ends the challenge.
    pub fn settle_guess(&mut self, right: bool) {
        if self.status != ChallengeStatus::Pending {
            return;
        }
        if right {
            self.status = ChallengeStatus::Approved;
        } else if self.attempts_used >= self.attempts_max {
            self.status = ChallengeStatus::Canceled;
        }
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
    pub fn after_wrong_guess(self, policy: &OtpPolicy, now: DateTime<Utc>) -> Self {
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

/// Too many codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many codes were sent")]
pub struct SendLimitReached {
    /// When the next may go out.
    pub retry_after: Duration,
}

impl SendCounts {
    /// Whether one more code may go out.
    pub fn check(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> Result<(), SendLimitReached> {
        let day = Duration::hours(24);
        let hour = Duration::hours(1);
        for (count, max, window) in [
            (self.destination, policy.sends_per_destination_per_day, day),
            (self.ip, policy.sends_per_ip_per_hour, hour),
            (self.prefix, policy.sends_per_prefix_per_hour, hour),
        ] {
            if count.n >= max {
                let age =
                    count.oldest.map_or_else(Duration::zero, |oldest| now.signed_duration_since(oldest));
                let retry_after = window.checked_sub(&age).unwrap_or(window).max(Duration::seconds(1));
                return Err(SendLimitReached { retry_after });
            }
        }
        Ok(())
    }
}

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
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn policy() -> OtpPolicy {
        OtpPolicy {
            ttl: Duration::minutes(10),
            attempts_max: 3,
            resend_cooldown: Duration::seconds(60),
            sends_per_destination_per_day: 5,
            sends_per_ip_per_hour: 10,
            sends_per_prefix_per_hour: 30,
            lock_after_failures: 5,
            lock_for: Duration::minutes(5),
        }
    }

    fn challenge() -> Challenge {
        Challenge {
            status: ChallengeStatus::Pending,
            attempts_used: 0,
            attempts_max: 3,
            expires_at: at(600),
            last_sent_at: at(0),
        }
    }

    #[test]
    fn the_last_wrong_guess_ends_it() {
        let mut c = challenge();
        for left in [2, 1, 0] {
            assert_eq!(c.take_guess(at(1)), Ok(left));
            c.settle_guess(false);
        }
        assert_eq!(c.status, ChallengeStatus::Canceled);
        assert_eq!(c.take_guess(at(2)), Err(GuessRefused::Settled));
    }

    #[test]
    fn ends_at_its_time_and_passes_once() {
        let mut c = challenge();
        assert_eq!(c.take_guess(at(600)), Err(GuessRefused::Expired));
        assert!(c.take_guess(at(599)).is_ok());
        c.settle_guess(true);
        assert_eq!(c.take_guess(at(599)), Err(GuessRefused::Settled));
    }

    #[test]
    fn resend_waits_for_the_cooldown() {
        assert_eq!(challenge().resend_wait(&policy(), at(10)), Duration::seconds(50));
        assert_eq!(challenge().resend_wait(&policy(), at(61)), Duration::zero());
    }

    #[test]
    fn five_failures_lock_and_the_lock_ends_clean() {
        let mut f = Failures::default();
        for _ in 0..5 {
            assert_eq!(f.lock_at(at(0)), None);
            f = f.after_wrong_guess(&policy(), at(0));
        }
        assert_eq!(f.lock_at(at(299)), Some(at(300)));
        assert_eq!(f.lock_at(at(300)), None);
        f = f.after_wrong_guess(&policy(), at(301));
        assert_eq!((f.count, f.lock_at(at(301))), (1, None), "one failure after the lock doesn't lock again");
    }

    #[test]
    fn send_limits_tell_when_to_come_back() {
        let full =
            SendCounts { destination: Count { n: 5, oldest: Some(at(-3600)) }, ..SendCounts::default() };
        assert_eq!(full.check(&policy(), at(0)), Err(SendLimitReached { retry_after: Duration::hours(23) }));
        assert_eq!(SendCounts::default().check(&policy(), at(0)), Ok(()));
    }

    #[test]
    fn any_change_gives_another_digest() {
        let id = TransferId(uuid::Uuid::nil());
        let to = |n: &str| AccountNumber::Plain(n.into());
        let base = transaction_digest(id, Money::new(100, Currency::MXN), &to("123456"));
        assert_ne!(base, transaction_digest(id, Money::new(101, Currency::MXN), &to("123456")));
        assert_ne!(base, transaction_digest(id, Money::new(100, Currency::MXN), &to("123457")));
        assert_ne!(
            base,
            transaction_digest(TransferId(uuid::Uuid::max()), Money::new(100, Currency::MXN), &to("123456"))
        );
    }

    #[test]
    fn a_code_has_no_readable_debug() {
        let code = OtpCode::parse("123 456").unwrap();
        assert_eq!(code.reveal(), "123456");
        assert!(!format!("{code:?}").contains("123"));
        assert_eq!(OtpCode::parse("12a456"), Err(NotACode));
    }

    #[test]
    fn the_wire_knows_these_purposes_and_states() {
        use ChallengeStatus as S;
        for (purpose, name) in [
            (Purpose::Registration, "registration"),
            (Purpose::Login, "login"),
            (Purpose::PasswordReset, "password_reset"),
            (Purpose::Transfer, "transfer"),
        ] {
            assert_eq!((purpose.name(), Purpose::parse(name)), (name, Some(purpose)));
        }
        for (status, name) in [(S::Pending, "pending"), (S::Approved, "approved"), (S::Canceled, "canceled")]
        {
            assert_eq!((status.name(), S::parse(name)), (name, Some(status)));
        }
        assert_eq!((Purpose::parse("Login"), S::parse("open")), (None, None));
    }

    #[test]
    fn a_code_has_four_to_ten_digits() {
        for right in ["1234", "1234567890", " 12-34 56 "] {
            assert!(OtpCode::parse(right).is_ok(), "{right}");
        }
        for wrong in ["123", "12345678901", "", "12.345", "abcdef", "١٢"] {
            assert_eq!(OtpCode::parse(wrong), Err(NotACode), "{wrong}");
        }
        assert_eq!(OtpCode::parse("12-34 56").unwrap().reveal(), "123456");
        assert_eq!(format!("{:?}", OtpCode::parse("1234").unwrap()), "OtpCode(******)");
    }

    #[test]
    fn a_challenge_without_guesses_left_takes_none() {
        let mut c = Challenge { attempts_used: 3, ..challenge() };
        assert_eq!(c.take_guess(at(1)), Err(GuessRefused::Exhausted));
        assert_eq!((c.attempts_used, c.attempts_remaining()), (3, 0));
        assert_eq!(Challenge { attempts_used: 1, ..challenge() }.attempts_remaining(), 2);
    }

    #[test]
    fn a_settled_challenge_stays_as_it_is() {
        for (settled, right) in [(ChallengeStatus::Canceled, true), (ChallengeStatus::Approved, false)] {
            let mut c = Challenge { status: settled, attempts_used: 3, ..challenge() };
            c.settle_guess(right);
            assert_eq!(c.status, settled);
        }
    }

    #[test]
    fn a_wrong_guess_with_others_left_keeps_it_open() {
        let mut c = Challenge { attempts_used: 2, ..challenge() };
        c.settle_guess(false);
        assert_eq!(c.status, ChallengeStatus::Pending);
        c.settle_guess(true);
        assert_eq!(c.status, ChallengeStatus::Approved);
    }

    #[test]
    fn it_is_open_while_it_waits_has_time_and_has_guesses() {
        let open = challenge();
        assert!(open.is_open(at(599)) && !open.is_open(at(600)) && !open.is_open(at(601)));
        assert!(Challenge { attempts_used: 2, ..open }.is_open(at(1)));
        assert!(!Challenge { attempts_used: 3, ..open }.is_open(at(1)));
        assert!(!Challenge { status: ChallengeStatus::Approved, ..open }.is_open(at(1)));
    }

    #[test]
    fn a_locked_number_counts_no_further_guesses() {
        let locked = Failures { count: 5, locked_until: Some(at(300)) };
        assert_eq!(locked.after_wrong_guess(&policy(), at(299)), locked);
        let anew = Failures { count: 1, locked_until: None };
        assert_eq!(locked.after_wrong_guess(&policy(), at(300)), anew);
        let fourth = Failures { count: 3, locked_until: None }.after_wrong_guess(&policy(), at(0));
        assert_eq!(fourth, Failures { count: 4, locked_until: None });
        assert_eq!(fourth.after_wrong_guess(&policy(), at(0)), locked);
    }

    #[test]
    fn each_count_has_its_own_limit_and_its_own_window() {
        let count = |n| Count { n, oldest: Some(at(-600)) };
        let none = SendCounts::default();
        let hour = Duration::minutes(50);
        for (full, almost, retry_after) in [
            (
                SendCounts { destination: count(5), ..none },
                SendCounts { destination: count(4), ..none },
                Duration::hours(24) - Duration::minutes(10),
            ),
            (SendCounts { ip: count(10), ..none }, SendCounts { ip: count(9), ..none }, hour),
            (SendCounts { prefix: count(30), ..none }, SendCounts { prefix: count(29), ..none }, hour),
        ] {
            assert_eq!(full.check(&policy(), at(0)), Err(SendLimitReached { retry_after }));
            assert_eq!(almost.check(&policy(), at(0)), Ok(()));
        }
    }

    #[test]
    fn one_waits_a_second_at_least_and_a_window_at_most() {
        let ip = |oldest| SendCounts { ip: Count { n: 10, oldest }, ..SendCounts::default() };
        let wait = |counts: SendCounts| counts.check(&policy(), at(0)).unwrap_err().retry_after;
        assert_eq!(wait(ip(Some(at(-3_600)))), Duration::seconds(1));
        assert_eq!(wait(ip(None)), Duration::hours(1));
    }

    #[test]
    fn a_payments_digest_covers_each_of_its_parts() {
        let id = TransferId(uuid::Uuid::nil());
        let plain = |n: &str| AccountNumber::Plain(n.into());
        let digest = transaction_digest(id, Money::new(100, Currency::MXN), &plain("123456"));
        assert_eq!(
            hex::encode(digest),
            "5d5066f75a5c197a9106bda5965e1a75cbe498794844b2ffefbb40ac24e826f7",
            "a code sent before an update is right after it"
        );
        let dollar = Money::new(100, Currency::parse("USD").unwrap());
        assert_ne!(digest, transaction_digest(id, dollar, &plain("123456")));
    }

    #[test]
    fn a_transfers_digest_is_over_what_its_payer_named() {
        let to = crate::ids::WalletId(uuid::Uuid::from_u128(2));
        let account = AccountNumber::Clabe("012345678901234567".into());
        let with = |destination| Transfer {
            id: TransferId(uuid::Uuid::from_u128(7)),
            caller: "client:shop".into(),
            client_tx_id: None,
            owner: crate::ids::UserId(uuid::Uuid::from_u128(1)),
            from: crate::ids::WalletId(uuid::Uuid::from_u128(1)),
            to,
            destination,
            amount: Money::new(300, Currency::MXN),
            concept: None,
            status: crate::transfer::TransferStatus::PendingVerification,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: at(0),
        };
        let over = |account: &AccountNumber| {
            transaction_digest(TransferId(uuid::Uuid::from_u128(7)), Money::new(300, Currency::MXN), account)
        };
        let found = Destination::Wallet { id: to, found_by: Some(account.clone()) };
        assert_eq!(transfer_digest(&with(Destination::Account(account.clone()))), over(&account));
        assert_eq!(transfer_digest(&with(found)), over(&account));
        let by_id = transfer_digest(&with(Destination::Wallet { id: to, found_by: None }));
        assert_eq!(by_id, over(&AccountNumber::Plain(to.to_string())));
    }

    #[test]
    fn hashes_are_equal_only_in_every_byte() {
        assert!(hashes_equal(&[7; 32], &[7; 32]) && !hashes_equal(&[7; 32], &[0; 32]));
        for place in [0, 15, 31] {
            let mut other = [7; 32];
            other[place] = 6;
            assert!(!hashes_equal(&[7; 32], &other), "byte {place}");
        }
        let mut twice = [7; 32];
        (twice[0], twice[1]) = (6, 6);
        assert!(!hashes_equal(&[7; 32], &twice), "two differences don't make up for each other");
    }

    proptest! {
        #[test]
        fn no_order_of_guesses_passes_the_limit(guesses in prop::collection::vec((any::<bool>(), 0i64..700), 0..30)) {
            let mut c = challenge();
            let (mut taken, mut approved) = (0, 0);
            for (right, second) in guesses {
                if c.take_guess(at(second)).is_ok() {
                    taken += 1;
                    c.settle_guess(right);
                    approved += u32::from(right);
                }
            }
            prop_assert!(taken <= 3 && approved <= 1);
        }
    }
}
