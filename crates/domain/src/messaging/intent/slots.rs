//! The slots of a message: what it names.

use crate::money::{Currency, account_number::AccountNumber, period::Period};
use serde::{Deserialize, Serialize};

/// The reading of an amount, as decimal strings that [`crate::money::Money::parse_positive`] takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountReading {
    /// There is one reading only.
    Exact(String),
    /// «1.500» in Spanish: fifteen hundred, or one and a half. The person must be asked.
    Ambiguous {
        /// The separator read as thousands.
        thousands: String,
        /// The separator read as a decimal point.
        decimal: String,
    },
}

impl AmountReading {
    /// The reading, if there is only one.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(amount) => Some(amount),
            Self::Ambiguous { .. } => None,
        }
    }
}

/// The kind of destination that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// A CLABE of 18 digits.
    Clabe,
    /// Digits of another length.
    Account,
    /// A phone number in E.164.
    Phone,
    /// An IBAN (ISO 13616).
    Iban,
    /// An alias, or an e-mail address or tax number used as one.
    Alias,
    /// A person's name in lower case: «mamá».
    Name,
}

impl DestinationKind {
    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clabe => "clabe",
            Self::Account => "account",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Alias => "alias",
            Self::Name => "name",
        }
    }
}

/// A destination as the message names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDestination {
    /// The kind of destination.
    pub kind: DestinationKind,
    /// The cleaned value: digits only, E.164, IBAN in upper case, alias without `@`.
    pub value: String,
}

impl From<&AccountNumber> for NamedDestination {
    /// An account as a destination that was written out.
    fn from(account: &AccountNumber) -> Self {
        let kind = match account {
            AccountNumber::Clabe(_) => DestinationKind::Clabe,
            AccountNumber::Iban(_) => DestinationKind::Iban,
            AccountNumber::Phone(_) => DestinationKind::Phone,
            AccountNumber::Alias(_) => DestinationKind::Alias,
            AccountNumber::Plain(_) => DestinationKind::Account,
        };
        Self { kind, value: account.canonical().to_owned() }
    }
}

/// The slots of a message. They are read for every intent, because an answer to «¿a quién?» is often only a
/// number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entities {
    /// The amount, with one or two readings.
    pub amount: Option<AmountReading>,
    /// The currency; `None` when the text names none.
    pub currency: Option<Currency>,
    /// The destination that is named.
    pub destination: Option<NamedDestination>,
    /// The name in lower case that the text gives beside a number: «5 a Ana López a la cuenta 0321…». `None` when
    /// the name is the destination.
    pub payee: Option<String>,
    /// A one-time code.
    pub code: Option<String>,
    /// What the payment is for.
    pub concept: Option<String>,
    /// An amount that is told by another one: «todo», «la mitad», «agrégale 5».
    pub relative: Option<RelativeAmount>,
    /// The days that a question is about: «movimientos de ayer».
    pub period: Option<Period>,
    /// An answer that picks from a list: «el segundo».
    pub choice: Option<Choice>,
    /// What a question is about. It is set for [`super::Intent::Help`] and [`super::Intent::Thanks`], and for a
    /// question about what waits: «¿a quién?».
    pub topic: Option<Topic>,
    /// A change to a payee that is remembered. With [`Topic::Payees`].
    #[serde(default)]
    pub payee_change: Option<PayeeChange>,
}

/// A change to a payee that is remembered. The names are as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayeeChange {
    /// Another name: «cámbiale el nombre a Ana por Anita».
    Rename {
        /// The payee's name so far.
        name: String,
        /// The new name; `None` when the text gives none.
        to: Option<String>,
    },
    /// To forget the payee: «borra a Ana de mis contactos».
    Forget {
        /// The payee's name.
        name: String,
    },
}

/// An amount that is told by another one. The numbers are decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelativeAmount {
    /// All that is available: «todo».
    All,
    /// Half of the amount that waits, or of the balance when none waits: «la mitad».
    Half,
    /// Half of the balance, whatever waits: «la mitad de mi saldo».
    HalfOfBalance,
    /// Twice the amount that waits: «el doble».
    Double,
    /// So much more than the amount that waits: «agrégale 5 más».
    Plus(String),
    /// So much less than the amount that waits: «quítale 2».
    Minus(String),
}

/// Which of several things is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Counted from the first one, which is 0: «el segundo» is 1.
    At(u8),
    /// «el último».
    Last,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// What a payment costs: «¿cuánto cobran de comisión?».
    Fees,
    /// When a payment arrives: «¿cuánto tarda en llegar?».
    Arrival,
    /// How money is sent: «¿cómo le mando dinero a alguien?».
    Sending,
    /// How to get no more messages: «¿cómo me doy de baja?», «¿qué pasa si escribo STOP?».
    OptOut,
    /// What freezing does: «¿qué pasa si bloqueo mi cuenta?».
    Freezing,
    /// Codes: «¿qué código?», «¿para qué quieres un código?».
    Codes,
    /// Why something is asked for: «¿para qué?», «¿por qué?».
    Reason,
    /// Who is paid: «¿a quién?».
    Payee,
    /// How much is paid: «¿cuánto es?».
    Amount,
    /// The bank of an account: «¿qué banco es?».
    Bank,
    /// What a CLABE is.
    Clabe,
    /// Exchange rates and other currencies: «¿qué tipo de cambio tienes?».
    Currencies,
    /// What answers here: «¿eres un robot?», «¿quién eres?».
    Bot,
    /// A receipt of a payment that was made: «mándame el comprobante de lo de Rosa». With
    /// [`super::Intent::ListTransactions`].
    Receipt,
    /// The payees that are remembered: «mis contactos». With [`super::Intent::Help`].
    Payees,
    /// A goodbye. With [`super::Intent::Thanks`].
    Goodbye,
}
