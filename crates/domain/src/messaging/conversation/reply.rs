//! Replies by name. The words are in the message catalogues, one for each language.

mod buttons;
mod data_texts;
mod payee_texts;
mod texts;

use super::{
    ConfirmationPrompt, PastReceipt, PayeeList, PayeeOption, Question, Receiving, Spending, Statement, StepUp,
};
use crate::{
    message::Channel,
    messaging::{
        flow::Prompt,
        intent::{Intent, Topic},
    },
    money::{
        Money,
        limits::{LimitExceeded, LimitsLeft},
    },
    privacy::Obstacle,
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
    /// The question was not understood; what can be asked.
    QuestionNotUnderstood,
    /// The text was not understood; the wishes that it was nearest to.
    DidYouMean(Vec<Intent>),
    /// A short answer about the service.
    Answer(Answer),
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
    /// Asks for a yes to freezing, or to no more messages.
    YesOrNo(Question),
    /// A no to such a question: everything stays as it was.
    AsItWas,
    /// The money is frozen; how it is thawed.
    Frozen {
        /// Whether the person gets no other messages.
        is_opted_out: bool,
    },
    /// This number or chat belongs to nobody whose money could be frozen.
    NothingToFreeze,
    /// Words for each of the things that «borra mis datos» may mean.
    WhichDataWish,
    /// A copy or an erasure needs a code, and there is no number to send it to.
    DataNeedsNumber,
    /// What stands in the way of the erasure.
    ErasureInTheWay(Vec<Obstacle>),
    /// When the person is erased, and how to take it back.
    ErasureDue(String),
    /// The erasure is taken back.
    ErasureTakenBack,
    /// No erasure was asked for.
    NoErasure,
    /// The link that downloads the person's data.
    ExportLink(String),
    /// The payment can't be made because the money is frozen.
    MoneyIsFrozen,
    /// An agent will write; how to come back.
    HandedOff,
    /// The engine answers again, because the agent is done.
    Released,
    /// The engine answers again, because the person asked for it.
    BotIsBack,
    /// The problem was noted; an agent will write.
    ProblemNoted,
    /// The sender's address is no number; they are asked to share theirs.
    NumberNeeded,
    /// The chat is bound to this user, masked.
    ChatBound(String),
    /// The link code is used, expired or unknown.
    LinkCodeGone,
    /// A code was sent on this channel; how to answer.
    CodeSent(Channel),
    /// A code is expected; how to give it, and how to get another one.
    CodeWaits,
    /// What the code is for.
    CodeReason,
    /// The request that waited for the code is dropped.
    RequestDropped,
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
    /// Lines of the statement.
    Statement(Statement),
    /// A sum of payments.
    Spending(Spending),
    /// A receipt of before; `None` when no payment fits.
    PastReceipt(Option<PastReceipt>),
    /// How others pay the person.
    Receiving(Receiving),
    /// What is left of the limits.
    Limits(LimitsLeft),
    /// The payees that are remembered.
    Payees(PayeeList),
    /// No payee has that name; those with the nearest names, to choose from.
    UnknownPayee {
        /// The name as written.
        name: String,
        /// The payees with the nearest names; empty when none is near.
        nearest: Vec<PayeeOption>,
    },
    /// The payee has another name; how to undo it.
    PayeeRenamed {
        /// The name so far.
        before: String,
        /// The payee, with its new name.
        payee: PayeeOption,
    },
    /// Asks for the new name of this payee.
    AskNewName(String),
    /// The new name of a payee can't be used.
    BadPayeeName,
    /// The payee with this name is forgotten.
    PayeeForgotten(String),
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
    /// Asks which of several payees is meant.
    WhichPayee(Vec<PayeeOption>),
    /// The destination is no valid account.
    BadDestination,
    /// The destination has this many digits, and a CLABE has 18.
    DigitsMissing(usize),
    /// The destination is the person's own.
    OwnAccount,
    /// Nobody proved this phone number; asks for another way.
    RecipientNotFound,
    /// The confirmation prompt: «¿Confirmas?»
    ConfirmationPrompt(ConfirmationPrompt),
    /// The text is neither a clear yes nor a no; repeats the open prompt in one line.
    PromptWaits(ConfirmationPrompt),
    /// Answers a question about the open prompt, and repeats it.
    AboutPrompt {
        /// The open prompt.
        prompt: ConfirmationPrompt,
        /// What was asked about it.
        topic: Topic,
    },
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
        /// The folio, which can be read out.
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

/// A short answer about the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To thanks, a laugh, a heart.
    Welcome,
    /// To a goodbye.
    Goodbye,
    /// Who answers here.
    Bot,
    /// What a payment costs.
    Fees,
    /// When a payment arrives.
    Arrival,
    /// How money is sent.
    Sending,
    /// How to get no more messages.
    OptOut,
    /// What freezing does.
    Freezing,
    /// What codes are for.
    Codes,
    /// What a CLABE is.
    Clabe,
    /// That money is not exchanged.
    Currencies,
}

impl Text {
    /// A text without values.
    const fn plain(id: &'static str) -> Self {
        Self { id, args: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, Arg::Text(value.into())));
        self
    }

    fn with_money(self, name: &'static str, money: Money) -> Self {
        self.with(name, money.grouped())
    }

    fn with_number(mut self, name: &'static str, value: i64) -> Self {
        self.args.push((name, Arg::Number(value)));
        self
    }
}
