//! Phone numbers: many spellings, one canonical form.
//!
//! Three things are kept apart: the canonical E.164 number, by which people are compared; the channel's own
//! address, to which replies go verbatim; and a business-scoped id, which is no number.

#[cfg(feature = "phone-metadata")]
mod dialling;
mod e164;
mod plan;
#[cfg(feature = "phone-metadata")]
mod prefixes;
#[cfg(all(test, feature = "phone-metadata"))]
mod reference;

use crate::text::{ascii_digit, has_number_sign, is_invisible, is_joiner};
use plan::Plan;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A country (ISO 3166-1 alpha-2): for reading national numbers, and for allowing numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Region(&'static str);

impl Region {
    /// Mexico, the region where none is set.
    pub const MEXICO: Self = Self("MX");

    /// Reads two letters in any case: `MX`. Countries without a calling code are none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        plan::of_country(&code.trim().to_ascii_uppercase()).map(|plan| Self(plan.region))
    }

    fn plan(self) -> Option<&'static Plan> {
        plan::of_country(self.0)
    }

    /// The country code of two letters.
    #[must_use]
    pub fn code(self) -> String {
        self.0.to_owned()
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How many trunk prefixes are removed from a number with a country code.
const TRUNK_PREFIXES_MAX: usize = 3;

/// The text is no possible phone number: letters, an extension, or a length that its country does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a phone number")]
pub struct InvalidPhone;

/// A possible number in canonical E.164 (ITU-T E.164), with `+`.
///
/// `Debug` and `Display` show only `****1234`; [`PhoneNumber::e164`] is the number itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number in any usual spelling; a national one in the region given.
    ///
    /// `whatsapp:` and invisible marks are removed, digits of all scripts become ASCII, spaces and dashes of every
    /// width are the same. Letters and extensions are refused (libphonenumber accepts them). Old mobile prefixes are
    /// folded: Mexico's `521` + 10 digits becomes `52` + 10, also without `+`, and so do `044`, `045` and `01` before
    /// 10 digits; Brazil's mobile numbers with eight digits get their ninth, Argentina's mobile numbers get their 9.
    ///
    /// Without the feature `phone-metadata` only numbers with `+` are read, as
    /// [`PhoneNumber::parse_international`] describes.
    pub fn parse(text: &str, home: Region) -> Result<Self, InvalidPhone> {
        Self::read(text, Some(home))
    }

    /// Reads a number with its country code (`+52…`), as in providers' addresses.
    ///
    /// Without the feature `phone-metadata` the calling code and the count of digits are checked, but a trunk
    /// prefix (`+92 0 55…`) is not removed.
    pub fn parse_international(text: &str) -> Result<Self, InvalidPhone> {
        Self::read(text, None)
    }

    fn read(text: &str, home: Option<Region>) -> Result<Self, InvalidPhone> {
        if has_number_sign(text) {
            return Err(InvalidPhone);
        }
        let text: String = text.nfkc().filter(|c| !is_invisible(*c)).map(plain).collect();
        let text = text.trim();
        let text = text.strip_prefix("whatsapp:").unwrap_or(text).trim_start();
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/');
        if !text.chars().all(allowed) || text.chars().skip(1).any(|c| c == '+') {
            return Err(InvalidPhone);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let mut number = if text.starts_with('+') {
            canonical(&format!("+{}", fold_mobile_prefix(&digits)), None)?
        } else {
            match abroad_or_mobile(&digits, home) {
                Some(number) => canonical(&number, None)?,
                None => canonical(&digits, home)?,
            }
        };
        // The library removes one trunk prefix. Written with two (`+92 00 55…`), a number would have a
        // canonical form that is read as another number, and one phone would have the limits of several.
        for _ in 0..TRUNK_PREFIXES_MAX {
            let again = canonical(&number, None)?;
            if again == number {
                return Ok(Self(number));
            }
            number = again;
        }
        Err(InvalidPhone)
    }

    /// The complete number, `+525512345678`. Never log it.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The digits without the `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// The form for logs and answers: `****5678`.
    #[must_use]
    pub fn masked(&self) -> String {
        crate::text::mask(&self.0)
    }

    /// The number without its last four digits. The numbers of a toll fraud have this part in common.
    #[must_use]
    pub fn prefix(&self) -> String {
        let keep = self.0.len().saturating_sub(4);
        self.0.chars().take(keep).collect()
    }

    /// Whether codes may be sent to the number: its region is one of these, and it is not premium-rate by its
    /// numbering plan.
    ///
    /// Regions that share a calling code (+1, +44) are told apart by the numbers that they assigned. A possible
    /// number that no plan assigns belongs to the only region of its calling code; where the code has several, it
    /// belongs to none of them.
    ///
    /// Without the feature `phone-metadata` the patterns of the plans are not known: numbers of a shared calling
    /// code are refused, and premium-rate numbers are taken.
    #[must_use]
    pub fn takes_codes(&self, regions: &[Region]) -> bool {
        let Some((plan, national)) = plan::region_of(self.digits()) else { return false };
        regions.iter().any(|region| region.0 == plan.region) && !plan.is_premium(national)
    }

    /// The country of the number (`MX`), if its calling code has one. Of countries that share a calling code it
    /// is the one that assigned the number; of an unassigned number, the main one.
    ///
    /// Without the feature `phone-metadata` it is always the main one.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        plan::of_number(self.digits()).map(|plan| plan.region.to_owned())
    }
}

/// Reads digits once, with or without a `+` before them, as E.164 with folded mobile prefixes.
fn canonical(digits: &str, home: Option<Region>) -> Result<String, InvalidPhone> {
    let read = match (digits.strip_prefix('+'), home) {
        (Some(digits), _) => e164::international(digits),
        (None, Some(home)) => home.plan().and_then(|plan| e164::dialled_in(plan, digits)),
        (None, None) => None,
    };
    let digits = read.as_deref().and_then(|e164| e164.strip_prefix('+')).ok_or(InvalidPhone)?;
    Ok(format!("+{}", fold_mobile_prefix(digits)))
}

/// A digit in ASCII, a space or a dash of any kind in its plain form.
fn plain(c: char) -> char {
    match ascii_digit(c) {
        Some(digit) => digit,
        None if c.is_whitespace() => ' ',
        None if is_joiner(c) => '-',
        None => c,
    }
}

/// The number behind digits that libphonenumber does not read, with `+`: Mexico's old mobile prefix behind its calling
/// code (`52 1 …`, Meta's own ids) or behind the prefix for abroad (`00 52 1 …`), and the prefixes that were once
/// dialled to mobile numbers and other cities (`044`, `045`, `01`). None for all others.
fn abroad_or_mobile(digits: &str, home: Option<Region>) -> Option<String> {
    if home? != Region::MEXICO {
        // A caller at home elsewhere writes a number of Mexico with the prefix for abroad.
        let number = digits.strip_prefix("00").filter(|number| is_old_mobile(number))?;
        return Some(format!("+{}", fold_mobile_prefix(number)));
    }
    let number = digits.strip_prefix("00").unwrap_or(digits);
    if is_old_mobile(number) {
        return Some(format!("+{}", fold_mobile_prefix(number)));
    }
    let local = ["044", "045", "01"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    local.filter(|local| local.len() == NATIONAL_DIGITS_OF_MEXICO).map(|local| format!("+52{local}"))
}

/// How many digits a number of Mexico has without its calling code.
const NATIONAL_DIGITS_OF_MEXICO: usize = 10;

/// True for Mexico's calling code, the 1 that mobile numbers once had, and ten digits.
fn is_old_mobile(digits: &str) -> bool {
    digits.strip_prefix("521").is_some_and(|local| local.len() == NATIONAL_DIGITS_OF_MEXICO)
}

fn fold_mobile_prefix(digits: &str) -> String {
    let split = |at: usize| digits.split_at_checked(at);
    let dialled = ["52044", "52045", "5201"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    if let Some(local) = dialled.filter(|local| local.len() == NATIONAL_DIGITS_OF_MEXICO) {
        return format!("52{local}");
    }
    match digits.len() {
        13 if digits.starts_with("521") => format!("52{}", split(3).map_or("", |(_, rest)| rest)),
        12 if digits.starts_with("54") && !digits.starts_with("549") => match split(2) {
            Some(("54", rest)) => format!("549{rest}"),
            _ => digits.to_owned(),
        },
        12 if digits.starts_with("55") => match split(4) {
            Some((area, local)) if local.starts_with(['6', '7', '8', '9']) => format!("{area}9{local}"),
            _ => digits.to_owned(),
        },
        _ => digits.to_owned(),
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhone;
    /// Takes what [`PhoneNumber::e164`] gives: `+` and 6 to 15 digits.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhone)?;
        let sane = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if sane { Ok(Self(text)) } else { Err(InvalidPhone) }
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, InvalidPhone> {
        PhoneNumber::parse(text, Region::parse("MX").unwrap()).map(|p| p.e164().to_owned())
    }

    #[test]
    fn one_number_many_spellings() {
        for text in [
            "+525512345678",
            "whatsapp:+5215512345678",
            "55 1234 5678",
            "+52 (55) 1234-5678",
            "＋５２５５１２３４５６７８",
            "5215512345678",
            "525512345678",
            "52 1 55 1234 5678",
            "+52 1 5512345678",
            "00 52 55 12345678",
            "005215512345678",
            "044 55 1234 5678",
            "0455512345678",
            "01 55 12345678",
            "+52 01 55 1234 5678",
            "+52 (044) 55 1234 5678",
            "\u{202a}+52 55 1234 5678\u{202c}",
            "\u{200e}+525512345678",
            "+525512345678\u{200f}",
            "+52551\u{200b}2345678",
            "+52\u{ad}5512345678",
            "\u{feff}+525512345678",
            "+52\u{a0}55\u{202f}12345678",
            "+52 55\u{2011}1234\u{2011}5678",
            "+52 55–1234–5678",
            "+٥٢٥٥١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(read(text).as_deref(), Ok("+525512345678"), "{text}");
        }
        assert_eq!(read("+521234567890").as_deref(), Ok("+521234567890"), "possible, though not assigned");
        assert_eq!(read("+551187654321").as_deref(), Ok("+5511987654321"), "Brazil's ninth digit");
        assert_eq!(read("+551132654321").as_deref(), Ok("+551132654321"), "a Brazilian landline stays");
        assert_eq!(read("+541123456789").as_deref(), Ok("+5491123456789"), "Argentina's 9");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "hola",
            "",
            "+",
            "+5255123456⑦8",
            "551234567²",
            "123",
            "+5255123456789012",
            "5512345678 ext 9",
            "+1-800-FLOWERS",
            "55+1234",
            "\u{200e}",
            "55 1234 567",
            "+52+5512345678",
            "5512345678,5587654321",
            "०",
            "04455123456",
            "044551234567890",
        ] {
            assert_eq!(read(text), Err(InvalidPhone), "{text}");
        }
    }

    #[test]
    fn trunk_prefixes_make_no_second_number_of_one() {
        for text in ["+92 551233156", "+92 0 551233156", "+92 (00) 551233-156"] {
            assert_eq!(read(text).as_deref(), Ok("+92551233156"), "{text}");
        }
        assert_eq!(
            read("+39 06 1234 5678").as_deref(),
            Ok("+390612345678"),
            "Italy's zero is the number's own"
        );
    }

    #[test]
    fn is_shown_masked() {
        let phone = PhoneNumber::parse("+525512345678", Region::parse("mx").unwrap()).unwrap();
        assert_eq!(format!("{phone} {phone:?}"), "****5678 ****5678");
    }

    #[test]
    fn countries_are_told_by_calling_code() {
        let mexico = Region::parse("MX").unwrap();
        let phone = PhoneNumber::parse("+521234567890", mexico).unwrap();
        assert!(phone.takes_codes(&[mexico]), "not assigned, but +52 has one region");
        assert!(!phone.takes_codes(&[Region::parse("US").unwrap()]) && !phone.takes_codes(&[]));
        assert_eq!(phone.country().as_deref(), Some("MX"));
        #[cfg(feature = "phone-metadata")]
        for (number, country) in
            [("+18765550123", "JM"), ("+12025550123", "US"), ("+14165550123", "CA"), ("+441481256789", "GG")]
        {
            let phone = PhoneNumber::parse_international(number).unwrap();
            assert_eq!(phone.country().as_deref(), Some(country), "not only by the calling code");
        }
    }

    #[test]
    #[cfg(feature = "phone-metadata")]
    fn codes_go_to_a_region_and_not_to_its_calling_code() {
        let listed: Vec<_> = ["US", "GB", "IT", "RU", "AU"].into_iter().filter_map(Region::parse).collect();
        for (number, takes) in [
            ("+12025550143", true),
            ("+447400123456", true),
            ("+393123456789", true),
            ("+79123456789", true),
            ("+61412345678", true),
            ("+18765550123", false),
            ("+18095550123", false),
            ("+17875550123", false),
            ("+14415550123", false),
            ("+14165550123", false),
            ("+447797712345", false),
            ("+447624123456", false),
            ("+390669812345", false),
            ("+77710009998", false),
            ("+61891621234", false),
            ("+525512345678", false),
        ] {
            let phone = PhoneNumber::parse_international(number).unwrap();
            assert_eq!(phone.takes_codes(&listed), takes, "{number}");
        }
        for unassigned in ["+12225550143", "+441000000000", "+80012345678", "+979123456789"] {
            let phone = PhoneNumber::parse_international(unassigned).unwrap();
            assert!(!phone.takes_codes(&listed), "{unassigned} is of none of the regions");
        }
    }

    #[test]
    #[cfg(feature = "phone-metadata")]
    fn no_code_goes_to_a_premium_rate_number() {
        for (number, region) in [
            ("+19005550123", "US"),
            ("+448712345678", "GB"),
            ("+449012345678", "GB"),
            ("+529001234567", "MX"),
            ("+55900123456", "BR"),
            ("+34803123456", "ES"),
        ] {
            let phone = PhoneNumber::parse_international(number).unwrap();
            assert!(!phone.takes_codes(&[Region::parse(region).unwrap()]), "{number}");
        }
    }

    #[test]
    #[cfg(not(feature = "phone-metadata"))]
    fn without_the_plans_patterns_only_unshared_calling_codes_take_codes() {
        let takes = |number: &str, region: &str| {
            let phone = PhoneNumber::parse_international(number).unwrap();
            phone.takes_codes(&[Region::parse(region).unwrap()])
        };
        assert!(takes("+525512345678", "MX") && takes("+5511987654321", "BR"));
        assert!(!takes("+12025550143", "US") && !takes("+447400123456", "GB"));
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_a_fixed_point(local in 2_000_000_000u64..9_999_999_999) {
            let once = read(&format!("+52{local}")).unwrap();
            prop_assert_eq!(read(&once), Ok(once.clone()));
        }

        #[test]
        fn the_canonical_form_is_one_everywhere(digits in "[0-9]{5,17}") {
            if let Ok(once) = read(&format!("+{digits}")) {
                prop_assert_eq!(read(&once), Ok(once.clone()));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = read(&text);
        }
    }
}
