//! Intents and slots of a message. The list is closed: a parser can only say one of these, and none of them
//! moves money by itself.

use crate::{locale::Locale, money::Currency};
use serde::{Deserialize, Serialize};

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident $wire:literal $english:literal),* $(,)?) => {
        /// What a person wants.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Intent {
            $($(#[$doc])* $name),*
        }

        impl Intent {
            /// All intents, in this order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in the API: `consultar_saldo`.
            #[must_use]
            pub const fn wire_name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }

            /// The English label in test data: `check_balance`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $english),* }
            }
        }
    };
}

intents! {
    /// Asks for the balance.
    CheckBalance "consultar_saldo" "check_balance",
    /// Asks to send money now.
    Transfer "transferir" "transfer",
    /// Asks for the newest lines of the statement.
    ListTransactions "consultar_movimientos" "list_transactions",
    /// Says yes to a question.
    Confirm "confirmar" "confirm",
    /// Says no to a question, or cancels what is under way.
    Deny "negar" "deny",
    /// Asks how this works.
    Help "ayuda" "help",
    /// Wants no more messages.
    Stop "baja" "stop",
    /// Wants messages again, or wants to sign up.
    Start "alta" "start",
    /// Says hello, nothing else.
    Greeting "saludo" "greeting",
    /// Asks for an agent.
    TalkToHuman "hablar_con_asesor" "talk_to_human",
    /// Reports a problem with their money.
    ReportProblem "reportar_problema" "report_problem",
    /// Gives a one-time code.
    VerifyCode "codigo" "verify_code",
    /// Asks for the code again.
    ResendCode "reenviar_codigo" "resend_code",
    /// None of these intents.
    Unknown "desconocido" "unknown",
}

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
    /// A one-time code.
    pub code: Option<String>,
    /// What the payment is for.
    pub concept: Option<String>,
}

/// A parser's reading of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The intent; exactly one.
    pub intent: Intent,
    /// The parser's confidence, 0 to 1.
    pub confidence: f32,
    /// The language of the text; `None` when it is not clear.
    pub locale: Option<Locale>,
    /// The slots that it fills.
    pub entities: Entities,
}

#[cfg(test)]
mod tests {
    use super::Intent;
    use std::collections::HashSet;

    #[test]
    fn every_intent_has_names_of_its_own() {
        let names: HashSet<_> = Intent::ALL.iter().flat_map(|i| [i.wire_name(), i.label()]).collect();
        assert_eq!(names.len(), Intent::ALL.len() * 2);
    }
}
