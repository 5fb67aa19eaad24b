//! E-mail addresses in one canonical form, so that they can be compared.

use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// The longest address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LENGTH_MAX: usize = 254;
/// The longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_LENGTH_MAX: usize = 64;

/// An e-mail address, trimmed, in lower case and in compatibility form (NFKC), its domain as in the DNS (IDNA, UTS 46):
/// `ejémplo.mx` and `xn--ejmplo-cva.mx` are one. Addresses are compared and written to in this form.
///
/// Letters of another script that can't be told from Latin ones are refused, because people could not tell the address
/// from another person's.
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
        let text: String = text.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        if !domain.split('.').all(is_label) || !domain.contains('.') {
            return Err(InvalidEmail);
        }
        let ascii = idna::domain_to_ascii(domain).map_err(|_invalid| InvalidEmail)?;
        let (shown, read) = idna::domain_to_unicode(&ascii);
        let is_sane = read.is_ok()
            && ascii.split('.').all(is_label)
            && local.len() <= LOCAL_LENGTH_MAX
            && local.split('.').all(is_atom)
            && !imitates_latin(local)
            && !shown.split('.').any(imitates_latin);
        let address = format!("{local}@{ascii}");
        if is_sane && address.len() <= LENGTH_MAX { Ok(Self(address)) } else { Err(InvalidEmail) }
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

/// Letters of Cyrillic, Greek and Armenian whose lower case looks like a Latin one (Unicode, UTS 39, confusables).
const LIKE_LATIN: &str = "авеікморсстухѕјһԁԛԝӏґүғ\u{3b1}\u{3b3}\u{3b9}\u{3ba}\u{3bd}\u{3bf}\u{3c1}\u{3c3}\u{3c4}\u{3c5}\u{3c7}\u{3f2}\u{3f3}աօոսցհյզքլ";

/// Whether a part of an address could be taken for one in Latin letters: it mixes Latin letters with those of a script
/// that resembles them, or has only letters that look like Latin ones.
fn imitates_latin(part: &str) -> bool {
    let letters = || part.chars().filter(|c| c.is_alphabetic());
    let has_others = letters().any(resembles_latin);
    has_others && (letters().any(is_latin) || letters().all(|c| LIKE_LATIN.contains(c)))
}

/// A letter of a script that has letters which look like Latin ones: Greek, Coptic, Cyrillic, Armenian, Cherokee, Lisu.
const fn resembles_latin(c: char) -> bool {
    matches!(
        c,
        '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}' | '\u{1f00}'..='\u{1fff}'
            | '\u{2c80}'..='\u{2cff}' | '\u{2de0}'..='\u{2dff}' | '\u{a4d0}'..='\u{a4ff}' | '\u{a640}'..='\u{a69f}'
            | '\u{ab70}'..='\u{abbf}'
    )
}

const fn is_latin(c: char) -> bool {
    matches!(
        c,
        'a'..='z' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}'
            | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}'
    )
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
    fn both_spellings_of_a_domain_and_of_a_letter_are_one() {
        let read = |text: &str| EmailAddress::parse(text).map(|address| address.as_str().to_owned());
        assert_eq!(read("a@ejémplo.mx").as_deref(), Ok("a@xn--ejmplo-cva.mx"));
        assert_eq!(read("a@XN--ejmplo-CVA.mx"), read("a@ejémplo.mx"));
        assert_eq!(read("a@ejémplo.mx"), read("a@eje\u{301}mplo.mx"));
        assert_eq!(read("ＢＵＺＯＮ２@ｅxample.com").as_deref(), Ok("buzon2@example.com"));
        assert_eq!(read("jose\u{301}@correo.mx"), read("josé@correo.mx"));
        assert!(read("почта@пример.рф").is_ok() && read("田中taro@example.jp").is_ok());
    }

    #[test]
    fn letters_that_look_like_latin_ones_are_refused() {
        for text in [
            "m\u{430}ria@example.com",
            "\u{430}\u{440}\u{435}@example.com",
            "maria@ex\u{430}mple.com",
            "maria@xn--exmple-4nf.com",
            "\u{3bf}\u{3bd}@example.com",
            "maria\u{200b}@example.com",
            "mar\u{202e}ia@example.com",
            "maria@exam\u{200d}ple.com",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmail), "{text}");
        }
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
