//! Erasures of people: asked for, taken back, carried out step by step.

use crate::{accounts::MfaProof, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::UserId,
    operations::audit::Actor,
    privacy::{ErasureStep, Obstacle, Receipt},
};

/// A wish to be erased.
#[derive(Clone)]
pub struct AskErasure {
    /// The person to erase.
    pub user: UserId,
    /// The person's proof, checked; it is used up. `None` when staff ask, or a code in the person's chat proved it.
    pub proof: Option<MfaProof>,
    /// When it is to be carried out.
    pub execute_at: DateTime<Utc>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasureAsked {
    /// It will be carried out then. Who asks again gets the first time.
    Due(DateTime<Utc>),
    /// It can't be: these stand in the way.
    InTheWay(Vec<Obstacle>),
    /// The proof proves nothing any more.
    NoProof,
    /// There is no such person, or they are erased.
    NoSuchPerson,
}

/// The outcome of taking an erasure back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// It is not carried out.
    Done,
    /// None was asked for, or it is being carried out already.
    NothingToTakeBack,
    /// There is no such person.
    NoSuchPerson,
}

/// How far an erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasurePhase {
    /// It can be taken back.
    Asked,
    /// It has begun, and ends in any case.
    Begun,
    /// All steps are done.
    Done,
}

/// An erasure as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The person.
    pub user: UserId,
    /// How far it is.
    pub phase: ErasurePhase,
    /// When it is carried out, or was to be.
    pub execute_at: DateTime<Utc>,
    /// The receipt, when it is done.
    pub receipt: Option<Receipt>,
}

/// On which terms an erasure begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureTerms {
    /// The person asked for it and its time has come: one that was taken back since is none any more.
    Due,
    /// Staff order it now.
    AtOnce,
    /// Whatever stands in the way: it was done before the database was restored.
    Again,
}

/// Who begins an erasure, and on which terms.
#[derive(Clone, Debug)]
pub struct BeginErasure {
    /// The person to erase.
    pub user: UserId,
    /// On which terms.
    pub terms: ErasureTerms,
    /// The actor for the audit rows.
    pub actor: Actor,
}

/// The outcome of beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It has begun, now or before.
    Begun,
    /// It was done before.
    Done(Receipt),
    /// It can't begin: these stand in the way. What was asked for is withdrawn.
    InTheWay(Vec<Obstacle>),
    /// None is due: it was taken back, or put off.
    NotDue,
    /// There is no such person.
    NoSuchPerson,
}

/// What one call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// A part of this step; more is to be done.
    Part(ErasureStep),
    /// All steps are done.
    Done(Receipt),
    /// There is no erasure that has begun.
    NotBegun,
}

/// An erasure, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// The person.
    pub user: UserId,
    /// True if it has begun or is done. False: it was asked for, and can be taken back.
    pub has_begun: bool,
    /// When it is carried out, or was.
    pub execute_at: DateTime<Utc>,
}

/// Erasures. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Erasures: Send + Sync {
    /// Notes a wish to be erased, unless something stands in the way.
    async fn ask_erasure(&self, request: &AskErasure, now: DateTime<Utc>) -> StoreResult<ErasureAsked>;

    /// Withdraws a wish that has not begun.
    async fn take_erasure_back(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<TakenBack>;

    /// What stands in the way of a person's erasure. It decides nothing: `begin_erasure` looks again under its locks.
    async fn erasure_obstacles(&self, user: UserId) -> StoreResult<Vec<Obstacle>>;

    /// A person's erasure, if one was asked for.
    async fn find_erasure(&self, user: UserId) -> StoreResult<Option<Erasure>>;

    /// People whose erasure is due or has begun, the oldest first; at most `most`.
    async fn due_erasures(&self, most: i64, now: DateTime<Utc>) -> StoreResult<Vec<UserId>>;

    /// Begins an erasure, unless something stands in the way: decided under the locks of the person's wallets, which
    /// are closed in the same transaction.
    async fn begin_erasure(&self, request: &BeginErasure, now: DateTime<Utc>) -> StoreResult<Begun>;

    /// Does the next part of an erasure that has begun. Parts are bounded, and each commits by itself.
    async fn advance_erasure(&self, user: UserId, actor: &Actor, now: DateTime<Utc>)
    -> StoreResult<Advanced>;

    /// All erasures, by the person's id, after `after`; at most 500.
    async fn erasure_journal(&self, after: Option<UserId>) -> StoreResult<Vec<JournalEntry>>;

    /// After a restore: of what was asked for before `made_at`, what counts is what the journal of that time says. What
    /// was taken back is not carried out.
    async fn restore_wishes(
        &self,
        asked: &[JournalEntry],
        made_at: DateTime<Utc>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<()>;

    /// Destroys what the law no longer keeps of erased people: their money keys, and their kept identity. Returns of how
    /// many people, a batch at a time.
    async fn end_kept(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// What the law keeps of an erased person's identity, opened for an administrator with a reason, as JSON. The audit
    /// log notes it. `None`: nothing is kept, or its time is over.
    async fn open_blocked(
        &self,
        user: UserId,
        reason: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<String>>;
}
