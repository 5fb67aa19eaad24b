//! The ledger: accounts, transfers, entries, limits, idempotency. The only authority on balances.

use super::{NewOutbound, OwnCode, StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    audit::Actor,
    idempotency::{Fingerprint, IdempotencyKey},
    ids::{TransferId, UserId, VerificationId, WalletId},
    ledger::{Decision, Outcome, PostTransfer},
    limits::Limits,
    money::{Currency, Money},
    otp::OtpPolicy,
    phone::PhoneNumber,
    transfer::{Transfer, TransferStatus},
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

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many at most.
    pub limit: i64,
    /// Behind which one, by the id of the last seen.
    pub after: Option<String>,
}

/// Which transfers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Only those this caller made.
    pub caller: Option<String>,
}

/// Something in the books that can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFault {
    /// Which rule is broken.
    pub rule: String,
    /// Where.
    pub subject: String,
}

/// The ledger. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Decides requests in order: lock, look, fold, write, commit. One answer for each.
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>>;

    /// Judges a code and, if it is right, consumes it and posts the transfer, at once. A wrong guess
    /// is counted though nothing moves.
    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome>;

    /// Withdraws a transfer that waits. `None`: there is none; otherwise as it stands after.
    async fn cancel(
        &self,
        id: TransferId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Transfer>>;

    /// Ends waiting transfers whose time is over; how many.
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

    /// A person's first wallet in a currency.
    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>>;

    /// A wallet's entries, newest first; `after` is an entry's version.
    async fn entries(&self, wallet: WalletId, page: &PageRequest) -> StoreResult<Vec<EntryView>>;

    /// Checks every rule of the books.
    async fn verify(&self) -> StoreResult<Vec<LedgerFault>>;
}
