//! What happens in a talk: what was sent, and what came of what was to be done.

use super::StepUp;
use crate::{
    ids::{TransferId, UserId, VerificationId},
    messaging::intent::Understanding,
    money::{Currency, Money, account_number::AccountNumber, limits::LimitExceeded},
    phone::PhoneNumber,
};
use serde::{Deserialize, Serialize};

/// What somebody sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundContent {
    /// Words.
    Text(String),
    /// A press of one of our buttons.
    Button {
        /// Its id, as we gave it out.
        id: String,
        /// Its title, as it was shown.
        title: String,
    },
    /// A reaction to a message: needs no answer.
    Reaction,
    /// The sender's own number, which he shared and his channel vouches for.
    OwnNumber(PhoneNumber),
    /// The code of a link that led here (`/start CODE`): whoever made it is to be bound to this chat.
    LinkCode(String),
    /// Nothing: the channel says that somebody else may hold this address now (a changed identity or number).
    IdentityChanged,
    /// Nothing: people at the desk take the talk over, or give it back.
    AgentCommand(AgentCommand),
    /// A picture, a place, a voice note, or something we don't know.
    Other(String),
}

impl InboundContent {
    /// True where the sender did something: wrote, pressed, shared. Only that is answered and opens a window for
    /// replies.
    #[must_use]
    pub const fn is_by_sender(&self) -> bool {
        !matches!(self, Self::AgentCommand(_) | Self::IdentityChanged)
    }
}

/// What people at the desk do with a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentCommand {
    /// They answer from now on.
    TakeOver,
    /// The engine answers again.
    GiveBack,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Somebody sent something.
    Received(InboundContent),
    /// The parser's word on a text.
    Understood {
        /// The text.
        text: String,
        /// What was made of it.
        understanding: Understanding,
    },
    /// What came of sending a code.
    CodeSent(CodeSent),
    /// What came of checking one.
    CodeChecked(CodeChecked),
    /// The balance.
    Balance {
        /// All there is.
        posted: Money,
        /// What can be spent of it.
        available: Money,
    },
    /// The newest movements.
    Movements(Vec<StatementLine>),
    /// What came of looking a draft over.
    Prepared(Prepared),
    /// What came of a payment.
    Paid(Paid),
    /// Whose chat this is now, masked; nobody's where the link's code was not good.
    ChatBound(Option<String>),
}

/// What came of sending a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeSent {
    /// It went out.
    Sent(VerificationId),
    /// One that went out before is still good.
    StillGood(VerificationId),
    /// Not yet: the cooldown runs.
    TooSoon {
        /// The open challenge.
        verification: VerificationId,
        /// Seconds to wait.
        seconds: i64,
    },
    /// The number is locked after wrong guesses.
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// Too many codes were sent.
    TooMany {
        /// Minutes to wait.
        minutes: i64,
    },
    /// This kind of number takes no codes.
    NotReachable,
    /// The provider did not take it.
    Failed,
}

/// What came of checking a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeChecked {
    /// Right: this is who speaks.
    Approved(UserId),
    /// Wrong.
    Wrong {
        /// Guesses left.
        attempts_remaining: u32,
    },
    /// Expired, spent or withdrawn.
    Gone,
    /// The number is locked after wrong guesses.
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The provider gave no answer; the guess was given back.
    Failed,
}

/// A line of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// When, in the person's time zone: `21/11 14:05`.
    pub at: String,
    /// Signed.
    pub amount: Money,
    /// The other side, masked.
    pub counterpart: String,
    /// What for.
    pub concept: Option<String>,
}

/// What came of looking a draft over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// It can be put before the payer.
    Ready {
        /// Where it goes.
        account: AccountNumber,
    },
    /// Nobody is known by that name.
    UnknownPayee {
        /// The name.
        name: String,
    },
    /// The destination can't be read as an account.
    BadDestination,
    /// Less is available.
    InsufficientFunds {
        /// What can be spent.
        available: Money,
    },
    /// A limit stands in the way.
    LimitExceeded(LimitExceeded),
    /// There is no wallet in that currency.
    NoWallet {
        /// The currency.
        currency: Currency,
    },
}

/// What came of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paid {
    /// Done.
    Completed {
        /// The folio.
        transfer: TransferId,
        /// How much.
        amount: Money,
        /// Where to, masked.
        destination: String,
        /// What is left.
        balance: Money,
    },
    /// It waits for its code.
    CodeNeeded(StepUp),
    /// On its way; a message follows when it settles.
    Processing {
        /// How much.
        amount: Money,
        /// Where to, masked.
        destination: String,
    },
    /// Less is available.
    InsufficientFunds {
        /// What can be spent.
        available: Money,
    },
    /// A limit stands in the way.
    LimitExceeded(LimitExceeded),
    /// The payee is new and can be paid in so many minutes.
    NewPayee {
        /// How many.
        minutes: i64,
    },
    /// The chat was bound to the person too short a time ago: money moves from it in so many minutes.
    ChatTooNew {
        /// How many.
        minutes: i64,
    },
    /// The code was wrong.
    WrongCode {
        /// Guesses left.
        attempts_remaining: u32,
    },
    /// Codes for payments are locked after wrong guesses; the payment waits on, as long as it may.
    Locked {
        /// Whole minutes left.
        minutes: i64,
    },
    /// The payment can't be confirmed any more.
    Gone,
    /// It can't be sent so; nothing moved.
    Refused,
}
