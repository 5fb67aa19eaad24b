//! Account numbers: CLABE, IBAN, a phone number, an alias, or another account number.

use crate::{
    money::banks::bank_of_clabe,
    phone::{PhoneNumber, Region},
    text::{ascii_digit, has_number_sign, is_invisible, is_joiner},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// An account as the payer wrote it, in canonical form.
///
/// `Debug` and `Display` are masked; [`AccountNumber::canonical`] is the complete number.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum AccountNumber {
    /// A CLABE: 18 digits (Banco de México). A wrong check digit is a warning, not an error.
    Clabe(String),
    /// An IBAN (ISO 13616): upper case, without spaces, with correct check digits.
    Iban(String),
    /// A person's phone number.
    Phone(PhoneNumber),
    /// `@name`, or an e-mail address as Pix uses it; lower case.
    Alias(String),
    /// Any other 6 to 34 digits.
    Plain(String),
}

/// Why a text is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AccountNumberError {
    /// It has no valid number of digits, and is neither an IBAN nor an alias.
    #[error("must be a CLABE, an IBAN, a phone number, an alias or an account number")]
    NotAnAccount,
    /// It has the form of an IBAN, but its check digits are wrong.
    #[error("the IBAN's check digits are wrong")]
    IbanCheckDigits,
}

impl AccountNumber {
    /// Reads an account in any usual spelling.
    ///
    /// 18 digits are a CLABE; `+` and digits are a phone number. Ten digits alone are an account number: a
    /// payer who means a phone number must write it with `+`.
    pub fn parse(text: &str, home: Region) -> Result<Self, AccountNumberError> {
        if has_number_sign(text) {
            return Err(AccountNumberError::NotAnAccount);
        }
        let text: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
        let text = text.trim();
        if text.starts_with('+') {
            return PhoneNumber::parse(text, home)
                .map(Self::Phone)
                .map_err(|_invalid| AccountNumberError::NotAnAccount);
        }
        if let Some(alias) = parse_alias(text) {
            return Ok(Self::Alias(alias));
        }
        let compact: String =
            text.chars().filter(|c| !is_joiner(*c)).map(|c| ascii_digit(c).unwrap_or(c)).collect();
        if compact.bytes().all(|b| b.is_ascii_digit()) {
            return match compact.len() {
                18 => Ok(Self::Clabe(compact)),
                6..=34 => Ok(Self::Plain(compact)),
                _ => Err(AccountNumberError::NotAnAccount),
            };
        }
        parse_iban(&compact.to_ascii_uppercase())
    }

    /// The complete number in canonical form. Never log it.
    #[must_use]
    pub fn canonical(&self) -> &str {
        match self {
            Self::Clabe(digits) | Self::Plain(digits) => digits,
            Self::Iban(iban) => iban,
            Self::Phone(phone) => phone.e164(),
            Self::Alias(alias) => alias,
        }
    }

    /// The form for logs and answers, `****4567`. An alias is shown in full, because its owner made it
    /// public.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Alias(alias) => alias.clone(),
            other => crate::text::mask(other.canonical()),
        }
    }

    /// The bank that keeps the account. `None` for what is no CLABE, and for a code that no bank has.
    #[must_use]
    pub fn bank(&self) -> Option<&'static str> {
        match self {
            Self::Clabe(digits) => bank_of_clabe(digits),
            _ => None,
        }
    }

    /// Whether a CLABE has a wrong check digit. It is a warning, not a refusal.
    #[must_use]
    pub fn looks_mistyped(&self) -> bool {
        matches!(self, Self::Clabe(digits) if !clabe_check_digit_holds(digits))
    }
}

/// The digits of a number that is one digit short of a CLABE, or one too long: 17 or 19. `None` for every other
/// text. Such a number may be an account elsewhere, but a person who writes one most likely mistyped a CLABE.
#[must_use]
pub fn nearly_a_clabe(text: &str) -> Option<usize> {
    let compact: String =
        text.chars().filter(|c| !is_joiner(*c)).map(|c| ascii_digit(c).unwrap_or(c)).collect();
    (matches!(compact.len(), 17 | 19) && compact.bytes().all(|b| b.is_ascii_digit())).then_some(compact.len())
}

fn parse_alias(text: &str) -> Option<String> {
    let sane = |s: &str| {
        (2..=77).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b))
    };
    if let Some(name) = text.strip_prefix('@') {
        return sane(name).then(|| format!("@{}", name.to_ascii_lowercase()));
    }
    let (local, domain) = text.split_once('@')?;
    (sane(local) && sane(domain) && domain.contains('.')).then(|| text.to_ascii_lowercase())
}

fn clabe_check_digit_holds(digits: &str) -> bool {
    let check = u32::from(clabe_check_digit(digits));
    digits.as_bytes().get(17).map(|b| u32::from(b.saturating_sub(b'0'))) == Some(check)
}

/// The check digit of a CLABE: weights 3, 7, 1 over the first 17 digits. It makes the sum of the last digits a
/// multiple of ten.
pub(crate) fn clabe_check_digit(digits: &str) -> u8 {
    let weighted = digits.bytes().zip([3u32, 7, 1].into_iter().cycle()).take(17);
    let sum = weighted.fold(0u32, |sum, (digit, weight)| {
        let value = u32::from(digit.saturating_sub(b'0')).saturating_mul(weight);
        sum.saturating_add(value.checked_rem(10).unwrap_or(0))
    });
    let check = 10u32.saturating_sub(sum.checked_rem(10).unwrap_or(0)).checked_rem(10);
    check.and_then(|check| u8::try_from(check).ok()).unwrap_or(0)
}

fn parse_iban(compact: &str) -> Result<AccountNumber, AccountNumberError> {
    let shape = (15..=34).contains(&compact.len())
        && compact.bytes().all(|b| b.is_ascii_alphanumeric())
        && compact.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && compact.bytes().skip(2).take(2).all(|b| b.is_ascii_digit());
    if !shape {
        return Err(AccountNumberError::NotAnAccount);
    }
    if iban_remainder(compact) == Some(1) {
        Ok(AccountNumber::Iban(compact.to_owned()))
    } else {
        Err(AccountNumberError::IbanCheckDigits)
    }
}

/// ISO 7064 MOD 97-10, with the first four characters moved to the end and letters as 10 to 35.
fn iban_remainder(iban: &str) -> Option<u32> {
    let (head, tail) = iban.split_at_checked(4)?;
    let mut remainder = 0u32;
    for c in tail.chars().chain(head.chars()) {
        let value = c.to_digit(36)?;
        let shift = if value > 9 { 100 } else { 10 };
        remainder = remainder.checked_mul(shift)?.checked_add(value)?.checked_rem(97)?;
    }
    Some(remainder)
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<AccountNumber, AccountNumberError> {
        AccountNumber::parse(text, Region::parse("MX").unwrap())
    }

    #[test]
    fn tells_the_kinds_apart() {
        assert_eq!(read("032180000118359719"), Ok(AccountNumber::Clabe("032180000118359719".into())));
        assert_eq!(read("0321 8000 0118 3597 19"), read("032180000118359719"));
        assert_eq!(
            read("gb82 west 1234 5698 7654 32"),
            Ok(AccountNumber::Iban("GB82WEST12345698765432".into()))
        );
        assert_eq!(read("@Ana.Lopez"), Ok(AccountNumber::Alias("@ana.lopez".into())));
        assert_eq!(read("Ana@Example.com"), Ok(AccountNumber::Alias("ana@example.com".into())));
        assert_eq!(read("1234567890"), Ok(AccountNumber::Plain("1234567890".into())));
        assert!(matches!(read("+52 55 1234 5678"), Ok(AccountNumber::Phone(_))));
    }

    #[test]
    fn a_wrong_clabe_check_digit_is_a_warning() {
        assert!(!read("032180000118359719").unwrap().looks_mistyped());
        assert!(read("032180000118359718").unwrap().looks_mistyped());
    }

    #[test]
    fn refuses_what_names_no_account() {
        for text in ["", "12345", "hola", "@", "a@b", "123456789012345678901234567890123456"] {
            assert_eq!(read(text), Err(AccountNumberError::NotAnAccount), "{text}");
        }
        assert_eq!(read("GB82WEST12345698765433"), Err(AccountNumberError::IbanCheckDigits));
    }

    #[test]
    fn only_a_clabe_names_a_bank() {
        assert_eq!(read("032180000118359719").unwrap().bank(), None, "a code that no bank has");
        assert_eq!(read("012180001183597196").unwrap().bank(), Some("BBVA"));
        for text in ["01218000118359719", "GB82WEST12345698765432", "@bbva", "+52 55 1234 5678"] {
            assert_eq!(read(text).unwrap().bank(), None, "{text}");
        }
    }

    #[test]
    fn a_digit_more_or_less_than_a_clabe_is_noticed() {
        for (text, digits) in [
            ("01218000118359719", Some(17)),
            ("0121 8000 1183 5971 9", Some(17)),
            ("0121800011835971960", Some(19)),
            ("012180001183597196", None),
            ("0121800011835971", None),
            ("01218000118359719601", None),
            ("GB82WEST123456987", None),
            ("", None),
        ] {
            assert_eq!(nearly_a_clabe(text), digits, "{text}");
        }
    }

    #[test]
    fn a_sign_is_no_digit() {
        for text in
            ["① 012180011223344550", "012180011223344550¹", "1234567²", "½ 12345678", "+52 55 1234 567⑧"]
        {
            assert_eq!(read(text), Err(AccountNumberError::NotAnAccount), "{text}");
        }
    }

    #[test]
    fn is_shown_masked() {
        assert_eq!(read("012345678901234567").unwrap().to_string(), "****4567");
    }

    proptest! {
        #[test]
        fn any_single_mistyped_digit_of_a_clabe_is_noticed(at in 0usize..18, by in 1u8..10) {
            let mut digits = *b"032180000118359719";
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let text = String::from_utf8(digits.to_vec()).unwrap();
            prop_assert!(read(&text).unwrap().looks_mistyped());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = read(&text);
        }
    }
}
