//! What a message means, as a parser says it. A closed list: nothing a parser says can be more than
//! one of these, and none of them moves money by itself.

use crate::{locale::Locale, money::Currency};
use serde::{Deserialize, Serialize};

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident $wire:literal $english:literal),* $(,)?) => {
        /// What somebody wants.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Intent {
            $($(#[$doc])* $name),*
        }

        impl Intent {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name on the wire: `consultar_saldo`.
            #[must_use]
            pub const fn wire_name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }

            /// Its English label, as corpora are labelled: `check_balance`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $english),* }
            }
        }
    };
}

intents! {
    /// How much is there?
    CheckBalance "consultar_saldo" "check_balance",
    /// Send money now.
    Transfer "transferir" "transfer",
    /// What came and went?
    ListTransactions "consultar_movimientos" "list_transactions",
    /// Yes, to what was asked.
    Confirm "confirmar" "confirm",
    /// No, to what was asked, or to what is under way.
    Deny "negar" "deny",
    /// How does this work?
    Help "ayuda" "help",
    /// Write to me no more.
    Stop "baja" "stop",
    /// Write to me again; enrol me.
    Start "alta" "start",
    /// Hello.
    Greeting "saludo" "greeting",
    /// A person, please.
    TalkToHuman "hablar_con_asesor" "talk_to_human",
    /// Something went wrong with my money.
    ReportProblem "reportar_problema" "report_problem",
    /// Here is the code.
    VerifyCode "codigo" "verify_code",
    /// Send the code again.
    ResendCode "reenviar_codigo" "resend_code",
    /// None of these.
    Unknown "desconocido" "unknown",
}

/// How an amount reads. Decimal strings, as [`crate::money::Money::parse_positive`] takes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountReading {
    /// One reading only.
    Exact(String),
    /// «1.500» in Spanish: fifteen hundred, or one and a half. To be asked.
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

/// What kind of destination a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// 18 digits.
    Clabe,
    /// Other digits.
    Account,
    /// E.164.
    Phone,
    /// ISO 13616.
    Iban,
    /// An alias, or an e-mail address or tax number used as one.
    Alias,
    /// Somebody's name, lower case: «mamá».
    Name,
}

impl DestinationKind {
    /// The word of the wire.
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
    /// Its kind.
    pub kind: DestinationKind,
    /// Its value, cleaned: digits only, E.164, IBAN in upper case, alias without `@`.
    pub value: String,
}

/// The parts of a message that fill slots. They are read whatever the intent is, since an answer to
/// «¿a quién?» is often nothing but a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entities {
    /// How much.
    pub amount: Option<AmountReading>,
    /// Only when the text names it.
    pub currency: Option<Currency>,
    /// To whom.
    pub destination: Option<NamedDestination>,
    /// A one-time code.
    pub code: Option<String>,
    /// What for.
    pub concept: Option<String>,
}

/// What a parser makes of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The one thing wanted.
    pub intent: Intent,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// The language it is said in, where that can be told.
    pub locale: Option<Locale>,
    /// What it names.
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
