//! What is said, by name. The words live in `locales/`, one catalogue a language.

use super::{ConfirmationPrompt, StatementLine, StepUp};
use crate::{
    message::Channel,
    messaging::flow::Prompt,
    money::{Money, limits::LimitExceeded},
};

/// A value within a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// As it is.
    Text(String),
    /// A number, so that plurals come out right.
    Number(i64),
}

/// A text of the catalogue, with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its name in the catalogue.
    pub id: &'static str,
    /// Its values by name.
    pub args: Vec<(&'static str, Arg)>,
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What comes back when it is pressed.
    pub id: String,
    /// What stands on it.
    pub title: Text,
}

/// Everything the engine can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Hello, and what one can ask.
    Greeting,
    /// What one can ask, and how to stop.
    Help,
    /// Not understood; examples.
    NotUnderstood,
    /// Pictures, places and the like can't be read here.
    UnsupportedKind,
    /// Too many messages in a minute.
    TooManyMessages,
    /// No more messages; how to come back.
    OptedOut,
    /// Welcome back.
    OptedIn,
    /// A yes or no with nothing pending.
    NothingPending,
    /// A code with none asked for.
    NoCodePending,
    /// A person will write.
    HandedOff,
    /// A problem was taken down; a person will write.
    ProblemNoted,
    /// The sender's address is no number: he is asked to share his.
    NumberNeeded,
    /// This chat is that person's now, masked.
    ChatBound(String),
    /// The link's code is used, expired, or none of ours.
    LinkCodeGone,
    /// A code is on its way; how to answer.
    CodeSent,
    /// The code sent before is still good.
    CodeStillGood,
    /// A new send must wait.
    ResendTooSoon(i64),
    /// Locked for so many minutes.
    Locked(i64),
    /// Too many codes; come back in so many minutes.
    TooManyCodes(i64),
    /// This number takes no codes.
    NotReachable,
    /// The code could not be sent or checked now.
    CodeUnavailable,
    /// Wrong; so many guesses left.
    CodeWrong(u32),
    /// Expired or spent: ask for another.
    CodeGone,
    /// Right; the request runs now.
    CodeRight,
    /// Right, and nothing was waiting.
    Verified,
    /// The balance, and what can be spent where that differs.
    Balance {
        /// All there is.
        posted: Money,
        /// What can be spent.
        available: Money,
    },
    /// The newest movements.
    Movements(Vec<StatementLine>),
    /// How much?
    AskAmount,
    /// One of two readings?
    WhichAmount {
        /// The separator read as thousands.
        thousands: Money,
        /// Read as a decimal point.
        decimal: Money,
    },
    /// The amount can't be sent.
    BadAmount,
    /// To whom?
    AskDestination,
    /// Nobody is known by that name: to which account?
    AskAccountOf(String),
    /// That is no account.
    BadDestination,
    /// «¿Confirmas?»
    ConfirmationPrompt(ConfirmationPrompt),
    /// What was said is neither a clear yes nor a no to it: what waits, in one line.
    PromptWaits(ConfirmationPrompt),
    /// The card's time is over.
    PromptExpired,
    /// Called off.
    TransferCanceled,
    /// A code is needed for this payment, and how it was sent.
    StepUp(StepUp),
    /// A yes is not enough: the code.
    StepUpWaits(StepUp),
    /// The payment can't be confirmed any more.
    StepUpGone,
    /// Done: the receipt.
    Receipt {
        /// How much.
        amount: Money,
        /// Where to, masked.
        destination: String,
        /// The folio.
        folio: String,
        /// What is left.
        balance: Money,
    },
    /// On its way.
    Processing {
        /// How much.
        amount: Money,
        /// Where to, masked.
        destination: String,
    },
    /// Less is available.
    InsufficientFunds(Money),
    /// A limit stands in the way.
    LimitExceeded(LimitExceeded),
    /// The payee is new and can be paid in so many minutes.
    NewPayee(i64),
    /// The chat was bound a short time ago; money moves from it in so many minutes.
    ChatTooNew(i64),
    /// No wallet in that currency.
    NoWallet(String),
    /// It can't be sent so.
    TransferRefused,
    /// What a flow says: its words are its own, not the catalogue's.
    Flow(Prompt),
    /// A flow was left; the word that starts it again.
    FlowLeft(String),
    /// The edition of a flow that somebody began with is not at hand; the word that starts the one that is.
    FlowGone(Option<String>),
}

fn text(id: &'static str) -> Text {
    Text { id, args: Vec::new() }
}

impl Text {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, Arg::Text(value.into())));
        self
    }

    fn with_number(mut self, name: &'static str, value: i64) -> Self {
        self.args.push((name, Arg::Number(value)));
        self
    }
}

impl Reply {
    /// The texts to send, one line or paragraph each.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        match self {
            Self::Greeting => vec![text("greeting")],
            Self::Help => vec![text("help")],
            Self::NotUnderstood => vec![text("not-understood")],
            Self::UnsupportedKind => vec![text("unsupported-kind")],
            Self::TooManyMessages => vec![text("too-many-messages")],
            Self::OptedOut => vec![text("opted-out")],
            Self::OptedIn => vec![text("opted-in")],
            Self::NothingPending => vec![text("nothing-pending")],
            Self::NoCodePending => vec![text("no-code-pending")],
            Self::HandedOff => vec![text("handed-off")],
            Self::ProblemNoted => vec![text("problem-noted")],
            Self::NumberNeeded => vec![text("number-needed")],
            Self::ChatBound(whose) => vec![text("chat-bound").with("whose", whose.clone())],
            Self::LinkCodeGone => vec![text("link-code-gone")],
            Self::CodeSent => vec![text("code-sent")],
            Self::CodeStillGood => vec![text("code-still-good")],
            Self::ResendTooSoon(seconds) => vec![text("resend-too-soon").with_number("seconds", *seconds)],
            Self::Locked(minutes) => vec![text("locked").with_number("minutes", *minutes)],
            Self::TooManyCodes(minutes) => vec![text("too-many-codes").with_number("minutes", *minutes)],
            Self::NotReachable => vec![text("not-reachable")],
            Self::CodeUnavailable => vec![text("code-unavailable")],
            Self::CodeWrong(left) => vec![text("code-wrong").with_number("left", i64::from(*left))],
            Self::CodeGone => vec![text("code-gone")],
            Self::CodeRight => vec![text("code-right")],
            Self::Verified => vec![text("verified")],
            Self::Balance { posted, available } if posted == available => {
                vec![text("balance").with("posted", posted.to_string())]
            }
            Self::Balance { posted, available } => vec![
                text("balance").with("posted", posted.to_string()),
                text("balance-available").with("available", available.to_string()),
            ],
            Self::Movements(movements) => movement_texts(movements),
            Self::AskAmount => vec![text("ask-amount")],
            Self::WhichAmount { thousands, decimal } => vec![
                text("which-amount")
                    .with("thousands", thousands.to_string())
                    .with("decimal", decimal.to_string()),
            ],
            Self::BadAmount => vec![text("bad-amount")],
            Self::AskDestination => vec![text("ask-destination")],
            Self::AskAccountOf(name) => vec![text("ask-account-of").with("name", name.clone())],
            Self::BadDestination => vec![text("bad-destination")],
            Self::ConfirmationPrompt(prompt) => prompt_texts(prompt),
            Self::PromptWaits(prompt) => prompt_waits_texts(prompt),
            Self::PromptExpired => vec![text("card-expired")],
            Self::TransferCanceled => vec![text("transfer-canceled")],
            Self::StepUp(step) => vec![step_up("step-up", step), text(code_by(step.channel))],
            Self::StepUpWaits(step) => vec![step_up("step-up-waits", step)],
            Self::StepUpGone => vec![text("step-up-gone")],
            Self::Receipt { amount, destination, folio, balance } => vec![
                text("receipt")
                    .with("amount", amount.to_string())
                    .with("destination", destination.clone())
                    .with("folio", folio.clone())
                    .with("balance", balance.to_string()),
            ],
            Self::Processing { amount, destination } => {
                vec![
                    text("processing")
                        .with("amount", amount.to_string())
                        .with("destination", destination.clone()),
                ]
            }
            Self::InsufficientFunds(available) => {
                vec![text("insufficient-funds").with("available", available.to_string())]
            }
            Self::LimitExceeded(limit) => vec![text(match limit {
                LimitExceeded::PerTransfer => "limit-per-transfer",
                LimitExceeded::PerDay => "limit-per-day",
                LimitExceeded::PerMonth => "limit-per-month",
                LimitExceeded::NumberReplaced { .. } => "limit-number-replaced",
                LimitExceeded::NewPayee { .. } | LimitExceeded::LeftToReverse => "transfer-refused",
            })],
            Self::NewPayee(minutes) => vec![text("limit-new-payee").with_number("minutes", *minutes)],
            Self::ChatTooNew(minutes) => vec![text("limit-chat-new").with_number("minutes", *minutes)],
            Self::NoWallet(currency) => vec![text("no-wallet").with("currency", currency.clone())],
            Self::TransferRefused => vec![text("transfer-refused")],
            Self::Flow(prompt) => vec![text("flow-text").with("text", prompt.text.clone())],
            Self::FlowLeft(word) => vec![text("flow-left").with("word", word.clone())],
            Self::FlowGone(None) => vec![text("flow-gone")],
            Self::FlowGone(Some(word)) => vec![text("flow-gone-again").with("word", word.clone())],
        }
    }

    /// What stands on the button that shares the person's number, where it asks for that.
    #[must_use]
    pub fn number_button(&self) -> Option<Text> {
        matches!(self, Self::NumberNeeded).then(|| text("button-share-number"))
    }

    /// The buttons under it, where it asks for one of a few answers.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        let button = |id: String, title: Text| Button { id, title };
        match self {
            Self::ConfirmationPrompt(prompt) | Self::PromptWaits(prompt) => vec![
                button(format!("yes:{}", prompt.id), text("button-yes")),
                button(format!("no:{}", prompt.id), text("button-no")),
            ],
            Self::WhichAmount { thousands, decimal } => [thousands, decimal]
                .map(|m| button(format!("amount:{m}"), text("button-amount").with("amount", m.to_string())))
                .into(),
            Self::Flow(prompt) => {
                let title = |title: &String| text("button-flow").with("title", title.clone());
                prompt.buttons.iter().map(|(id, shown)| button(id.clone(), title(shown))).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn step_up(id: &'static str, step: &StepUp) -> Text {
    text(id).with("amount", step.amount.to_string()).with("destination", step.destination.clone())
}

const fn code_by(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "code-by-email",
        _ => "code-by-sms",
    }
}

fn prompt_texts(prompt: &ConfirmationPrompt) -> Vec<Text> {
    let amount = prompt.amount.to_string();
    let account = prompt.account.masked();
    let mut texts = vec![match &prompt.payee {
        Some(payee) => {
            text("card-payee").with("amount", amount).with("account", account).with("payee", payee.clone())
        }
        None => text("card").with("amount", amount).with("account", account),
    }];
    if let Some(concept) = &prompt.concept {
        texts.push(text("card-concept").with("concept", concept.clone()));
    }
    if prompt.account.looks_mistyped() {
        texts.push(text("card-check-number"));
    }
    texts.push(text("card-confirm"));
    texts
}

fn prompt_waits_texts(prompt: &ConfirmationPrompt) -> Vec<Text> {
    let waits = match &prompt.payee {
        Some(payee) => text("prompt-waits-payee").with("payee", payee.clone()),
        None => text("prompt-waits"),
    };
    vec![waits.with("amount", prompt.amount.to_string()).with("account", prompt.account.masked())]
}

fn movement_texts(movements: &[StatementLine]) -> Vec<Text> {
    if movements.is_empty() {
        return vec![text("movements-none")];
    }
    let line = |m: &StatementLine| {
        let sign = if m.amount.minor > 0 { "+" } else { "" };
        let concept = m.concept.as_ref().map_or(String::new(), |c| format!(" · {c}"));
        text("movement")
            .with("at", m.at.clone())
            .with("amount", format!("{sign}{}", m.amount))
            .with("counterpart", m.counterpart.clone())
            .with("concept", concept)
    };
    std::iter::once(text("movements")).chain(movements.iter().map(line)).collect()
}
