//! The ledger: accounts, transfers, entries, limits, idempotency. The only authority on balances.

use crate::{
    messaging::NewOutbound, pagination::PageRequest, store_error::StoreResult, verification::OwnCode,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Currency, Money,
        ledger::{Decision, Outcome, PostTransfer, Refusal, ReverseTransfer},
        limits::{Limits, Spent},
        transfer::{Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    phone::PhoneNumber,
    verification::otp::OtpPolicy,
};

/// The code a filed transfer waits for, kept and sent in the transaction that files it.
#[derive(Clone)]
pub struct SecondStep {
    /// The challenge.
    pub verification: VerificationId,
    /// Whose number it goes to.
    pub phone: PhoneNumber,
    /// Its hash.
    pub code: OwnCode,
    /// The message that bears it.
    pub message: NewOutbound,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Guesses allowed.
    pub attempts_max: u32,
}

/// A request to move money, with all that commits along with it.
#[derive(Clone)]
pub struct PostRequest {
    /// What the fold decides on.
    pub command: PostTransfer,
    /// Its second step, where it needs one.
    pub second_step: Option<SecondStep>,
    /// The name under which the destination is remembered, once paid.
    pub payee: Option<String>,
    /// Who does it.
    pub actor: Actor,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostOutcome {
    /// What was decided, now or the first time.
    pub decision: Decision,
    /// What the payer has left, where money moved now.
    pub balance_after: Option<Money>,
}

/// A request to give a transfer back, with all that commits along with it.
#[derive(Clone)]
pub struct ReverseRequest {
    /// The transfer to give back.
    pub original: TransferId,
    /// What the fold decides on.
    pub command: ReverseTransfer,
    /// Who does it.
    pub actor: Actor,
}

/// How money that is held for a transfer goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldVerdict {
    /// It has been handed over to whoever carries it out: from now on it does not lapse by itself.
    Submit,
    /// It has gone: the transfer is completed.
    Capture,
    /// It stays: the transfer becomes `status` (failed, canceled, expired), for this reason.
    Void {
        /// What the transfer becomes.
        status: TransferStatus,
        /// Why, where a rule of the books says it.
        refusal: Option<Refusal>,
    },
    /// Nobody knows: the hold stays until somebody does.
    Unknown,
}

/// What came of a verdict on a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldOutcome {
    /// Done, now or by the same verdict before: the transfer as it stands.
    Settled(Box<Transfer>),
    /// The transfer is past that: as it stands.
    TooLate(Box<Transfer>),
    /// There is no such transfer.
    NotFound,
}

/// A wallet to open.
#[derive(Clone, Debug)]
pub struct OpenWallet {
    /// Its id.
    pub id: WalletId,
    /// Whose.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// Its kind, in the owner's words: `cash`, `savings`.
    pub kind: String,
    /// What it is kept in.
    pub currency: Currency,
    /// The caller's key; where he gave none, one that only this request has.
    pub key: IdempotencyKey,
    /// Over the fields the caller supplied.
    pub fingerprint: Fingerprint,
    /// Who does it.
    pub actor: Actor,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// Opened now.
    Opened(WalletView),
    /// Opened before, under the same key.
    Replayed(WalletView),
    /// The key stands for another request.
    KeyReused,
    /// There is no such person.
    NoSuchUser,
}

/// A code for a filed transfer.
#[derive(Clone)]
pub struct ConfirmTransfer {
    /// Which.
    pub transfer: TransferId,
    /// Its challenge.
    pub verification: VerificationId,
    /// The hash of what was typed; `None` when its key is gone, which counts as wrong.
    pub mac: Option<[u8; 32]>,
    /// The effect that guesses: a repeated one is the same guess.
    pub effect_key: Option<String>,
    /// The limits in force.
    pub limits: Limits,
    /// The calendar day on which it counts.
    pub day: NaiveDate,
    /// The numbers in force.
    pub policy: OtpPolicy,
    /// The name under which the destination is remembered, once paid.
    pub payee: Option<String>,
    /// Who does it.
    pub actor: Actor,
}

/// What came of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// Right: the transfer as it stands now, completed or failed for its refusal.
    Decided {
        /// The transfer.
        transfer: Box<Transfer>,
        /// What the payer has left, where money moved.
        balance_after: Option<Money>,
    },
    /// Wrong; so many guesses left.
    WrongCode {
        /// Guesses left.
        attempts_remaining: u32,
    },
    /// The effect's key stands for another guess.
    KeyReused,
    /// The code is used, spent or expired.
    CodeGone,
    /// The number is locked until then.
    Locked(DateTime<Utc>),
    /// It was completed before: asked again after success.
    AlreadyDone(Box<Transfer>),
    /// It is not waiting for a code: canceled, expired.
    NotWaiting(Box<Transfer>),
    /// There is no such transfer.
    NotFound,
}

/// A wallet as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletView {
    /// Its id.
    pub id: WalletId,
    /// Whose.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// Its kind, in the owner's words: `cash`, `savings`.
    pub kind: String,
    /// Posted balance.
    pub posted: Money,
    /// What can be spent of it.
    pub available: Money,
}

/// A line of a wallet's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Its number in the account: later ones are higher.
    pub version: i64,
    /// Signed.
    pub amount: Money,
    /// The balance after it.
    pub balance_after: Money,
    /// The transfer it belongs to, as it stands.
    pub transfer: Transfer,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which of a wallet's entries: those from `from` on and before `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The instant behind the last.
    pub until: Option<DateTime<Utc>>,
}

/// Which transfers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Only those this caller made.
    pub caller: Option<String>,
    /// Only those of this person's money.
    pub owner: Option<UserId>,
}

/// Something in the books that can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerViolation {
    /// Which rule is broken.
    pub rule: String,
    /// Where.
    pub subject: String,
}

/// The ledger. Every method is one transaction; `post` may share its with other callers'.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Decides requests in order: lock, look, fold, write, commit. One answer for each.
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>>;

    /// Judges a code and, if it is right, consumes it and posts the transfer, at once. A wrong guess
    /// is counted though nothing moves.
    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome>;

    /// Gives a completed transfer back, in whole or in part. `None`: there is no such transfer.
    async fn reverse(&self, request: &ReverseRequest, now: DateTime<Utc>)
    -> StoreResult<Option<PostOutcome>>;

    /// Carries out a verdict on the money held for a transfer.
    async fn settle_hold(
        &self,
        transfer: TransferId,
        verdict: &HoldVerdict,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldOutcome>;

    /// Opens a wallet, once for each key.
    async fn open_wallet(&self, request: &OpenWallet, now: DateTime<Utc>) -> StoreResult<OpenOutcome>;

    /// Withdraws a transfer that waits. `None`: there is none; otherwise as it stands after.
    async fn cancel(
        &self,
        id: TransferId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Transfer>>;

    /// Ends waiting transfers whose time is over, and gives back what is held for those that were never
    /// handed over; how many.
    async fn expire(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// A transfer by its id.
    async fn find_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>>;

    /// The states a transfer has passed through, oldest first.
    async fn transfer_history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>>;

    /// What stands under a key, so that a repeated request can be answered without deciding anew.
    async fn find_outcome(&self, key: &IdempotencyKey) -> StoreResult<Option<(Fingerprint, Outcome)>>;

    /// Transfers, newest first.
    async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>>;

    /// Wallets, oldest first; of one person, or of all.
    async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>>;

    /// A wallet by its id.
    async fn find_wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>>;

    /// What a person has sent from all his wallets of a currency, as it counts on `day`.
    async fn spent(&self, user: UserId, currency: Currency, day: NaiveDate) -> StoreResult<Spent>;

    /// A person's first wallet in a currency.
    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>>;

    /// A wallet's entries, newest first; `after` is an entry's version.
    async fn entries(
        &self,
        wallet: WalletId,
        filter: EntryFilter,
        page: &PageRequest,
    ) -> StoreResult<Vec<EntryView>>;

    /// Checks every rule of the books.
    async fn verify(&self) -> StoreResult<Vec<LedgerViolation>>;
}
