//! The store ports, with each call run by the plan.

use crate::faults::Plan;
use adapter_sqlite::Store;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{ConversationId, EventId, MessageId, PayeeId, TransferId, UserId, VerificationId, WalletId},
    message::Channel,
    messaging::consent::ConsentStatus,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::Outcome,
        limits::Spent,
        payees::Payee,
        transfer::{Transfer, TransferStatus},
    },
    operations::{audit::Actor, idempotency::IdempotencyKey},
    phone::PhoneNumber,
    principal::Principal,
    verification::{
        AttemptResult,
        otp::{OtpPolicy, Purpose, Recipient},
    },
};
use ports::{
    accounts::*,
    messaging::{
        inbound_webhook::{InboundMessage, StatusReport},
        message_channel::OutboundMessage,
        *,
    },
    money::*,
    pagination::PageRequest,
    store_error::StoreResult,
    verification::{number_lookup::NumberInfo, *},
};
use std::sync::Arc;

/// A store whose calls follow the plan.
pub(crate) struct Planned {
    pub(crate) store: Store,
    pub(crate) plan: Arc<Plan>,
}

macro_rules! planned {
    ($port:ident { $($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)* }) => {
        #[async_trait]
        impl $port for Planned {
            $(async fn $name(&self, $($arg: $type),*) -> StoreResult<$out> {
                self.plan.store(stringify!($name), $port::$name(&self.store, $($arg),*)).await
            })*
        }
    };
}

planned!(Ledger {
    post(requests: &[PostRequest], now: DateTime<Utc>) -> Vec<PostOutcome>;
    confirm(request: &ConfirmTransfer, now: DateTime<Utc>) -> ConfirmOutcome;
    reverse(request: &ReverseRequest, now: DateTime<Utc>) -> Option<PostOutcome>;
    settle_hold(id: TransferId, verdict: &HoldVerdict, actor: &Actor, now: DateTime<Utc>) -> HoldOutcome;
    open_wallet(request: &OpenWallet, now: DateTime<Utc>) -> OpenOutcome;
    cancel(id: TransferId, actor: &Actor, now: DateTime<Utc>) -> Option<Transfer>;
    expire(now: DateTime<Utc>) -> usize;
    find_transfer(id: TransferId) -> Option<Transfer>;
    transfer_history(id: TransferId) -> Vec<(TransferStatus, DateTime<Utc>)>;
    find_outcome(key: &IdempotencyKey) -> Option<Outcome>;
    transfers(filter: &TransferFilter, page: &PageRequest) -> Vec<Transfer>;
    wallets(user: Option<UserId>, page: &PageRequest) -> Vec<WalletView>;
    find_wallet(id: WalletId) -> Option<WalletView>;
    spent(user: UserId, currency: Currency, day: NaiveDate) -> Spent;
    resolve(account: &AccountNumber, currency: Currency) -> Resolved;
    first_wallet(user: UserId, currency: Currency) -> Option<WalletView>;
    entries(wallet: WalletId, filter: EntryFilter, page: &PageRequest) -> Vec<EntryView>;
    verify() -> Vec<LedgerViolation>;
});

planned!(Identities {
    get_or_create(person: &NewPerson, now: DateTime<Utc>) -> User;
    find_by_phone(phone: &PhoneNumber) -> Option<User>;
    find(id: UserId) -> Option<User>;
    shown_name(user: UserId) -> Option<String>;
});

planned!(Payees {
    payees_of(user: UserId) -> Vec<Payee>;
    payees(user: Option<UserId>, page: &PageRequest) -> Vec<Payee>;
    find_payee(id: PayeeId) -> Option<Payee>;
    rename_payee(id: PayeeId, name: &str, actor: &Actor, now: DateTime<Utc>) -> Option<Payee>;
    forget_payee(id: PayeeId, actor: &Actor, now: DateTime<Utc>) -> bool;
});

planned!(Statements {
    own_entries(user: UserId, filter: &OwnEntryFilter) -> Vec<OwnEntry>;
    spent_sum(user: UserId, filter: &SentFilter) -> Vec<Money>;
    last_sent(user: UserId, filter: &SentFilter, count: i64) -> Vec<SentTransfer>;
    last_alike(user: UserId, amount: Money, account: &AccountNumber, since: DateTime<Utc>) -> Option<DateTime<Utc>>;
});

planned!(Verifications {
    begin(request: &BeginVerification, now: DateTime<Utc>) -> StartOutcome;
    begin_resend(request: &BeginResend, now: DateTime<Utc>) -> StartOutcome;
    take_next_fallbacks(policy: &OtpPolicy, now: DateTime<Utc>) -> usize;
    wipe_codes(now: DateTime<Utc>) -> usize;
    judge_attempt(request: &CheckAttempt, now: DateTime<Utc>) -> AttemptVerdict;
    record_send(id: VerificationId, result: &SendResult, now: DateTime<Utc>) -> bool;
    close(id: VerificationId) -> ();
    lock_of(requester: &Principal, to: &Recipient, now: DateTime<Utc>) -> Option<DateTime<Utc>>;
    has_concurrent_attempts(verification: VerificationId, attempt: Option<uuid::Uuid>, now: DateTime<Utc>) -> bool;
    has_twin(ticket: &AttemptTicket, now: DateTime<Utc>) -> bool;
    take_attempt(request: &AttemptRequest, now: DateTime<Utc>) -> ReserveAttempt;
    settle_attempt(ticket: &AttemptTicket, right: bool, policy: &OtpPolicy, now: DateTime<Utc>) -> AttemptResult;
    return_attempt(ticket: &AttemptTicket) -> ();
    find(id: VerificationId) -> Option<Verification>;
    find_open(requester: &Principal, to: &Recipient, purpose: Option<Purpose>, now: DateTime<Utc>) -> Option<Verification>;
    find_open_from(origin: &str, to: &Recipient, purpose: Purpose, now: DateTime<Utc>) -> Option<Verification>;
    log_lookup(phone: &PhoneNumber, facts: &NumberInfo, now: DateTime<Utc>) -> ();
});

planned!(Consents {
    record_consent(change: &ConsentChange, now: DateTime<Utc>) -> ();
    consent_of(channel: Channel, recipient: &str) -> ConsentStatus;
    consents(page: &PageRequest) -> Vec<ConsentView>;
});

planned!(TurnQueue {
    accept_leased(messages: &[(EventId, InboundMessage)], lease: Option<LeaseAtOnce>, now: DateTime<Utc>) -> Vec<AcceptedMessage>;
    lease_turns(now: DateTime<Utc>, until: DateTime<Utc>, count: usize) -> Vec<LeasedTurn>;
    fail(turn: &LeasedTurn, failure: &TurnFailure, reason: &str) -> ();
    commit_turns(turns: &[Turn], lease: Option<LeaseAtOnce>, now: DateTime<Utc>) -> Vec<CommittedTurn>;
    renew_lease(conversation: ConversationId, fence: i64, until: DateTime<Utc>) -> bool;
});

planned!(Outbox {
    lease(now: DateTime<Utc>, until: DateTime<Utc>, count: usize) -> Vec<LeasedMessage>;
    settle_all(settlements: &[(LeasedMessage, Settlement)], now: DateTime<Utc>) -> ();
    enqueue(message: &NewOutbound, conversation: Option<ConversationId>, now: DateTime<Utc>) -> Enqueued;
    record_statuses(reports: &[StatusReport], now: DateTime<Utc>) -> usize;
    known_provider_ids(message: &OutboundMessage, since: DateTime<Utc>) -> Vec<String>;
    find(id: MessageId) -> Option<MessageState>;
    lease_unpriced(now: DateTime<Utc>, until: DateTime<Utc>, count: usize) -> Vec<UnpricedMessage>;
    settle_prices(answers: &[(UnpricedMessage, PriceAnswer)]) -> ();
    backlog() -> u64;
});
