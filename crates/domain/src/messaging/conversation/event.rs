//! Events of a conversation: messages, and the results of effects.

use super::{
    FreezeOutcome, PastReceipt, PayeeList, PayeeOption, PayeeOutcome, Prepared, Receiving, RequestedAction,
    Spending, Statement, StepUp,
};
use crate::{
    ids::{UserId, VerificationId},
    message::Channel,
    messaging::intent::Understanding,
    money::{
        Money,
        limits::{LimitExceeded, LimitsLeft},
    },
    phone::PhoneNumber,
    principal::Principal,
    privacy::Obstacle,
};
use serde::{Deserialize, Serialize};

/// The content of an inbound message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundContent {
    /// A written text.
    Text(String),
    /// A tap on one of our buttons.
    Button {
        /// The button's id, as we sent it.
        id: String,
        /// The button's title, as it was shown.
        title: String,
    },
    /// A reaction to a message. It needs no reply.
    Reaction,
    /// The new text of a message that was sent before. It is kept for agents, and no wish is read from it.
    Edited(String),
    /// The sender's own number, which they shared and the channel confirms.
    OwnNumber(PhoneNumber),
    /// The code of a link that opened this chat (`/start CODE`). The person who made it is bound to this
    /// chat.
    LinkCode(String),
    /// Nothing is written: the channel says that another person may hold this address now (changed identity
    /// or number).
    IdentityChanged,
    /// Nothing is written: an agent takes over or releases the conversation.
    AgentCommand {
        /// What the agent orders.
        command: AgentCommand,
        /// The agent, for the audit log.
        by: Principal,
    },
    /// Nothing is written: the time for which messages were held is over.
    HoldEnded,
    /// A picture, a place, a voice note, or an unknown kind.
    Other(String),
}

impl InboundContent {
    /// True when the sender did something: wrote, tapped, shared. Only that gets a reply and opens the
    /// 24-hour window.
    #[must_use]
    pub const fn is_by_sender(&self) -> bool {
        !matches!(self, Self::AgentCommand { .. } | Self::IdentityChanged | Self::HoldEnded)
    }
}

/// What an agent orders for a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentCommand {
    /// The agent answers from now on.
    TakeOver,
    /// The engine answers again.
    Release,
}

/// One event that a step handles.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an event lives for one step, and there are few at a time")]
pub enum Event {
    /// The sender's message, or an agent's command.
    Received(InboundContent),
    /// The parser's reading of a text.
    Understood {
        /// The parsed text.
        text: String,
        /// Intent, language and slots.
        understanding: Understanding,
    },
    /// The parser's readings of a text that may continue the messages that are held.
    UnderstoodTogether {
        /// The newest text.
        text: String,
        /// The reading of the newest text alone.
        alone: Understanding,
        /// The reading of all held texts and this one as one message.
        together: Understanding,
    },
    /// The result of sending a code.
    CodeSent(CodeSent),
    /// The result of sending the code of a payment again.
    PaymentCodeSent(CodeSent),
    /// The result of checking a code.
    CodeChecked(CodeChecked),
    /// The balance of the user's wallet.
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
    /// The newest receipt that fits; `None` when there is none.
    Receipt(Option<PastReceipt>),
    /// How others pay the person.
    Receiving(Receiving),
    /// What is left of the person's limits.
    Limits(LimitsLeft),
    /// The payees that are remembered, newest first.
    Payees(PayeeList),
    /// Several payees fit the name in a request that moves no money.
    WhichPayee {
        /// The request.
        request: RequestedAction,
        /// The payees that fit.
        options: Vec<PayeeOption>,
    },
    /// The result of renaming or forgetting a payee.
    PayeeChanged(PayeeOutcome),
    /// What stands in the way of the person's erasure; nothing: it can be asked for.
    ErasureChecked(Vec<Obstacle>),
    /// The result of asking for an erasure.
    ErasureNoted(ErasureNoted),
    /// Whether an erasure was taken back. False: none was asked for.
    ErasureTakenBack(bool),
    /// The address of the link that downloads the person's data. `None`: it can't be made.
    ExportNoted(Option<String>),
    /// The result of freezing the person's money.
    Frozen(FreezeOutcome),
    /// The result of checking a draft.
    Prepared(Prepared),
    /// The result of a payment.
    Paid(Paid),
    /// The masked user whose chat this is now; `None` when the link code was not valid.
    ChatBound(Option<String>),
}

/// The result of sending a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeSent {
    /// The code was sent on this channel.
    Sent(VerificationId, Channel),
    /// An earlier code is still valid.
    StillGood(VerificationId),
    /// Not sent: the cooldown has not passed.
    TooSoon {
        /// The open challenge.
        verification: VerificationId,
        /// Seconds to wait.
        seconds: i64,
    },
    /// The number is locked after wrong codes.
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// Too many codes were sent.
    TooMany {
        /// Minutes to wait.
        minutes: i64,
    },
    /// This line type gets no codes.
    NotReachable,
    /// The provider refused it or gave no answer.
    Failed,
}

/// The result of checking a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeChecked {
    /// The code is right; the user behind the number.
    Approved(UserId),
    /// The code is wrong.
    Wrong {
        /// The check attempts that are left.
        attempts_remaining: u32,
    },
    /// The challenge is expired, exhausted or canceled.
    Gone,
    /// The number is locked after wrong codes.
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The provider gave no answer; the check attempt was given back.
    Failed,
}

/// The result of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paid {
    /// The payment is completed.
    Completed {
        /// The folio of the transfer, which can be read out.
        folio: String,
        /// The amount that was paid.
        amount: Money,
        /// The destination, masked.
        destination: String,
        /// The available balance after it.
        balance: Money,
    },
    /// The payment waits for its step-up code.
    CodeNeeded(StepUp),
    /// The payment is under way; a message follows when it settles.
    Processing {
        /// The amount to be paid.
        amount: Money,
        /// The destination, masked.
        destination: String,
    },
    /// The available balance is too small.
    InsufficientFunds {
        /// The available balance.
        available: Money,
    },
    /// A limit is exceeded.
    LimitExceeded(LimitExceeded),
    /// The payee is new; the cool-off has not passed.
    NewPayee {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The chat was bound recently; the cool-off has not passed.
    ChatTooNew {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The step-up code is wrong.
    WrongCode {
        /// The check attempts that are left.
        attempts_remaining: u32,
    },
    /// Step-up codes are locked after wrong codes. The payment keeps waiting until it expires.
    Locked {
        /// Whole minutes left.
        minutes: i64,
    },
    /// The payment can no longer be confirmed.
    Gone,
    /// The payer's money is frozen.
    Frozen,
    /// The destination is a phone number that nobody proved.
    RecipientNotFound,
    /// The payment is refused; no money moved.
    Refused,
}

/// What became of a wish to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasureNoted {
    /// It will be carried out then, as people read it.
    Due(String),
    /// These stand in the way.
    InTheWay(Vec<Obstacle>),
    /// The person is erased already.
    NoSuchPerson,
}
