//! Remove from dialled digits what is no part of the number.
//!
//! The rules are those of libphonenumber's `parse` (Apache-2.0), for texts that hold only digits.

use super::plan::{Length, Plan};
use std::borrow::Cow;

impl Plan {
    /// Removes what is dialled to leave the country; none if the digits don't begin with it.
    ///
    /// No calling code begins with 0, so a prefix before a 0 is none.
    pub(super) fn without_international_prefix<'a>(&self, digits: &'a str) -> Option<&'a str> {
        let found = self.prefixes.international.as_ref()?.find(digits)?;
        digits.get(found.end()..).filter(|rest| !rest.starts_with('0'))
    }

    /// Removes the plan's own calling code, written without `+`, where the digits are no national number.
    pub(super) fn without_own_calling_code<'a>(&self, digits: &'a str) -> Option<Cow<'a, str>> {
        let national = self.without_national_prefix(digits.strip_prefix(self.calling_code)?);
        let only_without = !self.prefixes.is_number(digits) && self.prefixes.is_number(&national);
        (only_without || self.length(digits) == Length::TooLong).then_some(national)
    }

    /// Removes or rewrites the national prefix, unless only the number with it is one of the country.
    pub(super) fn without_national_prefix<'a>(&self, digits: &'a str) -> Cow<'a, str> {
        let unchanged = Cow::Borrowed(digits);
        let Some(prefix) = self.prefixes.national.as_ref() else { return unchanged };
        let Some(found) = prefix.captures(digits) else { return unchanged };
        let captured = |group| found.get(group).map(|part| !part.as_str().is_empty());
        let is_rewritten = !self.prefixes.replacement.is_empty()
            && matches!((captured(1), captured(2)), (Some(_), Some(true)) | (Some(true), None));
        let changed = if is_rewritten {
            prefix.replace(digits, self.prefixes.replacement)
        } else {
            let end = found.get(0).map_or(0, |whole| whole.end());
            Cow::Borrowed(digits.get(end..).unwrap_or(digits))
        };
        if self.prefixes.is_number(digits) && !self.prefixes.is_number(&changed) {
            return unchanged;
        }
        changed
    }
}
