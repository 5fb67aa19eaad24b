//! Whom a code proves: a number or an e-mail address.

use crate::{
    accounts::EmailAddress,
    message::Channel,
    phone::{PhoneNumber, Region},
};
use std::fmt;
use thiserror::Error;

/// A number or an e-mail address. `Debug` and `Display` are masked.
#[derive(Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A number.
    Phone(PhoneNumber),
    /// An e-mail address.
    Email(EmailAddress),
}

/// Neither a number nor an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRecipient {
    /// It is no possible number.
    #[error("is not a possible phone number")]
    Phone,
    /// It is no e-mail address.
    #[error("is not an e-mail address")]
    Email,
}

impl Recipient {
    /// The canonical form, under which codes and failures are counted.
    #[must_use]
    pub fn canonical(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.e164(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// Reads what was typed: an address where there is an `@`, else a number, a national one of that country.
    pub fn parse(text: &str, home: Region) -> Result<Self, NoRecipient> {
        if text.contains('@') {
            return EmailAddress::parse(text).map(Self::Email).map_err(|_invalid| NoRecipient::Email);
        }
        PhoneNumber::parse(text, home).map(Self::Phone).map_err(|_invalid| NoRecipient::Phone)
    }

    /// Reads the canonical form back.
    #[must_use]
    pub fn from_canonical(text: &str) -> Option<Self> {
        if text.contains('@') {
            return EmailAddress::parse(text).ok().map(Self::Email);
        }
        PhoneNumber::parse_international(text).ok().map(Self::Phone)
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Phone(phone) => Some(phone),
            Self::Email(_) => None,
        }
    }

    /// What is counted together so that nobody walks through neighbouring numbers. People of one mail
    /// provider are no neighbours: an address stands for itself.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self {
            Self::Phone(phone) => phone.prefix(),
            Self::Email(email) => email.as_str().to_owned(),
        }
    }

    /// The country of a number, where it is known.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        self.phone().and_then(PhoneNumber::country)
    }

    /// Whether codes may go there at all: a number must be of one of these countries.
    #[must_use]
    pub fn is_of(&self, regions: &[Region]) -> bool {
        self.phone().is_none_or(|phone| phone.is_of(regions))
    }

    /// Whether that is a way to reach it.
    #[must_use]
    pub const fn is_reached_by(&self, channel: Channel) -> bool {
        match self {
            Self::Phone(_) => !matches!(channel, Channel::Email),
            Self::Email(_) => matches!(channel, Channel::Email),
        }
    }

    /// For eyes that may not see the whole.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Email(email) => email.masked(),
        }
    }
}

impl From<PhoneNumber> for Recipient {
    fn from(phone: PhoneNumber) -> Self {
        Self::Phone(phone)
    }
}

impl From<EmailAddress> for Recipient {
    fn from(email: EmailAddress) -> Self {
        Self::Email(email)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone() -> Recipient {
        PhoneNumber::parse_international("+525512345678").unwrap().into()
    }

    fn email() -> Recipient {
        EmailAddress::parse("Ana@Example.com").unwrap().into()
    }

    #[test]
    fn what_is_typed_is_a_number_or_an_address() {
        let home = Region::parse("MX").unwrap();
        assert_eq!(Recipient::parse("55 1234 5678", home), Ok(phone()));
        assert_eq!(Recipient::parse("Ana@Example.com", home), Ok(email()));
        assert_eq!(Recipient::parse("12", home), Err(NoRecipient::Phone));
        assert_eq!(Recipient::parse("ana@", home), Err(NoRecipient::Email));
    }

    #[test]
    fn the_canonical_form_is_read_back() {
        for one in [phone(), email()] {
            assert_eq!(Recipient::from_canonical(one.canonical()), Some(one));
        }
        assert_eq!(Recipient::from_canonical("nobody"), None);
    }

    #[test]
    fn each_is_reached_in_its_own_ways() {
        assert!(phone().is_reached_by(Channel::Sms) && phone().is_reached_by(Channel::Telegram));
        assert!(!phone().is_reached_by(Channel::Email));
        assert!(email().is_reached_by(Channel::Email) && !email().is_reached_by(Channel::Sms));
    }

    #[test]
    fn neither_is_shown_whole() {
        let shown = format!("{:?} {} {:?} {}", phone(), phone(), email(), email());
        assert!(!shown.contains("5512345678") && !shown.contains("ana@"), "{shown}");
    }

    #[test]
    fn an_address_has_no_neighbours_and_no_country() {
        assert_ne!(phone().prefix(), phone().canonical());
        assert_eq!(email().prefix(), email().canonical());
        assert_eq!(email().country(), None);
        assert!(email().is_of(&[]) && !phone().is_of(&[]));
    }
}
