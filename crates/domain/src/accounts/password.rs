//! Passwords: long rather than ornate, and none that is tried first.

use super::EmailAddress;
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// The shortest password taken, in characters.
pub const PASSWORD_LENGTH_MIN: usize = 12;
/// The longest: nobody types more, and hashing it must not cost more than hashing any other.
pub const PASSWORD_LENGTH_MAX: usize = 256;

/// What is tried first among passwords that are long enough: the best known words made longer by digits,
/// rows of the keyboard, and their Spanish and Portuguese cousins. Repeated and counted-up ones are found
/// by rule. The list is short on purpose: most of what leads the lists of leaked passwords has fewer than
/// twelve characters and does not get this far.
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

/// A password as somebody typed it, in Unicode's composed form (NIST SP 800-63B, 3.1.1.2), so that one
/// typed on another keyboard is the same. It has no readable `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// Shorter than [`PASSWORD_LENGTH_MIN`].
    #[error("must have at least {PASSWORD_LENGTH_MIN} characters")]
    TooShort,
    /// Longer than [`PASSWORD_LENGTH_MAX`].
    #[error("must have at most {PASSWORD_LENGTH_MAX} characters")]
    TooLong,
    /// One of those that are tried first.
    #[error("is one of those that are tried first")]
    Common,
    /// The person's own address.
    #[error("must not be the e-mail address")]
    IsTheEmail,
}

impl Password {
    /// What was typed to get in: nothing is asked of it but its length, since it may be older than the rules.
    pub fn typed(text: &str) -> Result<Self, WeakPassword> {
        let text: String = text.nfc().collect();
        if text.chars().count() > PASSWORD_LENGTH_MAX { Err(WeakPassword::TooLong) } else { Ok(Self(text)) }
    }

    /// A new password for the person with that address.
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

    /// What was typed. Never log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Counted up or down, or one sign throughout: `123456789012`, `abcdefghijkl`, `aaaaaaaaaaaa`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = || codes.iter().zip(codes.iter().skip(1)).map(|(a, b)| b.saturating_sub(*a));
    // Digits wrap from 9 to 0.
    let goes_by = |by: i64| steps().all(|step| step == by || (by != 0 && step == by.saturating_mul(-9)));
    [-1, 0, 1].into_iter().any(goes_by)
}

/// A short piece over and over: `abcabcabcabc`, `12341234123412`.
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
