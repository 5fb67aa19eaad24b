//! Challenges, their sends and their check attempts.

use crate::{crypto::CodeMac, verification::number_lookup::NumberInfo};
use crate::{messaging::NewOutbound, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, VerificationId},
    locale::Locale,
    message::{Channel, SendStatus},
    messaging::price::MessagePrice,
    phone::PhoneNumber,
    principal::Principal,
    verification::{
        AttemptRefusal, AttemptResult, SendRefusal,
        otp::{Challenge, OtpPolicy, Purpose, Recipient},
    },
};

/// A challenge to start.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    /// The challenge's id.
    pub id: VerificationId,
    /// The principal that asks.
    pub requester: Principal,
    /// The number or e-mail address to prove.
    pub to: Recipient,
    /// The channel to send the code on.
    pub channel: Channel,
    /// The purpose of the code.
    pub purpose: Purpose,
    /// The end user's network address, for rate limits; `None` when unknown.
    pub client_ip: Option<String>,
    /// The network address from which anonymous callers may check codes: the end user's, or that of the
    /// service that gave none. It is not used for rate limits.
    pub origin: Option<String>,
    /// The hosted page that starts it. The challenge is open only there: two pages of one team for one number
    /// share nothing.
    pub page: Option<PageId>,
    /// The language of the message, if one was given.
    pub locale: Option<Locale>,
    /// The fallback channels, in order.
    pub fallback: Vec<Channel>,
}

/// A request to start a challenge.
#[derive(Clone)]
pub struct BeginVerification {
    /// The challenge to start.
    pub challenge: NewChallenge,
    /// The effect that asks. The same key again gets the first answer.
    pub effect_key: Option<String>,
    /// The code and its messages, if we make the code ourselves.
    pub own: Option<OwnSend>,
    /// The code policy to apply.
    pub policy: OtpPolicy,
}

/// A request to send an open challenge's code again.
#[derive(Clone)]
pub struct BeginResend {
    /// The challenge to resend.
    pub verification: VerificationId,
    /// The channel to use.
    pub channel: Channel,
    /// The language from now on.
    pub locale: Locale,
    /// The fallback channels from now on, in order.
    pub fallback: Vec<Channel>,
    /// The effect that asks. The same key again is the same send.
    pub effect_key: Option<String>,
    /// The new code, which replaces the one before, if we make the code ourselves.
    pub own: Option<OwnSend>,
    /// The code policy to apply.
    pub policy: OtpPolicy,
}

/// A code of ours to send. Its messages go into the outbox in the challenge's transaction.
#[derive(Clone)]
pub struct OwnSend {
    /// The stored form of the code.
    pub code: OwnCode,
    /// The message that carries the code.
    pub message: NewOutbound,
    /// One message for each fallback channel, in order, for when those before don't arrive. Kept sealed until
    /// then.
    pub fallback: Vec<NewOutbound>,
}

/// What became of a request to send a code. The decision is [`StartFacts::decide`] of the domain.
///
/// [`StartFacts::decide`]: domain::verification::StartFacts::decide
#[derive(Clone, Debug)]
pub enum StartOutcome {
    /// The send is counted. Boxed, because a verification is much larger than the other variants.
    Started(Box<Verification>),
    /// The same effect asked before; its challenge.
    Repeated(Box<Verification>),
    /// The principal already has an open challenge for this recipient and purpose.
    Open(Box<Verification>),
    /// No code is sent.
    Refused(SendRefusal),
}

/// A challenge with its sends.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The challenge's id.
    pub id: VerificationId,
    /// The principal that asked.
    pub requester: Principal,
    /// The number or e-mail address to prove.
    pub to: Recipient,
    /// The channel of the newest send.
    pub channel: Channel,
    /// The purpose of the code.
    pub purpose: Purpose,
    /// The provider's id of the challenge, once it has one.
    pub provider_ref: Option<String>,
    /// Status, expiry and check attempts.
    pub challenge: Challenge,
    /// The stored form of the code, if we made it ourselves.
    pub own_code: Option<OwnCode>,
    /// The sends of its code, oldest first.
    pub sends: Vec<SendAttempt>,
    /// The network address from which anonymous callers may check codes.
    pub origin: Option<String>,
    /// The language that was asked for, if any.
    pub locale: Option<Locale>,
    /// The fallback channels, in order.
    pub fallback: Vec<Channel>,
}

/// A code of our own, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCode {
    /// Random bytes, new for each code.
    pub salt: [u8; 16],
    /// The keyed hash of the code.
    pub mac: CodeMac,
    /// The digest of the payment it is bound to; zeros when there is none.
    pub transaction_digest: [u8; 32],
}

/// One send of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendAttempt {
    /// The channel of this send.
    pub channel: Channel,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// What is known of it.
    pub status: SendStatus,
    /// What it cost, once the provider told it.
    pub price: Option<MessagePrice>,
    /// The category that the provider charges for it, once it told that.
    pub price_category: Option<String>,
}

/// The outcome of a send through a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// The provider sent the code.
    Sent {
        /// The provider's id of the challenge.
        provider_ref: String,
        /// The channel that was used in the end.
        channel: Channel,
        /// The provider's id of this one send; its price is asked by it. `None`: no price is asked.
        send_ref: Option<String>,
    },
    /// The code was not sent; the reason, safe to log.
    Failed(String),
}

/// A check attempt to reserve.
#[derive(Clone, Debug)]
pub struct AttemptRequest {
    /// The challenge to check.
    pub verification: VerificationId,
    /// The effect that submits the code. The same key again is the same check attempt.
    pub effect_key: Option<String>,
    /// The network address of an anonymous caller, whose wrong codes are counted separately.
    pub anonymous: Option<String>,
    /// True when the request has read the challenge while it was open. Then it came before any approval was
    /// answered, and the same code gets the same approval.
    pub seen_open: bool,
    /// The keyed hash of the entered code, by which it is known to be the same; `None` when its key is gone.
    pub typed: Option<[u8; 32]>,
}

/// A check attempt on a code of ours.
#[derive(Clone, Debug)]
pub struct CheckAttempt {
    /// The challenge, the effect, the caller and the entered code.
    pub attempt: AttemptRequest,
    /// The salt that the entered code was hashed with.
    pub salt: [u8; 16],
    /// The code policy to apply.
    pub policy: OtpPolicy,
}

/// What became of a check attempt on a code of ours. The decision is [`AttemptFacts::judge`] of the domain.
///
/// [`AttemptFacts::judge`]: domain::verification::AttemptFacts::judge
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptVerdict {
    /// Counted, compared and, if right, used up.
    Judged(AttemptResult),
    /// Neither counted nor compared.
    Refused(AttemptRefusal),
    /// A newer code was sent since the entered one was hashed; nothing was counted.
    Outdated,
}

/// Whether a code may be checked at its provider.
#[derive(Clone, Debug)]
pub enum ReserveAttempt {
    /// Yes; the check attempt is counted.
    Reserved(Box<AttemptTicket>),
    /// The same check attempt was settled before.
    Judged(AttemptResult),
    /// No; nothing is counted.
    Refused(AttemptRefusal),
}

/// A counted check attempt, to settle.
#[derive(Clone, Debug)]
pub struct AttemptTicket {
    /// The id of the check attempt.
    pub attempt: uuid::Uuid,
    /// The challenge it belongs to.
    pub verification: Verification,
    /// True when it was reserved before and its answer was lost. The provider may already have approved it.
    pub resumed: bool,
    /// The same as [`AttemptRequest::anonymous`].
    pub anonymous: Option<String>,
}

/// Challenges. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Verifications: Send + Sync {
    /// Stores a new challenge and counts its first send, if lock and limits allow it.
    async fn begin(&self, request: &BeginVerification, now: DateTime<Utc>) -> StoreResult<StartOutcome>;

    /// Counts another send of an open challenge, if lock, cooldown and limits allow it.
    async fn begin_resend(&self, request: &BeginResend, now: DateTime<Utc>) -> StoreResult<StartOutcome>;

    /// Sends codes of ours on their next fallback channel, if the one before failed or did not deliver in
    /// time, and deletes fallbacks that are not needed any more. Limits apply as to all sends. A recipient
    /// who opted out of a channel gets nothing on it. Each step is taken once, on any number of replicas.
    /// Returns how many were sent.
    async fn take_next_fallbacks(&self, policy: &OtpPolicy, now: DateTime<Utc>) -> StoreResult<usize>;

    /// Wipes codes that are no longer valid: their texts and their fallbacks. Returns how many.
    async fn wipe_codes(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// Stores the outcome of the newest send. A failed send uses no quota; if the first send fails, the
    /// challenge is closed. True when the check attempts on the provider's challenge are already used up, by
    /// this or an older challenge of ours. Then a new code is needed.
    async fn record_send(
        &self,
        id: VerificationId,
        result: &SendResult,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Cancels an open challenge; no code is accepted any more.
    async fn close(&self, id: VerificationId) -> StoreResult<()>;

    /// Counts a check attempt before the code is checked. Check attempts count per challenge of the provider,
    /// which several challenges of ours may share.
    async fn take_attempt(&self, request: &AttemptRequest, now: DateTime<Utc>)
    -> StoreResult<ReserveAttempt>;

    /// Counts a check attempt on a code of ours, compares it and uses the code up, in one transaction. A
    /// wrong code is committed too.
    async fn judge_attempt(&self, request: &CheckAttempt, now: DateTime<Utc>) -> StoreResult<AttemptVerdict>;

    /// True while another check attempt on this challenge is in progress; a late provider approval may belong
    /// to it.
    async fn has_concurrent_attempts(
        &self,
        verification: VerificationId,
        attempt: Option<uuid::Uuid>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// True if another check attempt brings the same code, and is in progress or approved the challenge.
    async fn has_twin(&self, ticket: &AttemptTicket, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Until when a number is locked for this principal after wrong codes; `None` when it is not locked.
    async fn lock_of(
        &self,
        requester: &Principal,
        to: &Recipient,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;

    /// Settles a counted check attempt: approval, count of failures, lock. Only one check attempt approves a
    /// challenge, and none does after it is settled otherwise; others in progress with the same code get its result. The last wrong one ends the challenge once no
    /// other is in progress.
    async fn settle_attempt(
        &self,
        ticket: &AttemptTicket,
        right: bool,
        policy: &OtpPolicy,
        now: DateTime<Utc>,
    ) -> StoreResult<AttemptResult>;

    /// Gives back a check attempt that the provider never checked.
    async fn return_attempt(&self, ticket: &AttemptTicket) -> StoreResult<()>;

    /// The challenge with that id.
    async fn find(&self, id: VerificationId) -> StoreResult<Option<Verification>>;

    /// A principal's newest open challenge for a recipient, for that purpose, or for any when `None`.
    /// Challenges of hosted pages are left out.
    async fn find_open(
        &self,
        requester: &Principal,
        to: &Recipient,
        purpose: Option<Purpose>,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>>;

    /// The newest open challenge for a recipient and purpose that was started from that network address.
    /// Challenges of hosted pages are left out.
    async fn find_open_from(
        &self,
        origin: &str,
        to: &Recipient,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>>;

    /// Stores the result of a number lookup.
    async fn log_lookup(&self, phone: &PhoneNumber, info: &NumberInfo, now: DateTime<Utc>)
    -> StoreResult<()>;
}
