//! What is good once and for a while: reset tokens, login challenges, backup codes, codes that bind a chat.

use crate::verification::otp::{Challenge, ChallengeStatus};
use chrono::{DateTime, Duration, Utc};

/// How long the link in a reset mail is good.
pub const RESET_TOKEN_TTL: Duration = Duration::minutes(15);
/// Reset mails to one person within an hour: nobody's box is filled by a stranger.
pub const RESET_MAILS_PER_HOUR: u32 = 5;
/// How long a right password waits for its second factor.
pub const LOGIN_CHALLENGE_TTL: Duration = Duration::minutes(10);
/// Tries at one login challenge, codes and backup codes together.
pub const CHALLENGE_TRIES_MAX: u32 = 6;
/// How long a code that binds a chat is good.
pub const LINK_CODE_TTL: Duration = Duration::minutes(10);
/// Backup codes given out at once.
pub const BACKUP_CODES: usize = 10;
/// How long an approved challenge proves its number to a sign-up that names it, since its code went out.
pub const PROOF_TTL: Duration = Duration::minutes(30);

/// Letters of a backup code: none that is read for another.
const BACKUP_ALPHABET: [char; 32] = [
    '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'o',
];

/// Something good once, until its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTime {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

impl OneTime {
    /// Whether it can still be used.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

/// A backup code of ten letters (50 bits) in two halves, from ten random bytes.
#[must_use]
pub fn backup_code(random: [u8; 10]) -> String {
    let letter = |byte: &u8| BACKUP_ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or('2');
    let (left, right) = random.split_at(5);
    let half = |bytes: &[u8]| bytes.iter().map(letter).collect::<String>();
    format!("{}-{}", half(left), half(right))
}

/// A backup code as typed, without what people put between its letters.
#[must_use]
pub fn plain_backup_code(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).flat_map(char::to_lowercase).collect()
}

/// Whether a text can be a code that binds a chat: what a Telegram deep link carries.
#[must_use]
pub fn link_code_is_sane(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Whether an approved challenge is young enough to be named as the proof of a number.
#[must_use]
pub fn proof_is_fresh(challenge: &Challenge, now: DateTime<Utc>) -> bool {
    challenge.status == ChallengeStatus::Approved
        && now.signed_duration_since(challenge.last_sent_at) < PROOF_TTL
}

/// Whether one more reset mail may go to a person who got `sent` within the last hour.
#[must_use]
pub const fn may_mail_reset(sent: u32) -> bool {
    sent < RESET_MAILS_PER_HOUR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn is_good_once_and_for_its_time() {
        let fresh = OneTime { expires_at: at(60), used_at: None };
        assert!(fresh.is_good(at(59)) && !fresh.is_good(at(60)));
        assert!(!OneTime { used_at: Some(at(1)), ..fresh }.is_good(at(2)));
    }

    #[test]
    fn a_backup_code_is_read_however_it_is_typed() {
        let code = backup_code([0, 31, 63, 8, 9, 10, 11, 12, 13, 14]);
        assert_eq!(code.len(), 11);
        assert_eq!(plain_backup_code(&format!(" {} ", code.to_uppercase())), code.replace('-', ""));
    }

    #[test]
    fn every_letter_of_a_backup_code_is_as_likely() {
        let letters: std::collections::BTreeSet<_> = BACKUP_ALPHABET.into_iter().collect();
        assert_eq!(letters.len(), 32);
    }

    #[test]
    fn a_link_code_fits_a_deep_link() {
        assert!(link_code_is_sane("Ab3_-x"));
        assert!(!link_code_is_sane("") && !link_code_is_sane("a b") && !link_code_is_sane(&"a".repeat(65)));
    }
}
