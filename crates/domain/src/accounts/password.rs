//! Rules for passwords: length matters, and common passwords are refused.

use crate::email::EmailAddress;
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// The shortest password, in characters.
pub const PASSWORD_LENGTH_MIN: usize = 12;
/// The longest password, in characters. Without a limit, hashing a very long text would cost more than any
/// other.
pub const PASSWORD_LENGTH_MAX: usize = 256;

/// Common passwords that are long enough: well-known words with digits, rows of the keyboard, and their
/// Spanish and Portuguese forms. Repetitions and sequences are found by rule. The list is short on purpose:
/// most entries of the lists of leaked passwords have fewer than twelve characters and are refused for that.
const TRIED_FIRST: [&str; 24] = [
    "password1234",
    "passwordpassword",
    "password12345",
    "passw0rd1234",
    "administrator",
    "administrador",
    "iloveyou1234",
    "letmeinletmein",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwertyuiopasdfghjkl",
    "asdfghjklqwerty",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "zxcvbnm12345",
    "contraseña123",
    "contrasena123",
    "contraseña1234",
    "contrasena1234",
    "micontraseña",
    "micontrasena",
    "senha12345678",
];

/// A password as a person typed it, in Unicode's composed form (NIST SP 800-63B, 3.1.1.2), so that every
/// keyboard gives the same text. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// Shorter than [`PASSWORD_LENGTH_MIN`] characters.
    #[error("must have at least {PASSWORD_LENGTH_MIN} characters")]
    TooShort,
    /// Longer than [`PASSWORD_LENGTH_MAX`] characters.
    #[error("must have at most {PASSWORD_LENGTH_MAX} characters")]
    TooLong,
    /// A common password, a sequence, or a repetition.
    #[error("is a common password")]
    Common,
    /// The e-mail address of the account, or its local part.
    #[error("must not be the e-mail address")]
    IsTheEmail,
}

impl Password {
    /// Reads a password that is typed to sign in. Only its length is checked, because it may be older than
    /// the other rules.
    pub fn typed(text: &str) -> Result<Self, WeakPassword> {
        let text: String = text.nfc().collect();
        if text.chars().count() > PASSWORD_LENGTH_MAX { Err(WeakPassword::TooLong) } else { Ok(Self(text)) }
    }

    /// Reads a new password for the account with that address.
    pub fn try_new(text: &str, email: &EmailAddress) -> Result<Self, WeakPassword> {
        let password = Self::typed(text)?;
        if password.0.chars().count() < PASSWORD_LENGTH_MIN {
            return Err(WeakPassword::TooShort);
        }
        let folded = password.0.trim().to_lowercase();
        if folded == email.as_str() || folded == email.local_part() {
            return Err(WeakPassword::IsTheEmail);
        }
        if TRIED_FIRST.contains(&folded.as_str()) || is_run(&folded) || is_repetition(&folded) {
            return Err(WeakPassword::Common);
        }
        Ok(password)
    }

    /// The password in clear text. Never log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A sequence up or down, or one character throughout: `123456789012`, `abcdefghijkl`, `aaaaaaaaaaaa`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = || codes.iter().zip(codes.iter().skip(1)).map(|(a, b)| b.saturating_sub(*a));
    // Digits wrap from 9 to 0.
    let goes_by = |by: i64| steps().all(|step| step == by || (by != 0 && step == by.saturating_mul(-9)));
    [-1, 0, 1].into_iter().any(goes_by)
}

/// A short piece repeated: `abcabcabcabc`, `12341234123412`.
fn is_repetition(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=4).any(|period| letters.iter().zip(letters.iter().skip(period)).all(|(a, b)| a == b))
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(******)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(text: &str) -> Result<Password, WeakPassword> {
        Password::try_new(text, &EmailAddress::parse("mariadelcarmen@example.com").unwrap())
    }

    #[test]
    fn length_is_what_counts() {
        assert_eq!(new("12345678901"), Err(WeakPassword::TooShort));
        assert_eq!(new("ñandú azul!"), Err(WeakPassword::TooShort), "eleven letters, though more bytes");
        assert!(new("una clave bien larga").is_ok());
        assert!(new(&"ab".repeat(200)).is_err());
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for text in [
            "Password1234",
            "CONTRASEÑA123",
            "123456789012",
            "1234567890123456",
            "210987654321",
            "aaaaaaaaaaaa",
            "abcdefghijkl",
            "abcabcabcabc",
            "12341234123412",
        ] {
            assert_eq!(new(text), Err(WeakPassword::Common), "{text}");
        }
        assert_eq!(new(" MariaDelCarmen@example.com"), Err(WeakPassword::IsTheEmail));
        assert_eq!(new("mariadelcarmen"), Err(WeakPassword::IsTheEmail));
        assert!(new("securepass123").is_ok());
    }

    #[test]
    fn two_keyboards_type_the_same_letters() {
        assert_eq!(Password::typed("n\u{303}and\u{fa}"), Password::typed("\u{f1}andu\u{301}"));
    }

    #[test]
    fn is_never_shown() {
        assert_eq!(format!("{:?}", new("una clave bien larga").unwrap()), "Password(******)");
    }
}
