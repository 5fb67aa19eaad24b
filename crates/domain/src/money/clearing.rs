//! Clearing accounts: the other side of money that leaves the platform or comes in. One stands for all outside
//! banks; each source of deposits has its own.

use crate::{ids::WalletId, money::Currency};
use serde::{Deserialize, Serialize};

/// The clearing account of a currency: the other side of every off-us transfer. Its id is made from the
/// currency's code, so every replica knows it.
#[must_use]
pub fn clearing_account(currency: Currency) -> WalletId {
    let mut bytes = *b"clearing-account";
    for (byte, letter) in bytes.iter_mut().skip(9).zip(currency.code().bytes()) {
        *byte = letter;
    }
    WalletId(uuid::Uuid::from_bytes(bytes))
}

/// Whether an account is a clearing account in that currency: of outside banks, or of a source of deposits.
#[must_use]
pub fn is_clearing_account(account: WalletId, currency: Currency) -> bool {
    account == clearing_account(currency) || DepositSource::of_account(account, currency).is_some()
}

/// Where the money of a deposit comes from. Each source has a clearing account for each currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositSource {
    /// Notes and coins, taken at a counter.
    #[default]
    Cash,
    /// A card payment.
    Card,
    /// A transfer at a bank.
    Bank,
    /// A correction of the books. It has no money behind it, so in production nobody makes it alone.
    Adjustment,
}

impl DepositSource {
    /// All sources, in the order of the API documentation.
    pub const ALL: [Self; 4] = [Self::Cash, Self::Card, Self::Bank, Self::Adjustment];

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Bank => "bank",
            Self::Adjustment => "adjustment",
        }
    }

    /// Reads the name that [`DepositSource::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// The clearing account that the deposits of this source come from. Its id is made from the names of currency
    /// and source, so every replica knows it.
    #[must_use]
    pub fn clearing_account(self, currency: Currency) -> WalletId {
        let mut bytes = *b"deposits-CURname";
        let name = match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Bank => "bank",
            Self::Adjustment => "adju",
        };
        let letters = currency.code().bytes().chain(name.bytes());
        for (byte, letter) in bytes.iter_mut().skip(9).zip(letters) {
            *byte = letter;
        }
        WalletId(uuid::Uuid::from_bytes(bytes))
    }

    /// The source whose clearing account in that currency this is; `None` for every other account.
    #[must_use]
    pub fn of_account(account: WalletId, currency: Currency) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.clearing_account(currency) == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_source_and_currency_has_an_account_of_its_own() {
        let currencies = [Currency::MXN, Currency::parse("USD").unwrap()];
        let mut ids = HashSet::new();
        for currency in currencies {
            assert!(ids.insert(clearing_account(currency)));
            for source in DepositSource::ALL {
                let account = source.clearing_account(currency);
                assert!(ids.insert(account), "{source:?} {currency:?}");
                assert_eq!(DepositSource::of_account(account, currency), Some(source));
            }
            assert_eq!(DepositSource::of_account(clearing_account(currency), currency), None);
        }
        let pesos = DepositSource::Cash.clearing_account(Currency::MXN);
        assert_eq!(DepositSource::of_account(pesos, currencies[1]), None);
        assert_eq!(pesos.0.as_bytes(), b"deposits-MXNcash", "stored entries name it");
    }

    #[test]
    fn a_source_is_read_by_its_name() {
        for source in DepositSource::ALL {
            assert_eq!(DepositSource::parse(source.name()), Some(source));
        }
        assert_eq!(DepositSource::parse("magic"), None);
    }
}
