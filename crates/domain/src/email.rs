//! E-mail addresses in one canonical form, so that they can be compared.

use std::fmt;
use thiserror::Error;

/// The longest address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LENGTH_MAX: usize = 254;
/// The longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_LENGTH_MAX: usize = 64;

/// An e-mail address, trimmed and in lower case. Addresses are compared and written to in this form.
///
/// The RFC lets the part before the `@` differ by case. No provider that people use treats the two as
/// different, and two accounts that differ by case alone would confuse their owners.
///
/// `Debug` and `Display` show `m***@example.com`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// The text is no e-mail address that can receive mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an e-mail address")]
pub struct InvalidEmail;

impl EmailAddress {
    /// Reads an address: a dot-atom before the `@` (RFC 5322, 3.2.3; letters beyond ASCII as in RFC 6531),
    /// and after it a host name with a dot. Quoted local parts and address literals are refused: nobody uses
    /// them, and each can hide a second address inside the first.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let is_sane = text.len() <= LENGTH_MAX
            && local.len() <= LOCAL_LENGTH_MAX
            && local.split('.').all(is_atom)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if is_sane { Ok(Self(text)) } else { Err(InvalidEmail) }
    }

    /// The address in clear text. Never log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for logs and answers: `m***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}***@{domain}")
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

fn is_atom(atom: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !atom.is_empty() && atom.chars().all(allowed)
}

fn is_label(label: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || c == '-';
    (1..=63).contains(&label.len())
        && label.chars().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        let one = EmailAddress::parse(" Maria.Lopez+caja@Example.COM ").unwrap();
        assert_eq!(one.as_str(), "maria.lopez+caja@example.com");
        assert_eq!(Ok(one), EmailAddress::parse("maria.lopez+caja@example.com"));
        assert!(EmailAddress::parse("josé@correo.mx").is_ok());
    }

    #[test]
    fn what_mail_cannot_be_sent_to_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b.mx",
            "ana",
            "ana@localhost",
            "a b@c.mx",
            "ana@c..mx",
            ".ana@c.mx",
            "ana.@c.mx",
            "ana@-c.mx",
            "ana@c.mx,eva@c.mx",
            "ana@c.mx\r\nBcc: eva@c.mx",
            "\"ana\"@c.mx",
            "ana@[127.0.0.1]",
            "ana@eva@c.mx",
            "<ana@c.mx>",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmail), "{text}");
        }
        assert!(EmailAddress::parse(&format!("{}@c.mx", "a".repeat(65))).is_err());
    }

    #[test]
    fn is_shown_masked() {
        let address = EmailAddress::parse("maria@example.com").unwrap();
        assert_eq!(format!("{address} {address:?}"), "m***@example.com m***@example.com");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_a_fixed_point(text in "[A-Za-z.+]{1,20}@[a-zA-Z]{1,10}\\.[a-z]{2,3}") {
            if let Ok(once) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(once.as_str()), Ok(once.clone()));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = EmailAddress::parse(&text);
        }
    }
}
