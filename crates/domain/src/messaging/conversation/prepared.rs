//! The result of checking a draft before it is shown to the payer.

use crate::money::{Currency, Money, account_number::AccountNumber, limits::LimitExceeded};

/// The result of checking a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// The draft can be shown to the payer as a prompt.
    Ready(Box<CheckedDraft>),
    /// Several payees fit the name; the payer must say which one.
    WhichPayee {
        /// The payees that fit, at most ten, each with its account.
        options: Vec<PayeeOption>,
    },
    /// The user has no payee with that name.
    UnknownPayee {
        /// The name as written.
        name: String,
    },
    /// The destination is no valid account.
    BadDestination,
    /// The destination has one digit more or less than a CLABE; the payer must look at it again.
    DigitsMissing {
        /// The digits that it has: 17 or 19. A CLABE has 18.
        digits: usize,
    },
    /// The destination is one of the payer's own wallets, or their own number.
    OwnAccount,
    /// The destination is a phone number that nobody proved, so there is no wallet to pay into.
    RecipientNotFound,
    /// The payer's money is frozen.
    Frozen,
    /// The available balance is too small.
    InsufficientFunds {
        /// The available balance.
        available: Money,
    },
    /// A limit is exceeded.
    LimitExceeded(LimitExceeded),
    /// The user has no wallet in that currency.
    NoWallet {
        /// The currency that was asked for.
        currency: Currency,
    },
}

/// A draft that was checked: everything that its prompt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedDraft {
    /// The amount to pay. A part of the balance («todo») is an amount now.
    pub amount: Money,
    /// The account that it goes to.
    pub account: AccountNumber,
    /// The payee's name: as the payer knows the account, or as they named it now. `None` when they named none and
    /// the account is not known.
    pub payee: Option<String>,
    /// The bank of a CLABE; `None` for other accounts, and for a code that no bank has.
    pub bank: Option<&'static str>,
    /// The masked account under which the payer knows the payee, when it is another one than `account`.
    pub known_account: Option<String>,
    /// Whole minutes since the same amount was paid to the same account, within the last ten minutes.
    pub repeats_after_minutes: Option<i64>,
}

impl CheckedDraft {
    /// A checked draft without a payee's name, and with nothing to warn about.
    #[must_use]
    pub const fn new(amount: Money, account: AccountNumber) -> Self {
        Self { amount, account, payee: None, bank: None, known_account: None, repeats_after_minutes: None }
    }
}

/// One of several payees that fit a name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PayeeOption {
    /// The payee's name, as the payer knows them.
    pub name: String,
    /// The payee's account.
    pub account: AccountNumber,
}
