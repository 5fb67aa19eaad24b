//! Reading the digits of one spelling as E.164, by the numbering plans.

use super::plan::{self, Length, Plan};
use std::borrow::Cow;

/// More digits than any number has with all its prefixes.
const DIGITS_MAX: usize = 40;

/// Reads the digits that follow a `+`.
pub(super) fn international(digits: &str) -> Option<String> {
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let (plan, national) = plan::split(digits)?;
    national_of(plan, national)
}

/// Reads digits as they are dialled in a country: a national number, or one with the prefix for abroad.
#[cfg(feature = "phone-metadata")]
pub(super) fn dialled_in(home: &Plan, digits: &str) -> Option<String> {
    if digits.len() > DIGITS_MAX {
        return None;
    }
    if let Some(abroad) = home.without_international_prefix(digits) {
        return international(abroad);
    }
    match home.without_own_calling_code(digits) {
        Some(national) => national_of(plan::of_calling_code(home.calling_code)?, &national),
        None => national_of(home, digits),
    }
}

/// Refuses all digits without a `+`: the prefixes of the countries are not in this build.
#[cfg(not(feature = "phone-metadata"))]
pub(super) fn dialled_in(_home: &Plan, _digits: &str) -> Option<String> {
    None
}

/// Writes a national number as E.164, if its length is one that can be dialled from everywhere.
fn national_of(plan: &Plan, digits: &str) -> Option<String> {
    let national = without_prefix(plan, digits);
    // Countries that share a calling code have the lengths of the main one.
    let main = plan::of_calling_code(plan.calling_code)?;
    (main.length(&national) == Length::Possible).then(|| format!("+{}{national}", plan.calling_code))
}

/// Removes the national prefix, unless what is left would be too short: then it had none.
#[cfg(feature = "phone-metadata")]
fn without_prefix<'a>(plan: &Plan, digits: &'a str) -> Cow<'a, str> {
    let stripped = plan.without_national_prefix(digits);
    match plan.length(&stripped) {
        Length::Possible | Length::TooLong => stripped,
        Length::LocalOnly | Length::Invalid => Cow::Borrowed(digits),
    }
}

/// Leaves the digits as they are: the prefixes of the countries are not in this build.
#[cfg(not(feature = "phone-metadata"))]
fn without_prefix<'a>(_plan: &Plan, digits: &'a str) -> Cow<'a, str> {
    Cow::Borrowed(digits)
}
