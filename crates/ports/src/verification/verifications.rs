//! Challenges, their sends and their guesses.

use crate::{crypto::CodeMac, verification::number_lookup::NumberInfo};
use crate::{messaging::NewOutbound, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    message::Channel,
    phone::PhoneNumber,
    verification::otp::{Challenge, OtpPolicy, Purpose, Recipient, SendLimit},
};

/// Who asked for a challenge; nobody else sees it or may guess at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// A team.
    Client(String),
    /// The talk with that sender.
    Chat(String),
    /// A person whose account it is about.
    User(UserId),
    /// Somebody at that address who has not said who he is. What he sends and gets wrong is counted apart,
    /// so that he exhausts and locks nobody else.
    Anonymous(String),
}

impl Requester {
    /// The form it is stored in: `client:<id>`, `chat:<conversation>`, `user:<id>`, `anonymous:<address>`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Client(id) => format!("client:{id}"),
            Self::Chat(conversation) => format!("chat:{conversation}"),
            Self::User(id) => format!("user:{id}"),
            Self::Anonymous(address) => format!("anonymous:{address}"),
        }
    }

    /// The address of somebody who has not said who he is.
    #[must_use]
    pub fn anonymous(&self) -> Option<&str> {
        match self {
            Self::Anonymous(address) => Some(address),
            Self::Client(_) | Self::Chat(_) | Self::User(_) => None,
        }
    }

    /// Reads the form it is stored in.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("client", id) => Some(Self::Client(id.to_owned())),
            ("chat", conversation) => Some(Self::Chat(conversation.to_owned())),
            ("user", id) => id.parse().ok().map(Self::User),
            ("anonymous", address) => Some(Self::Anonymous(address.to_owned())),
            _ => None,
        }
    }
}

/// A challenge as asked for.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    /// Its id.
    pub id: VerificationId,
    /// Who asks.
    pub requester: Requester,
    /// What it proves.
    pub to: Recipient,
    /// How the code shall go.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// The end user's address, where there is one to be limited by.
    pub client_ip: Option<String>,
    /// The address whose anonymous callers may guess at it: the end user's, or that of the service that
    /// named none. It limits nothing.
    pub origin: Option<String>,
    /// The page it is begun on. Only there it goes on: pages of one team for one number are strangers.
    pub page: Option<PageId>,
    /// In which language, where somebody said.
    pub locale: Option<Locale>,
    /// By which other ways it may go, in order.
    pub fallback: Vec<Channel>,
}

/// A request to begin.
#[derive(Clone)]
pub struct BeginVerification {
    /// What is asked for.
    pub challenge: NewChallenge,
    /// The effect that asks: asked again under the same name, the first answer stands.
    pub effect_key: Option<String>,
    /// The code and what bears it, where it is one of ours.
    pub own: Option<OwnSend>,
    /// The numbers in force.
    pub policy: OtpPolicy,
}

/// A request to send an open challenge's code again.
#[derive(Clone)]
pub struct BeginResend {
    /// Which.
    pub verification: VerificationId,
    /// How.
    pub channel: Channel,
    /// In which language from now on.
    pub locale: Locale,
    /// By which other ways from now on, in order.
    pub fallback: Vec<Channel>,
    /// The effect that asks: asked again under the same name, it is the same send.
    pub effect_key: Option<String>,
    /// The new code, which replaces the one before, where it is one of ours.
    pub own: Option<OwnSend>,
    /// The numbers in force.
    pub policy: OtpPolicy,
}

/// A code of ours on its way. Its messages go into the outbox with the challenge, or not at all.
#[derive(Clone)]
pub struct OwnSend {
    /// How it is kept.
    pub code: OwnCode,
    /// What bears it.
    pub message: NewOutbound,
    /// The ways it goes one after the other where those before did not arrive. Sealed and held until then.
    pub fallback: Vec<NewOutbound>,
}

/// Whether a code may be sent.
#[derive(Clone, Debug)]
pub enum StartDecision {
    /// Yes, and the send is counted. Boxed: a verification is much larger than a lock.
    Go(Box<Verification>),
    /// This very request was made before.
    Repeated(Box<Verification>),
    /// The requester has one open for this number and purpose.
    Open(Box<Verification>),
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// Too many codes of that kind; the next may go out then.
    TooMany(SendLimit, DateTime<Utc>),
    /// The breaker is open, and nobody has said who asks; he may ask again then.
    Suspended(DateTime<Utc>),
}

/// A challenge as it stands.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Who asked.
    pub requester: String,
    /// What it proves.
    pub to: Recipient,
    /// How the code went last.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// The provider's name for it, once it has one.
    pub provider_ref: Option<String>,
    /// Its counted part.
    pub challenge: Challenge,
    /// The hash of a code of our own, where it is one.
    pub own_code: Option<OwnCode>,
    /// Its sends, oldest first.
    pub sends: Vec<SendAttempt>,
    /// The address whose anonymous callers may guess at it.
    pub origin: Option<String>,
    /// In which language it was asked for, where somebody said.
    pub locale: Option<Locale>,
    /// By which other ways its code may go, in order.
    pub fallback: Vec<Channel>,
}

/// A code of our own, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCode {
    /// Random per challenge.
    pub salt: [u8; 16],
    /// The keyed hash.
    pub mac: CodeMac,
    /// The payment it is bound to.
    pub transaction_digest: [u8; 32],
}

/// One send of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendAttempt {
    /// How.
    pub channel: Channel,
    /// When.
    pub at: DateTime<Utc>,
    /// How far it came: `sending`, `sent`, `failed`; of a code of ours as far as its message has come.
    pub status: String,
}

/// What came of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// It went out under the provider's name for the challenge.
    Sent {
        /// The name.
        sid: String,
        /// How it went in the end.
        channel: Channel,
    },
    /// It did not; in words fit for a log.
    Failed(String),
}

/// A guess that wants to be taken.
#[derive(Clone, Debug)]
pub struct AttemptRequest {
    /// At which challenge.
    pub verification: VerificationId,
    /// The effect that guesses: a repeated one is the same guess.
    pub effect_key: Option<String>,
    /// The address of somebody who has not said who he is: his wrong guesses are counted apart.
    pub anonymous: Option<String>,
}

/// A guess at a code of ours.
#[derive(Clone, Debug)]
pub struct CheckAttempt {
    /// At which challenge, by whom.
    pub attempt: AttemptRequest,
    /// The salt that the typed code was hashed with.
    pub salt: [u8; 16],
    /// The hash of what was typed; none where its key is gone.
    pub typed: Option<[u8; 32]>,
    /// The numbers in force.
    pub policy: OtpPolicy,
}

/// The word on a guess at a code of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptVerdict {
    /// Counted, compared and, if right, used up.
    Judged(AttemptResult),
    /// Settled, expired or spent.
    Gone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// Another code has been sent since it was hashed: nothing was counted.
    Outdated,
}

/// Whether a guess may be looked at.
#[derive(Clone, Debug)]
pub enum ReserveAttempt {
    /// Yes; it is counted.
    Go(Box<AttemptTicket>),
    /// This very guess was judged before.
    Judged(AttemptResult),
    /// Settled, expired or spent.
    Gone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
}

/// A counted guess, to be settled.
#[derive(Clone, Debug)]
pub struct AttemptTicket {
    /// Its number.
    pub attempt: uuid::Uuid,
    /// At which challenge.
    pub verification: Verification,
    /// Whether it was taken before and its answer lost: then the provider may hold it for approved.
    pub resumed: bool,
    /// As in [`AttemptRequest::anonymous`].
    pub anonymous: Option<String>,
}

/// What a settled guess leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptResult {
    /// Whether it was right.
    pub approved: bool,
    /// Guesses left.
    pub attempts_remaining: u32,
    /// Until when the number is locked, where this guess locked it.
    pub locked_until: Option<DateTime<Utc>>,
}

/// The challenges. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Verifications: Send + Sync {
    /// Counts a new challenge and its first send, if lock and limits allow.
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<StartDecision>;

    /// Counts another send of an open challenge, if lock, cooldown and limits allow.
    async fn begin_resend(&self, request: &BeginResend, now: DateTime<Utc>) -> StoreResult<StartDecision>;

    /// Has codes of ours go out by their next way where the one before failed or was not delivered in
    /// time, and drops the ways that are not needed any more. They are sends like all others: limits hold, and who has
    /// opted out of a way meanwhile gets nothing by it. Each step is taken once, whoever looks. How many went out.
    async fn take_next_fallbacks(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> StoreResult<usize>;

    /// Wipes what is left of codes that are worth nothing any more; how many.
    async fn wipe_codes(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// Writes down what came of the newest send. A failed one costs no quota; a challenge whose first
    /// send failed is closed. True when the guesses at the provider's challenge of that name are spent
    /// already, by this or an older challenge of ours: then the code must be a new one.
    async fn record_send(
        &self,
        id: VerificationId,
        result: &SendResult,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Closes a challenge that nobody shall guess at any more.
    async fn close(&self, id: VerificationId) -> StoreResult<()>;

    /// When the next code that lets a payment through may go to a number; none: now. They are counted apart from
    /// all others.
    async fn payment_code_wait(
        &self,
        phone: &PhoneNumber,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;

    /// Counts a guess before it is looked at. Guesses count for the provider's challenge, whichever
    /// challenges of ours share it.
    async fn take_attempt(&self, request: &AttemptRequest, now: DateTime<Utc>)
    -> StoreResult<ReserveAttempt>;

    /// Counts a guess at a code of ours, compares it and uses the code up, in one transaction, which stands
    /// for a wrong guess as well.
    async fn judge_attempt(&self, request: &CheckAttempt, now: DateTime<Utc>) -> StoreResult<AttemptVerdict>;

    /// Whether guesses at a challenge are still looked at, other than that one: then an approval that the provider tells of
    /// afterwards may be theirs.
    async fn has_concurrent_attempts(
        &self,
        verification: VerificationId,
        attempt: Option<uuid::Uuid>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Until when a number is locked for whoever asks, after wrong guesses; none: it is not.
    async fn lock_of(
        &self,
        requester: &Requester,
        to: &Recipient,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;

    /// Settles a counted guess: approval, count of failures, lock. One guess of a challenge approves it, and none once it is
    /// settled otherwise. The last wrong one ends it as soon as no other is looked at.
    async fn settle_attempt(
        &self,
        ticket: &AttemptTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<AttemptResult>;

    /// Gives a guess back that the provider never looked at.
    async fn return_attempt(&self, ticket: &AttemptTicket) -> StoreResult<()>;

    /// A challenge by its id.
    async fn find(&self, id: VerificationId) -> StoreResult<Option<Verification>>;

    /// The newest open challenge of a requester for a number or an address, for that purpose or for any. Those
    /// of pages are not among them.
    async fn find_open(
        &self,
        requester: &Requester,
        to: &Recipient,
        purpose: Option<Purpose>,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>>;

    /// The newest open challenge for a number and purpose that was begun from that address, and on no page.
    async fn find_open_from(
        &self,
        origin: &str,
        to: &Recipient,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>>;

    /// Writes down what a lookup said.
    async fn log_lookup(
        &self,
        phone: &PhoneNumber,
        facts: &NumberInfo,
        now: DateTime<Utc>,
    ) -> StoreResult<()>;
}
