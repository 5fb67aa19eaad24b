//! The ledger: accounts, transfers, entries, limits, idempotency. No balance exists anywhere else.

use crate::{
    messaging::NewOutbound, pagination::PageRequest, store_error::StoreResult, verification::OwnCode,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        counterpart::Counterpart,
        ledger::{Decision, Outcome, PostTransfer, Refusal, ReverseTransfer},
        limits::{Limits, Spent},
        transfer::{OffUsSettlement, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::OtpPolicy,
};

/// The step-up code that a filed transfer waits for. It is stored and sent in the transaction that files it.
#[derive(Clone)]
pub struct StepUpChallenge {
    /// The id of the challenge.
    pub verification: VerificationId,
    /// The number that the code goes to.
    pub phone: PhoneNumber,
    /// The keyed hash of the code.
    pub code: OwnCode,
    /// The message that carries the code.
    pub message: NewOutbound,
    /// From when the code is refused.
    pub expires_at: DateTime<Utc>,
    /// The code policy to apply.
    pub policy: OtpPolicy,
}

/// A transfer to post, with everything that commits with it.
#[derive(Clone)]
pub struct PostRequest {
    /// What the ledger's fold decides on.
    pub command: PostTransfer,
    /// The step-up code, if the transfer needs one.
    pub step_up_challenge: Option<StepUpChallenge>,
    /// The name under which the destination becomes a payee, once paid.
    pub payee: Option<String>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The answer to a transfer request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostOutcome {
    /// The decision, made now or under the same key before.
    pub decision: Decision,
    /// The payer's available balance after it; `None` when no money moved now.
    pub balance_after: Option<Money>,
}

/// A reversal to post, with everything that commits with it.
#[derive(Clone)]
pub struct ReverseRequest {
    /// The transfer to reverse.
    pub original: TransferId,
    /// What the ledger's fold decides on.
    pub command: ReverseTransfer,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What becomes of the money held for a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldVerdict {
    /// The transfer was handed over to the bank. From now on the hold doesn't expire by itself.
    Submit,
    /// The money has left: the transfer is completed.
    Capture,
    /// The money stays: the transfer becomes `status` (failed, canceled, expired).
    Void {
        /// The transfer's new status.
        status: TransferStatus,
        /// The ledger's reason, if a rule of the ledger refused it.
        refusal: Option<Refusal>,
    },
    /// The outcome is unknown. The hold stays until it is known.
    Unknown,
}

/// The outcome of a verdict on a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldOutcome {
    /// The verdict is applied, now or earlier; the transfer after it.
    Settled(Box<Transfer>),
    /// The transfer is already past that state; its present form.
    TooLate(Box<Transfer>),
    /// There is no such transfer.
    NotFound,
}

/// A wallet to open.
#[derive(Clone, Debug)]
pub struct OpenWallet {
    /// The wallet's id.
    pub id: WalletId,
    /// The user who owns it.
    pub user: UserId,
    /// The wallet's name.
    pub name: String,
    /// The kind, in the owner's words: `cash`, `savings`.
    pub kind: String,
    /// The currency of its balance.
    pub currency: Currency,
    /// The maximum of wallets that the user may have, this one included.
    pub wallets_max: u32,
    /// The idempotency key. If the request has none, a key that no other request has.
    pub key: IdempotencyKey,
    /// The fingerprint of the fields that were sent.
    pub fingerprint: Fingerprint,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of opening a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The wallet is opened now.
    Opened(WalletView),
    /// It was opened before, under the same key.
    Replayed(WalletView),
    /// The key belongs to a request with another fingerprint.
    KeyReused,
    /// There is no such user.
    NoSuchUser,
    /// The user has as many wallets as they may.
    TooMany,
}

/// A step-up code for a filed transfer.
#[derive(Clone)]
pub struct ConfirmTransfer {
    /// The transfer to confirm.
    pub transfer: TransferId,
    /// The challenge of its code.
    pub verification: VerificationId,
    /// The hash of the entered code. `None`: its key is gone, which counts as a wrong code.
    pub mac: Option<[u8; 32]>,
    /// The effect that submits the code. The same key again is the same check attempt.
    pub effect_key: Option<String>,
    /// The limits to apply.
    pub limits: Limits,
    /// The calendar day that the amount counts for.
    pub day: NaiveDate,
    /// The code policy to apply.
    pub policy: OtpPolicy,
    /// How a transfer to an account outside the platform is carried out.
    pub off_us: OffUsSettlement,
    /// The name under which the destination becomes a payee, once paid.
    pub payee: Option<String>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of a step-up code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// The code is right; the transfer is completed, held for an outside bank, or failed with a refusal.
    Decided {
        /// The transfer after the decision.
        transfer: Box<Transfer>,
        /// The payer's available balance after it; `None` when no money moved.
        balance_after: Option<Money>,
    },
    /// The code is wrong and was counted.
    WrongCode {
        /// The check attempts that are left.
        attempts_remaining: u32,
    },
    /// The effect key belongs to another check attempt.
    KeyReused,
    /// The code is used, exhausted or expired.
    CodeGone,
    /// The number is locked until that time.
    Locked(DateTime<Utc>),
    /// The transfer was completed before, or is on its way to an outside bank; this is a repeated request.
    AlreadyDone(Box<Transfer>),
    /// The transfer doesn't wait for a code: it is canceled or expired.
    NotWaiting(Box<Transfer>),
    /// There is no such transfer.
    NotFound,
}

/// A wallet with its balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletView {
    /// The wallet's id.
    pub id: WalletId,
    /// The user who owns it.
    pub user: UserId,
    /// The wallet's name.
    pub name: String,
    /// The kind, in the owner's words: `cash`, `savings`.
    pub kind: String,
    /// The posted balance.
    pub posted: Money,
    /// The available balance: posted less open holds.
    pub available: Money,
}

/// A line of a wallet's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// The entry's number in the ledger account; later entries have higher numbers.
    pub version: i64,
    /// The signed amount; a debit is negative.
    pub amount: Money,
    /// The posted balance after this entry.
    pub balance_after: Money,
    /// The transfer it belongs to, in its present form.
    pub transfer: Transfer,
    /// Who is on the other side.
    pub counterpart: Counterpart,
    /// When it was posted.
    pub at: DateTime<Utc>,
}

/// The period of a statement: from `from` on, and before `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// The first instant; `None` for no lower bound.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after the period; `None` for no upper bound.
    pub until: Option<DateTime<Utc>>,
}

/// Which transfers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Only those that this principal requested; `None` for all.
    pub caller: Option<Principal>,
    /// Only those that move this user's money; `None` for all.
    pub owner: Option<UserId>,
    /// Only those in that status; `None` for all.
    pub status: Option<TransferStatus>,
}

/// Whom an account number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A wallet of the platform.
    Wallet {
        /// The wallet that the money enters.
        id: WalletId,
        /// The user who owns it.
        owner: UserId,
    },
    /// An account outside the platform.
    Outside,
    /// A number that can only mean a wallet here, and means none: a phone number that nobody proved, or whose
    /// owner has no wallet in the currency. Nothing can be paid to it.
    Nobody,
}

/// A broken rule of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerViolation {
    /// The rule that is broken.
    pub rule: String,
    /// The account or transfer that breaks it.
    pub subject: String,
}

/// The ledger. Every method is one transaction; `post` may share its transaction with other callers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Decides requests in order: lock, load, fold, write, commit. One answer for each.
    async fn post(&self, requests: &[PostRequest], now: DateTime<Utc>) -> StoreResult<Vec<PostOutcome>>;

    /// Checks a code. If it is right, consumes it and posts the transfer in the same transaction. A wrong
    /// code is counted although no money moves.
    async fn confirm(&self, request: &ConfirmTransfer, now: DateTime<Utc>) -> StoreResult<ConfirmOutcome>;

    /// Reverses a completed transfer, in whole or in part. `None`: there is no such transfer.
    async fn reverse(&self, request: &ReverseRequest, now: DateTime<Utc>)
    -> StoreResult<Option<PostOutcome>>;

    /// Applies a verdict to the money held for a transfer.
    async fn settle_hold(
        &self,
        transfer: TransferId,
        verdict: &HoldVerdict,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<HoldOutcome>;

    /// Opens a wallet, once for each idempotency key.
    async fn open_wallet(&self, request: &OpenWallet, now: DateTime<Utc>) -> StoreResult<OpenOutcome>;

    /// Cancels a transfer that waits. `None`: there is no such transfer. Otherwise its form after the call.
    async fn cancel(
        &self,
        id: TransferId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Transfer>>;

    /// Expires transfers that waited too long, and voids the holds of those that were never handed over.
    /// Returns how many.
    async fn expire(&self, now: DateTime<Utc>) -> StoreResult<usize>;

    /// The transfer with that id.
    async fn find_transfer(&self, id: TransferId) -> StoreResult<Option<Transfer>>;

    /// The statuses of a transfer with their times, oldest first.
    async fn transfer_history(&self, id: TransferId) -> StoreResult<Vec<(TransferStatus, DateTime<Utc>)>>;

    /// The outcome that is stored under a key, so that a repeated request gets it again without a new
    /// decision.
    async fn find_outcome(&self, key: &IdempotencyKey) -> StoreResult<Option<Outcome>>;

    /// Transfers that match the filter, newest first.
    async fn transfers(&self, filter: &TransferFilter, page: &PageRequest) -> StoreResult<Vec<Transfer>>;

    /// The wallets of one user, or of all, oldest first.
    async fn wallets(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<WalletView>>;

    /// The wallet with that id.
    async fn find_wallet(&self, id: WalletId) -> StoreResult<Option<WalletView>>;

    /// The amounts that a user has sent from all their wallets of a currency, as they count on `day`.
    async fn spent(&self, user: UserId, currency: Currency, day: NaiveDate) -> StoreResult<Spent>;

    /// Whom an account number means, for money in that currency. It decides nothing: `post` looks again under
    /// its locks.
    async fn resolve(&self, account: &AccountNumber, currency: Currency) -> StoreResult<Resolved>;

    /// A user's oldest wallet in a currency.
    async fn first_wallet(&self, user: UserId, currency: Currency) -> StoreResult<Option<WalletView>>;

    /// A wallet's entries, newest first; `after` is an entry's version.
    async fn entries(
        &self,
        wallet: WalletId,
        filter: EntryFilter,
        page: &PageRequest,
    ) -> StoreResult<Vec<EntryView>>;

    /// Checks every rule of the ledger, and returns those that are broken.
    async fn verify(&self) -> StoreResult<Vec<LedgerViolation>>;
}
