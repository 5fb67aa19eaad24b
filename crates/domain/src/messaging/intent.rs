//! Intents and slots of a message, and the state of the dialogue that a parser reads it in. The list is closed: a
//! parser can only say one of these, and none of them moves money by itself.

mod dialogue;
mod slots;

pub use dialogue::{AskedFor, Dialogue};
pub use slots::{
    AmountReading, Choice, DestinationKind, Entities, NamedDestination, PayeeChange, RelativeAmount, Topic,
};

pub use crate::money::period::Period;

use crate::locale::Locale;
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
    /// Wants all money that goes out stopped.
    FreezeAccount "congelar" "freeze_account",
    /// Asks how others pay them: their CLABE, their number.
    ReceiveDetails "datos_para_recibir" "receive_details",
    /// Asks how much they may send, or what is left of a limit.
    AskLimits "consultar_limites" "ask_limits",
    /// Asks for a sum of payments: over a time, or to a payee.
    Spending "consultar_gastos" "spending",
    /// Says something polite that asks for nothing: thanks, a laugh, a goodbye, «¿eres un robot?».
    Thanks "cortesia" "thanks",
    /// None of these intents.
    Unknown "desconocido" "unknown",
}

impl Intent {
    /// Whether a text that is only near to this intent may be answered with it as a suggestion. What moves money,
    /// answers a question, opts out or freezes is never suggested.
    #[must_use]
    pub const fn can_be_suggested(self) -> bool {
        matches!(
            self,
            Self::CheckBalance
                | Self::ListTransactions
                | Self::Spending
                | Self::AskLimits
                | Self::ReceiveDetails
                | Self::Help
                | Self::TalkToHuman
                | Self::ReportProblem
        )
    }
}

/// A parser's reading of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The intent; exactly one. Of two wishes it is the one that moves money, otherwise the first.
    pub intent: Intent,
    /// The other wishes of the same message, in the order written: «saldo y movimientos».
    pub also: Vec<Intent>,
    /// The parser's confidence, 0 to 1.
    pub confidence: f32,
    /// The language of the text; `None` when it is not clear.
    pub locale: Option<Locale>,
    /// The slots that it fills.
    pub entities: Entities,
    /// Whether intent and slots explain every word of the message. A message with a word that nothing explains
    /// changes nothing that waits.
    pub explained: bool,
    /// The intents that a text which is [`Intent::Unknown`] was nearest to, the nearest first; at most two, each one
    /// that [`Intent::can_be_suggested`]. The person is asked whether they meant one of them. Empty when the text is
    /// near to none, and from a parser that doesn't tell.
    #[serde(default)]
    pub nearest: Vec<Intent>,
}

impl Understanding {
    /// The reading of a text that was not understood.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            intent: Intent::Unknown,
            also: Vec::new(),
            confidence: 0.3,
            locale: None,
            entities: Entities::default(),
            explained: false,
            nearest: Vec::new(),
        }
    }
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
