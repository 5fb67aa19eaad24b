//! What a bank says about one payment.

use super::{BankReason, BankReference, BankStatus};
use crate::{money::Money, text::mask};
use chrono::{DateTime, Utc};
use std::fmt;

/// The bank's word on a payment, from an answer or a notice. `Debug` masks the account.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentReport {
    /// Our name of the payment.
    pub reference: BankReference,
    /// The bank's name of the payment, if it gave one.
    pub bank_id: Option<String>,
    /// The status that it has there.
    pub status: BankStatus,
    /// Why it was refused, if it was and the bank says so.
    pub reason: Option<BankReason>,
    /// The amount that the bank names. It is `None` only where the status means that the payment was refused. It must be
    /// compared with ours: another amount is for people to decide.
    pub amount: Option<Money>,
    /// The account that the bank pays, where it says so: a bank that accepts with a change (ACWC) must.
    pub creditor_account: Option<String>,
    /// When it was booked, if it was and the bank says so.
    pub booked_at: Option<DateTime<Utc>>,
}

impl PaymentReport {
    /// Whether the bank speaks of another amount than the one ordered, or of another account.
    #[must_use]
    pub fn differs_from(&self, amount: Money, creditor: &str) -> bool {
        self.amount.is_some_and(|theirs| theirs != amount)
            || self.creditor_account.as_ref().is_some_and(|theirs| theirs != creditor)
    }
}

impl fmt::Debug for PaymentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentReport")
            .field("reference", &self.reference)
            .field("bank_id", &self.bank_id)
            .field("status", &self.status)
            .field("reason", &self.reason)
            .field("amount", &self.amount)
            .field("creditor_account", &self.creditor_account.as_deref().map(mask))
            .field("booked_at", &self.booked_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn report() -> PaymentReport {
        PaymentReport {
            reference: "TEST0123456789ABCXYZ".parse().unwrap(),
            bank_id: None,
            status: BankStatus::AcceptedWithChange,
            reason: None,
            amount: Some(Money::new(500, Currency::MXN)),
            creditor_account: Some("012180001183597196".to_owned()),
            booked_at: None,
        }
    }

    #[test]
    fn another_amount_currency_or_account_differs() {
        let (five, account) = (Money::new(500, Currency::MXN), "012180001183597196");
        assert!(!report().differs_from(five, account));
        assert!(report().differs_from(Money::new(501, Currency::MXN), account));
        assert!(report().differs_from(Money::new(500, Currency::parse("USD").unwrap()), account));
        assert!(report().differs_from(five, "012180001183597190"));
        let silent = PaymentReport { amount: None, creditor_account: None, ..report() };
        assert!(!silent.differs_from(five, account));
    }

    #[test]
    fn the_account_is_masked() {
        assert!(format!("{:?}", report()).contains("****7196"));
        assert!(!format!("{:?}", report()).contains("012180001183597196"));
    }
}
