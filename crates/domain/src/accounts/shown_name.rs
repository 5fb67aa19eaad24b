//! The name under which other people see a person.

use crate::phone::PhoneNumber;

/// What is shown of a person of whom nothing is known.
const NOBODY_KNOWN: &str = "****";

/// The first name of the account, else the name that the person shows in their chat, else the last four digits of
/// their number: `****1234`. Others never see a family name, an address or a part of an id.
#[must_use]
pub fn shown_name(first_name: Option<&str>, chat_name: Option<&str>, phone: Option<&PhoneNumber>) -> String {
    let said = |name: &&str| !name.trim().is_empty();
    let name = first_name.filter(said).or(chat_name.filter(said)).map(|name| name.trim().to_owned());
    name.or_else(|| phone.map(ToString::to_string)).unwrap_or_else(|| NOBODY_KNOWN.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_is_shown_or_else_what_is_known() {
        let phone = PhoneNumber::parse_international("+525512345678").unwrap();
        assert_eq!(shown_name(Some("Ana"), Some("anita"), Some(&phone)), "Ana");
        assert_eq!(shown_name(Some(" "), Some("anita"), Some(&phone)), "anita");
        assert_eq!(shown_name(None, None, Some(&phone)), "****5678");
        assert_eq!(shown_name(None, None, None), "****");
    }
}
