//! The state of a dialogue that a parser reads a message in.

use crate::locale::Locale;

/// What a parser may know about the conversation. It holds no amounts and no accounts: they change what a message
/// does, never what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue {
    /// The language of the conversation so far.
    pub locale: Option<Locale>,
    /// The question that waits for an answer.
    pub asked: Option<AskedFor>,
    /// The names of the person's payees, in lower case. A text that names one of them names that payee, by
    /// closeness: «Lalo» for «primo lalo».
    pub payees: Vec<String>,
    /// True when only the rules may read the text: the person opposed that others process what they write, an agent
    /// has the conversation, or the text was read before.
    pub rules_only: bool,
}

impl Dialogue {
    /// A dialogue in which nothing was said before.
    #[must_use]
    pub fn new(locale: Option<Locale>) -> Self {
        Self { locale, ..Self::default() }
    }
}

/// The question that waits for an answer. A text that only fills the slots asked for («50 pesos», «a mi mamá») is
/// [`super::Intent::Transfer`] while one of the first five waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedFor {
    /// The amount of a transfer.
    Amount,
    /// The payee of a transfer, or the account of a payee who is named.
    Destination,
    /// Which of several payees or amounts is meant.
    Choice,
    /// A yes to a payment.
    Confirmation,
    /// Nothing: the payment was refused just now, and can be put right («entonces 50»).
    AfterRefusal,
    /// A one-time code.
    Code,
    /// A yes to another question than a payment, such as freezing.
    YesOrNo,
    /// An answer in a questionnaire.
    FlowAnswer,
}
