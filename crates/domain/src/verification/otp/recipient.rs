//! The recipient of a code: a phone number or an e-mail address.

use crate::{
    email::EmailAddress,
    message::Channel,
    phone::{PhoneNumber, Region},
};
use std::fmt;
use thiserror::Error;

/// A phone number or an e-mail address. `Debug` and `Display` are masked.
#[derive(Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A phone number.
    Phone(PhoneNumber),
    /// An e-mail address.
    Email(EmailAddress),
}

/// Why a text is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRecipient {
    /// It is no possible phone number.
    #[error("is not a possible phone number")]
    Phone,
    /// It is no e-mail address.
    #[error("is not an e-mail address")]
    Email,
}

impl Recipient {
    /// The canonical form, by which sends and wrong codes are counted.
    #[must_use]
    pub fn canonical(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.e164(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// Reads what was typed: with an `@` an e-mail address, otherwise a phone number; a national one in the
    /// country `home`.
    pub fn parse(text: &str, home: Region) -> Result<Self, NoRecipient> {
        if text.contains('@') {
            return EmailAddress::parse(text).map(Self::Email).map_err(|_invalid| NoRecipient::Email);
        }
        PhoneNumber::parse(text, home).map(Self::Phone).map_err(|_invalid| NoRecipient::Phone)
    }

    /// Reads the canonical form; `None` when it is none.
    #[must_use]
    pub fn from_canonical(text: &str) -> Option<Self> {
        if text.contains('@') {
            return EmailAddress::parse(text).ok().map(Self::Email);
        }
        PhoneNumber::parse_international(text).ok().map(Self::Phone)
    }

    /// The phone number; `None` for an e-mail address.
    #[must_use]
    pub const fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Phone(phone) => Some(phone),
            Self::Email(_) => None,
        }
    }

    /// The part that a group of neighbouring numbers shares, for limits on sends. An e-mail address has no
    /// neighbours: it is counted alone.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self {
            Self::Phone(phone) => phone.prefix(),
            Self::Email(email) => email.as_str().to_owned(),
        }
    }

    /// The country of a phone number, if known.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        self.phone().and_then(PhoneNumber::country)
    }

    /// Whether codes may be sent there: [`PhoneNumber::takes_codes`] for a phone number, always to an e-mail
    /// address.
    #[must_use]
    pub fn takes_codes(&self, regions: &[Region]) -> bool {
        self.phone().is_none_or(|phone| phone.takes_codes(regions))
    }

    /// Whether the channel can reach this recipient.
    #[must_use]
    pub const fn is_reached_by(&self, channel: Channel) -> bool {
        match self {
            Self::Phone(_) => !matches!(channel, Channel::Email),
            Self::Email(_) => matches!(channel, Channel::Email),
        }
    }

    /// The masked form for logs and answers.
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
    fn each_is_reached_on_its_own_channels() {
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
        assert!(email().takes_codes(&[]) && !phone().takes_codes(&[]));
    }
}
