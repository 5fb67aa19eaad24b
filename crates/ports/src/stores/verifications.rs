//! Challenges, their sends and their guesses.

use super::StoreResult;
use crate::{crypto::CodeMac, number_lookup::NumberFacts};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::VerificationId,
    message::Channel,
    otp::{Challenge, OtpPolicy, Purpose},
    phone::PhoneNumber,
};

/// Who asked for a challenge; nobody else sees it or may guess at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// A team.
    Client(String),
    /// The talk with that sender.
    Chat(String),
}

impl Requester {
    /// The form it is stored in: `client:<id>`, `chat:<conversation>`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Client(id) => format!("client:{id}"),
            Self::Chat(conversation) => format!("chat:{conversation}"),
        }
    }

    /// Reads the form it is stored in.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("client", id) => Some(Self::Client(id.to_owned())),
            ("chat", conversation) => Some(Self::Chat(conversation.to_owned())),
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
    /// Whose number.
    pub phone: PhoneNumber,
    /// How the code shall go.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// The end user's address, where there is one to be limited by.
    pub client_ip: Option<String>,
}

/// A request to begin.
#[derive(Clone, Debug)]
pub struct BeginVerification {
    /// What is asked for.
    pub challenge: NewChallenge,
    /// The effect that asks: asked again under the same name, the first answer stands.
    pub effect_key: Option<String>,
    /// The numbers in force.
    pub policy: OtpPolicy,
}

/// Whether a code may be sent.
#[derive(Clone, Debug)]
pub enum Begin {
    /// Yes, and the send is counted. Boxed: a verification is much larger than a lock.
    Go(Box<Verification>),
    /// This very request was made before.
    Repeated(Box<Verification>),
    /// The requester has one open for this number and purpose.
    Open(Box<Verification>),
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// Too many codes; the next may go out then.
    TooMany(DateTime<Utc>),
}

/// A challenge as it stands.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Who asked.
    pub requester: String,
    /// Whose number.
    pub phone: PhoneNumber,
    /// How the code went last.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// The provider's name for it, once it has one.
    pub provider_sid: Option<String>,
    /// Its counted part.
    pub challenge: Challenge,
    /// The hash of a code of our own, where it is one.
    pub own_code: Option<OwnCode>,
    /// Its sends, oldest first.
    pub sends: Vec<SendAttempt>,
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
    /// What the provider said: `sent`, or why not.
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
pub struct TakeGuess {
    /// At which challenge.
    pub verification: VerificationId,
    /// The effect that guesses: a repeated one is the same guess.
    pub effect_key: Option<String>,
}

/// Whether a guess may be looked at.
#[derive(Clone, Debug)]
pub enum ReserveGuess {
    /// Yes; it is counted.
    Go(Box<GuessTicket>),
    /// This very guess was judged before.
    Judged(Checked),
    /// Settled, expired or spent.
    Gone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
}

/// A counted guess, to be settled.
#[derive(Clone, Debug)]
pub struct GuessTicket {
    /// Its number.
    pub guess: uuid::Uuid,
    /// At which challenge.
    pub verification: Verification,
    /// Whether it was taken before and its answer lost: then the provider may hold it for approved.
    pub resumed: bool,
}

/// What a settled guess leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
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
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<Begin>;

    /// Counts another send of an open challenge, if lock, cooldown and limits allow.
    async fn begin_resend(
        &self,
        id: VerificationId,
        channel: Channel,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Begin>;

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

    /// When the next code of that purpose may go to a number; none: now. Codes for payments are counted
    /// apart from all others.
    async fn send_wait(
        &self,
        phone: &PhoneNumber,
        purpose: Purpose,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;

    /// Counts a guess before it is looked at. Guesses count for the provider's challenge, whichever
    /// challenges of ours share it.
    async fn take_guess(&self, request: &TakeGuess, now: DateTime<Utc>) -> StoreResult<ReserveGuess>;

    /// Settles a counted guess: approval, count of failures, lock.
    async fn settle_guess(
        &self,
        ticket: &GuessTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<Checked>;

    /// Gives a guess back that the provider never looked at.
    async fn return_guess(&self, ticket: &GuessTicket) -> StoreResult<()>;

    /// A challenge by its id.
    async fn find(&self, id: VerificationId) -> StoreResult<Option<Verification>>;

    /// The newest open challenge of a requester for a number.
    async fn find_open(
        &self,
        requester: &Requester,
        phone: &PhoneNumber,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>>;

    /// Writes down what a lookup said.
    async fn log_lookup(
        &self,
        phone: &PhoneNumber,
        facts: &NumberFacts,
        now: DateTime<Utc>,
    ) -> StoreResult<()>;
}
