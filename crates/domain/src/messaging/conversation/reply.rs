//! Replies by name. The words are in `locales/`, one catalogue for each language.

use super::{ConfirmationPrompt, StatementLine, StepUp};
use crate::{
    message::Channel,
    messaging::flow::Prompt,
    money::{Money, limits::LimitExceeded},
};

/// A value within a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A text, shown as it is.
    Text(String),
    /// A number, so that the catalogue can choose the plural.
    Number(i64),
}

/// A text of the message catalogue, with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The name in the catalogue.
    pub id: &'static str,
    /// The values by name.
    pub args: Vec<(&'static str, Arg)>,
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The id that comes back when it is tapped.
    pub id: String,
    /// The title of the button.
    pub title: Text,
}

/// Everything that the engine can reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A greeting, with what a person can ask for.
    Greeting,
    /// What a person can ask for, and how to stop.
    Help,
    /// The text was not understood; examples.
    NotUnderstood,
    /// Pictures, places and the like can't be read here.
    UnsupportedKind,
    /// The edit of a sent message isn't read; write a new one.
    EditUnread,
    /// Too many messages in a minute.
    TooManyMessages,
    /// The person gets no more messages; how to come back.
    OptedOut,
    /// The person gets messages again.
    OptedIn,
    /// A yes or no, but no question waits.
    NothingPending,
    /// A code, but none was asked for.
    NoCodePending,
    /// An agent will write.
    HandedOff,
    /// The problem was noted; an agent will write.
    ProblemNoted,
    /// The sender's address is no number; they are asked to share theirs.
    NumberNeeded,
    /// The chat is bound to this user, masked.
    ChatBound(String),
    /// The link code is used, expired or unknown.
    LinkCodeGone,
    /// A code was sent; how to answer.
    CodeSent,
    /// The code sent before is still valid.
    CodeStillGood,
    /// A new code can be sent in so many seconds.
    ResendTooSoon(i64),
    /// The number is locked for so many minutes.
    Locked(i64),
    /// Too many codes; try again in so many minutes.
    TooManyCodes(i64),
    /// This number gets no codes.
    NotReachable,
    /// The code can't be sent or checked now.
    CodeUnavailable,
    /// The code is wrong; so many check attempts are left.
    CodeWrong(u32),
    /// The code is expired or exhausted; ask for another.
    CodeGone,
    /// The code is right; the deferred request runs now.
    CodeRight,
    /// The code is right, and no request waited.
    Verified,
    /// The balance, and the available balance when it differs.
    Balance {
        /// The posted balance.
        posted: Money,
        /// The available balance.
        available: Money,
    },
    /// The newest lines of the statement.
    Statement(Vec<StatementLine>),
    /// Asks for the amount.
    AskAmount,
    /// Asks which of two readings of an amount is meant.
    WhichAmount {
        /// The separator read as thousands.
        thousands: Money,
        /// The separator read as a decimal point.
        decimal: Money,
    },
    /// The amount can't be sent.
    BadAmount,
    /// Asks for the payee.
    AskDestination,
    /// No payee has that name; asks for the account.
    AskAccountOf(String),
    /// The destination is no valid account.
    BadDestination,
    /// The confirmation prompt: «¿Confirmas?»
    ConfirmationPrompt(ConfirmationPrompt),
    /// The text is neither a clear yes nor a no; repeats the open prompt in one line.
    PromptWaits(ConfirmationPrompt),
    /// The prompt has expired.
    PromptExpired,
    /// The transfer is canceled.
    TransferCanceled,
    /// This payment needs a step-up code; how it was sent.
    StepUp(StepUp),
    /// A yes is not enough; the payment needs its step-up code.
    StepUpWaits(StepUp),
    /// The payment can no longer be confirmed.
    StepUpGone,
    /// The payment is completed; the receipt.
    Receipt {
        /// The amount that was paid.
        amount: Money,
        /// The destination, masked.
        destination: String,
        /// The transfer's id, shown as the folio.
        folio: String,
        /// The available balance after it.
        balance: Money,
    },
    /// The payment is under way.
    Processing {
        /// The amount to be paid.
        amount: Money,
        /// The destination, masked.
        destination: String,
    },
    /// The available balance is too small; its value.
    InsufficientFunds(Money),
    /// A limit is exceeded.
    LimitExceeded(LimitExceeded),
    /// The payee is new; they can be paid in so many minutes.
    NewPayee(i64),
    /// The chat was bound recently; money can move in so many minutes.
    ChatTooNew(i64),
    /// The user has no wallet in that currency.
    NoWallet(String),
    /// The transfer is refused.
    TransferRefused,
    /// A text of a flow. Its words come from the flow, not from the catalogue.
    Flow(Prompt),
    /// The person left a flow; the trigger that starts it again.
    FlowLeft(String),
    /// The version that the person began with is not loaded; the trigger of the newest one, if there is one.
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
            Self::EditUnread => vec![text("edit-unread")],
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
            Self::Balance { posted, available } => balance_texts(*posted, *available),
            Self::Statement(lines) => statement_texts(lines),
            Self::AskAmount => vec![text("ask-amount")],
            Self::WhichAmount { thousands, decimal } => vec![which_amount(*thousands, *decimal)],
            Self::BadAmount => vec![text("bad-amount")],
            Self::AskDestination => vec![text("ask-destination")],
            Self::AskAccountOf(name) => vec![text("ask-account-of").with("name", name.clone())],
            Self::BadDestination => vec![text("bad-destination")],
            Self::ConfirmationPrompt(prompt) => prompt_texts(prompt),
            Self::PromptWaits(prompt) => prompt_waits_texts(prompt),
            Self::PromptExpired => vec![text("prompt-expired")],
            Self::TransferCanceled => vec![text("transfer-canceled")],
            Self::StepUp(step) => vec![step_up("step-up", step), text(code_by(step.channel))],
            Self::StepUpWaits(step) => vec![step_up("step-up-waits", step)],
            Self::StepUpGone => vec![text("step-up-gone")],
            Self::Receipt { amount, destination, folio, balance } => {
                vec![receipt(*amount, destination, folio, *balance)]
            }
            Self::Processing { amount, destination } => vec![processing(*amount, destination)],
            Self::InsufficientFunds(available) => vec![insufficient_funds(*available)],
            Self::LimitExceeded(limit) => vec![text(limit_id(limit))],
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

    /// The title of the button that shares the person's number, if the reply asks for it.
    #[must_use]
    pub fn number_button(&self) -> Option<Text> {
        matches!(self, Self::NumberNeeded).then(|| text("button-share-number"))
    }

    /// The buttons under the reply, if it asks for one of a few answers.
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
            text("prompt-payee").with("amount", amount).with("account", account).with("payee", payee.clone())
        }
        None => text("prompt").with("amount", amount).with("account", account),
    }];
    if let Some(concept) = &prompt.concept {
        texts.push(text("prompt-concept").with("concept", concept.clone()));
    }
    if prompt.account.looks_mistyped() {
        texts.push(text("prompt-check-number"));
    }
    texts.push(text("prompt-confirm"));
    texts
}

fn prompt_waits_texts(prompt: &ConfirmationPrompt) -> Vec<Text> {
    let waits = match &prompt.payee {
        Some(payee) => text("prompt-waits-payee").with("payee", payee.clone()),
        None => text("prompt-waits"),
    };
    vec![waits.with("amount", prompt.amount.to_string()).with("account", prompt.account.masked())]
}

/// One line, and a second one if less is available than posted.
fn balance_texts(posted: Money, available: Money) -> Vec<Text> {
    let mut lines = vec![text("balance").with("posted", posted.to_string())];
    if posted != available {
        lines.push(text("balance-available").with("available", available.to_string()));
    }
    lines
}

fn which_amount(thousands: Money, decimal: Money) -> Text {
    text("which-amount").with("thousands", thousands.to_string()).with("decimal", decimal.to_string())
}

fn receipt(amount: Money, destination: &str, folio: &str, balance: Money) -> Text {
    text("receipt")
        .with("amount", amount.to_string())
        .with("destination", destination.to_owned())
        .with("folio", folio.to_owned())
        .with("balance", balance.to_string())
}

fn processing(amount: Money, destination: &str) -> Text {
    text("processing").with("amount", amount.to_string()).with("destination", destination.to_owned())
}

fn insufficient_funds(available: Money) -> Text {
    text("insufficient-funds").with("available", available.to_string())
}

const fn limit_id(limit: &LimitExceeded) -> &'static str {
    match limit {
        LimitExceeded::PerTransfer => "limit-per-transfer",
        LimitExceeded::PerDay => "limit-per-day",
        LimitExceeded::PerMonth => "limit-per-month",
        LimitExceeded::NumberReplaced { .. } => "limit-number-replaced",
        LimitExceeded::NewPayee { .. } | LimitExceeded::LeftToReverse => "transfer-refused",
    }
}

fn statement_texts(lines: &[StatementLine]) -> Vec<Text> {
    if lines.is_empty() {
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
    std::iter::once(text("movements")).chain(lines.iter().map(line)).collect()
}
