//! A payment as it is ordered of the bank.

use super::{BankReference, OperatingDate};
use crate::money::{Money, account_number::AccountNumber};
use ring::digest;

/// A payment to an account at another bank. No `Debug`: it holds an account, a name and a concept.
#[derive(Clone, PartialEq, Eq)]
pub struct BankOrder {
    /// The payment's name at the bank.
    pub reference: BankReference,
    /// The date that it was first sent with.
    pub operating_date: OperatingDate,
    /// The amount, above zero.
    pub amount: Money,
    /// The account that is paid.
    pub creditor: AccountNumber,
    /// The payee's name, as the payer gave it.
    pub creditor_name: Option<String>,
    /// What it is for, in the payer's words.
    pub concept: Option<String>,
}

/// The kind of an account, as the bank's protocol names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountType {
    /// A CLABE.
    Clabe,
    /// An IBAN.
    Iban,
    /// The number of a debit card.
    Card,
    /// A phone number.
    Phone,
    /// Anything else.
    Other,
}

impl AccountType {
    /// The kind of an account. A number of 15 or 16 digits with a correct check digit (Luhn) is a card's.
    #[must_use]
    pub fn of(account: &AccountNumber) -> Self {
        match account {
            AccountNumber::Clabe(_) => Self::Clabe,
            AccountNumber::Iban(_) => Self::Iban,
            AccountNumber::Phone(_) => Self::Phone,
            AccountNumber::Plain(digits) if is_card(digits) => Self::Card,
            AccountNumber::Plain(_) | AccountNumber::Alias(_) => Self::Other,
        }
    }

    /// The name in the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clabe => "clabe",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Phone => "phone",
            Self::Other => "other",
        }
    }
}

impl BankOrder {
    /// A hash over all that is ordered. It is stored before the call, so that an order can be compared with what was
    /// sent under its reference.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        let (date, decimal) = (self.operating_date.to_string(), self.amount.decimal());
        let optional =
            |text: &Option<String>| text.as_ref().map_or_else(|| "-".to_owned(), |t| format!("+{t}"));
        let (name, concept) = (optional(&self.creditor_name), optional(&self.concept));
        let parts = [
            "bank-order/v1",
            self.reference.as_str(),
            &date,
            &decimal,
            self.amount.currency.code(),
            AccountType::of(&self.creditor).name(),
            self.creditor.canonical(),
            &name,
            &concept,
        ];
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }
}

/// Whether the digits are a card's: ISO/IEC 7812 with its check digit.
fn is_card(digits: &str) -> bool {
    let sum = digits.bytes().rev().zip([1u32, 2].into_iter().cycle()).fold(0u32, |sum, (digit, weight)| {
        let value = u32::from(digit.saturating_sub(b'0')).saturating_mul(weight);
        sum.saturating_add(if value > 9 { value.saturating_sub(9) } else { value })
    });
    matches!(digits.len(), 15 | 16) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::TransferId, money::Currency, phone::Region};
    use uuid::Uuid;

    fn account(text: &str) -> AccountNumber {
        AccountNumber::parse(text, Region::parse("MX").unwrap()).unwrap()
    }

    fn order() -> BankOrder {
        BankOrder {
            reference: BankReference::of(TransferId(Uuid::from_u128(7))),
            operating_date: OperatingDate::new("2026-03-10".parse().unwrap()),
            amount: Money::new(1_050, Currency::MXN),
            creditor: account("012180001183597196"),
            creditor_name: Some("Ana".to_owned()),
            concept: None,
        }
    }

    #[test]
    fn an_account_has_the_name_of_its_kind() {
        for (text, name) in [
            ("012180001183597196", "clabe"),
            ("GB82WEST12345698765432", "iban"),
            ("4111111111111111", "card"),
            ("378282246310005", "card"),
            ("4111111111111112", "other"),
            ("1234567890", "other"),
            ("+52 55 1234 5678", "phone"),
            ("@ana", "other"),
        ] {
            assert_eq!(AccountType::of(&account(text)).name(), name, "{text}");
        }
    }

    #[test]
    fn whatever_changes_changes_the_digest() {
        let order = order();
        assert_eq!(order.digest(), order.clone().digest());
        for other in [
            BankOrder { amount: Money::new(1_051, Currency::MXN), ..order.clone() },
            BankOrder { amount: Money::new(1_050, Currency::parse("USD").unwrap()), ..order.clone() },
            BankOrder { creditor: account("012180001183597190"), ..order.clone() },
            BankOrder { creditor_name: None, ..order.clone() },
            BankOrder { creditor_name: None, concept: Some("Ana".to_owned()), ..order.clone() },
            BankOrder { concept: Some(String::new()), ..order.clone() },
            BankOrder { operating_date: OperatingDate::new("2026-03-11".parse().unwrap()), ..order.clone() },
            BankOrder { reference: BankReference::of(TransferId(Uuid::from_u128(8))), ..order.clone() },
        ] {
            assert_ne!(other.digest(), order.digest());
        }
    }
}
