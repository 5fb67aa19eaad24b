//! Why a bank refused a payment (ISO 20022, `ExternalStatusReason1Code`).

use crate::text::is_invisible;
use std::fmt;

/// The longest code that is kept, in characters.
const CODE_MAX: usize = 35;
/// The longest text that is kept, in characters.
const TEXT_MAX: usize = 140;

/// A reason in the bank's words. `Debug` hides the text, because a bank may write a name into it.
#[derive(Clone, PartialEq, Eq)]
pub struct BankReason {
    code: String,
    text: String,
}

/// What a reason means for the person who pays. None is tried again by itself: a new payment is theirs to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonKind {
    /// AC03: there is no such account.
    NoSuchAccount,
    /// AC04: the account is closed.
    AccountClosed,
    /// AC06: the account is blocked.
    AccountBlocked,
    /// AC14: the account is of a type that can't be paid this way.
    WrongAccountType,
    /// RC04: the bank's code is wrong.
    WrongBank,
    /// BE06: the bank doesn't know the payee.
    UnknownPayee,
    /// MD07: the payee has died.
    PayeeDeceased,
    /// AG01, AG03, NOAT: payments of this kind aren't allowed there.
    NotAllowed,
    /// AM09, AM14: the amount is wrong, or above what is allowed.
    WrongAmount,
    /// DS24: the time for it was up.
    TimedOut,
    /// Any other code.
    Other,
}

impl ReasonKind {
    /// The name by which catalogues of texts know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSuchAccount => "no_such_account",
            Self::AccountClosed => "account_closed",
            Self::AccountBlocked => "account_blocked",
            Self::WrongAccountType => "wrong_account_type",
            Self::WrongBank => "wrong_bank",
            Self::UnknownPayee => "unknown_payee",
            Self::PayeeDeceased => "payee_deceased",
            Self::NotAllowed => "not_allowed",
            Self::WrongAmount => "wrong_amount",
            Self::TimedOut => "timed_out",
            Self::Other => "other",
        }
    }
}

impl BankReason {
    /// A reason. `None` when the code is no code: 1 to 35 letters, digits, hyphens, underlines or points. The text is
    /// cut to 140 characters; characters that can't be seen are removed.
    #[must_use]
    pub fn try_new(code: &str, text: &str) -> Option<Self> {
        let is_code = (1..=CODE_MAX).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let shown = |c: &char| !c.is_control() && !is_invisible(*c);
        is_code.then(|| Self {
            code: code.to_owned(),
            text: text.chars().filter(shown).take(TEXT_MAX).collect(),
        })
    }

    /// The code, such as `AC04`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The bank's own words; empty when it gave none. They are for operators: people get a text by
    /// [`BankReason::kind`].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means for the person who pays.
    #[must_use]
    pub fn kind(&self) -> ReasonKind {
        match self.code.as_str() {
            "AC03" => ReasonKind::NoSuchAccount,
            "AC04" => ReasonKind::AccountClosed,
            "AC06" => ReasonKind::AccountBlocked,
            "AC14" => ReasonKind::WrongAccountType,
            "RC04" => ReasonKind::WrongBank,
            "BE06" => ReasonKind::UnknownPayee,
            "MD07" => ReasonKind::PayeeDeceased,
            "AG01" | "AG03" | "NOAT" => ReasonKind::NotAllowed,
            "AM09" | "AM14" => ReasonKind::WrongAmount,
            "DS24" => ReasonKind::TimedOut,
            _ => ReasonKind::Other,
        }
    }
}

impl fmt::Debug for BankReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankReason").field("code", &self.code).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_people_are_told_about_are_known() {
        for (code, kind) in [
            ("AC03", ReasonKind::NoSuchAccount),
            ("AC04", ReasonKind::AccountClosed),
            ("AC06", ReasonKind::AccountBlocked),
            ("AC14", ReasonKind::WrongAccountType),
            ("RC04", ReasonKind::WrongBank),
            ("BE06", ReasonKind::UnknownPayee),
            ("MD07", ReasonKind::PayeeDeceased),
            ("AG01", ReasonKind::NotAllowed),
            ("AG03", ReasonKind::NotAllowed),
            ("NOAT", ReasonKind::NotAllowed),
            ("AM09", ReasonKind::WrongAmount),
            ("AM14", ReasonKind::WrongAmount),
            ("DS24", ReasonKind::TimedOut),
            ("-200", ReasonKind::Other),
        ] {
            assert_eq!(BankReason::try_new(code, "").unwrap().kind(), kind, "{code}");
        }
    }

    #[test]
    fn a_code_has_a_form_and_a_text_has_a_bound() {
        for code in ["", "AC 04", "AC04\n", "é", &"A".repeat(36)] {
            assert_eq!(BankReason::try_new(code, "closed"), None, "{code:?}");
        }
        let reason = BankReason::try_new("AC04", &format!("a\u{202e}b\n{}", "x".repeat(200))).unwrap();
        assert_eq!(reason.text(), format!("ab{}", "x".repeat(138)));
    }

    #[test]
    fn its_text_is_not_in_the_debug_form() {
        let reason = BankReason::try_new("AC04", "Account of Ana").unwrap();
        assert_eq!(format!("{reason:?}"), r#"BankReason { code: "AC04", .. }"#);
    }
}
