//! What works once and expires: reset tokens, login challenges, backup codes, link codes.

use crate::verification::otp::{Challenge, ChallengeStatus};
use chrono::{DateTime, Duration, Utc};

/// How long the link in a reset e-mail is valid.
pub const RESET_TOKEN_TTL: Duration = Duration::minutes(15);
/// The maximum of reset e-mails to one person in an hour, so that a stranger can't fill their inbox.
pub const RESET_MAILS_PER_HOUR: u32 = 5;
/// How long a sign-in waits for its MFA code after the right password.
pub const LOGIN_CHALLENGE_TTL: Duration = Duration::minutes(10);
/// The maximum of check attempts on one login challenge, one-time codes and backup codes together.
pub const CHALLENGE_TRIES_MAX: u32 = 6;
/// How long a link code is valid.
pub const LINK_CODE_TTL: Duration = Duration::minutes(10);
/// How many backup codes are made at once.
pub const BACKUP_CODES: usize = 10;
/// How long an approved challenge can prove its number at sign-up, counted from its newest send.
pub const PROOF_TTL: Duration = Duration::minutes(30);

/// The letters of a backup code. Letters that look alike are left out.
const BACKUP_ALPHABET: [char; 32] = [
    '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'o',
];

/// Something that works once, until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTime {
    /// From when it is refused.
    pub expires_at: DateTime<Utc>,
    /// When it was used; `None` while unused.
    pub used_at: Option<DateTime<Utc>>,
}

impl OneTime {
    /// Whether it is unused and not expired.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

/// Makes a backup code of ten letters (50 bits) in two halves, from ten random bytes.
#[must_use]
pub fn backup_code(random: [u8; 10]) -> String {
    let letter = |byte: &u8| BACKUP_ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or('2');
    let (left, right) = random.split_at(5);
    let half = |bytes: &[u8]| bytes.iter().map(letter).collect::<String>();
    format!("{}-{}", half(left), half(right))
}

/// A typed backup code in lower case, without spaces and hyphens.
#[must_use]
pub fn plain_backup_code(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).flat_map(char::to_lowercase).collect()
}

/// Whether a text can be a link code. The form is what a Telegram deep link can carry.
#[must_use]
pub fn link_code_is_sane(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Whether a challenge is approved and recent enough to prove a number.
#[must_use]
pub fn proof_is_fresh(challenge: &Challenge, now: DateTime<Utc>) -> bool {
    challenge.status == ChallengeStatus::Approved
        && now.signed_duration_since(challenge.last_sent_at) < PROOF_TTL
}

/// Whether another reset e-mail may go to a person who got `sent` in the last hour.
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
    fn it_works_once_until_it_expires() {
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
