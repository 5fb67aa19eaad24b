//! The dialogue as a pure state machine: (state, event, facts) → (state, effects).
//!
//! A use case carries the effects out and feeds what came of them back as events, until none is left.
//! One engine serves every channel; texts are named here and live in the message catalogues.

mod flows;
mod pending;
mod rate;
mod reply;
mod step;
#[cfg(test)]
mod tests;
mod understood;

pub use rate::RateWindow;
pub use reply::{Arg, Button, Say, Text};

use crate::{
    account_number::AccountNumber,
    consent::ConsentStatus,
    flow::{CompletedFlow, FlowBook, FlowRun},
    ids::{CardId, TransferId, UserId, VerificationId},
    intent::{NamedDestination, Understanding},
    limits::LimitExceeded,
    locale::Locale,
    message::Channel,
    money::{Currency, Money},
    phone::{PhoneNumber, Region},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Version of the stored form of [`Conversation`]; readers accept the one before too.
pub const STATE_VERSION: i32 = 1;

/// How long a kept request waits for its code.
pub const WISH_TTL: Duration = Duration::minutes(10);

/// How long a card can be answered.
pub const CARD_TTL: Duration = Duration::minutes(5);

/// Misunderstandings in a row after which a person is called.
pub const MISUNDERSTOOD_MAX: u32 = 3;

/// Everything remembered of one talk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The language last spoken, once it could be told.
    pub locale: Option<Locale>,
    /// Who is known to be speaking.
    pub session: Session,
    /// The question that waits for an answer.
    pub pending: Option<Pending>,
    /// Misunderstandings in a row.
    pub misunderstood: u32,
    /// Until when people have the talk, and the engine is silent but for money and STOP.
    pub handed_off_until: Option<DateTime<Utc>>,
    /// Messages counted against the sender's limit.
    pub rate: RateWindow,
    /// Calls for help, counted apart: they are heard above the limit, though not without end.
    pub help_rate: RateWindow,
    /// The number he shared, where his address is none: codes go to it.
    #[serde(default)]
    pub number: Option<PhoneNumber>,
    /// The flow that was spoken of last, and where it stands.
    #[serde(default)]
    pub flow: Option<FlowRun>,
    /// Others that were begun, one of each at most: they wait where they stood.
    #[serde(default)]
    pub flows_aside: Vec<FlowRun>,
}

/// Who is known to be speaking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// Nobody has proved anything.
    #[default]
    Anonymous,
    /// A code is on its way.
    AwaitingCode {
        /// Its challenge.
        verification: VerificationId,
        /// What was wanted; runs by itself once the code is right. The newest only.
        wish: Option<Wish>,
    },
    /// His address is no number; he was asked to share his.
    AwaitingNumber {
        /// What was wanted; goes on once there is a number to prove.
        wish: Option<Wish>,
    },
    /// The number is proved.
    Open {
        /// Whose it is.
        user: UserId,
        /// When it was proved.
        since: DateTime<Utc>,
    },
}

/// A request kept until the number is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// What is wanted.
    pub what: Wanted,
    /// When it was asked.
    pub at: DateTime<Utc>,
}

/// Something personal, for which the number must be proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// To know the balance.
    Balance,
    /// To see what came and went.
    Movements,
    /// To send money.
    Transfer(Draft),
    /// Just to be known.
    Nothing,
}

/// A transfer as far as it has been said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// How much.
    pub amount: Option<Money>,
    /// To whom.
    pub destination: Option<NamedDestination>,
    /// The name under which the destination is to be remembered.
    pub payee: Option<String>,
    /// What for.
    pub concept: Option<String>,
}

/// A question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// Something is missing of a transfer.
    Draft(Draft),
    /// «¿Confirmas?»
    Card(Card),
    /// The code that lets a payment through.
    StepUp(StepUp),
}

/// A transfer put before the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its id: the payment's idempotency key.
    pub id: CardId,
    /// How much.
    pub amount: Money,
    /// Where to.
    pub account: AccountNumber,
    /// Whom the payer called so.
    pub payee: Option<String>,
    /// What for.
    pub concept: Option<String>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

/// A payment that waits for its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The payment.
    pub transfer: TransferId,
    /// How much.
    pub amount: Money,
    /// Where to, masked.
    pub destination: String,
    /// Whom the payer called so: remembered once it is paid.
    #[serde(default)]
    pub payee: Option<String>,
    /// How the code was sent.
    pub channel: Channel,
}

/// What somebody sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
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
    /// Nothing: people at the desk take the talk over, or give it back.
    Desk(DeskOrder),
    /// A picture, a place, a voice note, or something we don't know.
    Other(String),
}

/// What people at the desk do with a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskOrder {
    /// They answer from now on.
    TakeOver,
    /// The engine answers again.
    GiveBack,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Somebody sent something.
    Said(Said),
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
    Movements(Vec<Movement>),
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
pub struct Movement {
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

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a reply.
    Say(Say),
    /// Have a text understood.
    Understand(String),
    /// Send a code to the sender's number, unless one is still good.
    StartVerification,
    /// Send the code again, or a new one when the old is spent.
    ResendCode(VerificationId),
    /// Check a code.
    CheckCode {
        /// Against which challenge.
        verification: VerificationId,
        /// The digits. Never log them.
        code: String,
    },
    /// Read a person's balance.
    ReadBalance(UserId),
    /// Read a person's newest movements.
    ListMovements(UserId),
    /// Look a draft over.
    Prepare {
        /// Whose money.
        user: UserId,
        /// What is wanted.
        draft: Draft,
    },
    /// Pay what a card says.
    Pay {
        /// Whose money.
        user: UserId,
        /// The card.
        card: Card,
    },
    /// Let a waiting payment through.
    ConfirmPayment {
        /// Which.
        transfer: TransferId,
        /// The digits. Never log them.
        code: String,
        /// Whom to remember, when it is paid.
        payee: Option<String>,
    },
    /// Withdraw a waiting payment.
    CancelPayment(TransferId),
    /// Bind this chat to whoever made the link's code.
    BindChat(String),
    /// Write down that the sender opted out or in.
    RecordConsent(ConsentStatus),
    /// Call a person.
    HandOff,
    /// Keep the answers of a flow that was gone through, once.
    SaveAnswers(CompletedFlow),
}

/// What the machine may know beyond its own state.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Now.
    pub now: DateTime<Utc>,
    /// Whether we may write to the sender.
    pub consent: ConsentStatus,
    /// Whether the sender's address is a phone number, so that a code can be sent to it.
    pub has_number: bool,
    /// Whose chat this is, where a person has bound it to himself: he needs no code in it.
    pub bound: Option<UserId>,
    /// The currency of an amount that names none.
    pub default_currency: Currency,
    /// How long a proved number stays proved.
    pub session_ttl: Duration,
    /// Messages a sender may write in a minute.
    pub messages_per_minute: u32,
    /// How long people keep a talk that was handed to them.
    pub handoff_for: Duration,
    /// The id of the card that this step may make.
    pub new_card: CardId,
    /// The day it is where days are counted.
    pub today: NaiveDate,
    /// The country of the sender's number, else the one at home.
    pub region: Region,
    /// The flows at hand.
    pub flows: Arc<FlowBook>,
}

impl Conversation {
    /// Who speaks, as long as the session lasts.
    #[must_use]
    pub fn user(&self, facts: &Facts) -> Option<UserId> {
        if facts.bound.is_some() {
            return facts.bound;
        }
        match self.session {
            Session::Open { user, since } if facts.now.signed_duration_since(since) < facts.session_ttl => {
                Some(user)
            }
            _ => None,
        }
    }
}
