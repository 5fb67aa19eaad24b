//! Payments to an outside bank: sent once, changed only by the version that was decided on, with their money.

use crate::{
    Stores,
    examples::{actor, at, id, person, transfer},
    money::{
        ledger::{is_accepted, is_sound, outside, post},
        step_up::{right_code, wait_for_code},
    },
};
use domain::{
    ids::TransferId,
    money::{
        account_number::AccountNumber,
        bank::{BankReason, BankReference, OperatingDate},
        outbound::{
            BankWord, OutboundEvent, OutboundPayment, OutboundRules, OutboundState, ParkReason, Resolution,
        },
        transfer::{Destination, OffUsSettlement, TransferStatus},
    },
    principal::Principal,
    verification::otp::OtpPolicy,
};
use futures_util::future::join_all;
use ports::{
    messaging::AlertKind,
    money::{
        BankCall, BankOperation, ChangeOutcome, ConfirmOutcome, LeasedPayment, OutboundChange, PostRequest,
        ResolveOutcome, ResolvePayment, WalletView, WithdrawOutcome,
    },
    pagination::PageRequest,
};

const RULES: OutboundRules = OutboundRules { horizon: chrono::Duration::minutes(60) };
const EVERYTHING: PageRequest = PageRequest { limit: 200, after: None };

fn request(payer: &WalletView, minor: i64) -> PostRequest {
    let mut request = transfer(payer.user, payer.id, outside(), minor, None);
    let transfer = &mut request.command.transfer;
    transfer.status = TransferStatus::Processing;
    transfer.destination = Destination::Account(AccountNumber::Clabe("012180001183597196".into()));
    request
}

/// A payment whose money is held.
pub(super) async fn reserved(store: &dyn Stores, payer: &WalletView, minor: i64) -> TransferId {
    let request = request(payer, minor);
    let id = request.command.transfer.id;
    assert!(is_accepted(&post(store, request).await));
    id
}

pub(super) fn date() -> OperatingDate {
    OperatingDate::new(at(0).date_naive())
}

async fn lease(store: &dyn Stores, second: i64) -> Vec<LeasedPayment> {
    store.lease_payments(at(second), at(second + 30), 100).await.unwrap()
}

async fn now(store: &dyn Stores, transfer: TransferId) -> OutboundPayment {
    store.find_payment(transfer).await.unwrap().unwrap()
}

/// A payment that is being sent: its lease ends at second 40.
pub(super) async fn submitting(store: &dyn Stores, payer: &WalletView, minor: i64) -> TransferId {
    let transfer = reserved(store, payer, minor).await;
    let leased = lease(store, 10).await;
    let LeasedPayment { payment, fence } =
        leased.into_iter().find(|l| l.payment.transfer == transfer).unwrap();
    let begun = payment.begin_submit(date(), at(10), at(40)).unwrap();
    assert!(store.begin_submit(&begun, fence, [9; 32]).await.unwrap());
    transfer
}

fn call(payment: &OutboundPayment, event: &OutboundEvent, second: i64) -> BankCall {
    BankCall {
        id: id(),
        at: at(second),
        operation: BankOperation::Status,
        reference: payment.reference,
        operating_date: payment.operating_date,
        outcome: event.name().into(),
        http_status: Some(200),
        bank_status: None,
        reason: None,
        raw: b"the bank's words".to_vec(),
    }
}

fn change(payment: &OutboundPayment, event: &OutboundEvent, second: i64) -> OutboundChange {
    OutboundChange {
        version: payment.version,
        decision: payment.decide(event, &RULES, at(second)),
        call: Some(call(payment, event, second)),
        actor: actor(),
    }
}

async fn happens(
    store: &dyn Stores,
    transfer: TransferId,
    event: OutboundEvent,
    second: i64,
) -> ChangeOutcome {
    let payment = now(store, transfer).await;
    store.record_outbound(&change(&payment, &event, second), at(second)).await.unwrap()
}

async fn is_written(store: &dyn Stores, transfer: TransferId, event: OutboundEvent, second: i64) {
    assert!(matches!(happens(store, transfer, event, second).await, ChangeOutcome::Written(_)));
}

/// The posted and the available balance, in minor units.
async fn purse(store: &dyn Stores, wallet: &WalletView) -> (i64, i64) {
    let view = store.find_wallet(wallet.id).await.unwrap().unwrap();
    (view.posted.minor, view.available.minor)
}

async fn status(store: &dyn Stores, transfer: TransferId) -> TransferStatus {
    store.find_transfer(transfer).await.unwrap().unwrap().status
}

async fn told(store: &dyn Stores, transfer: TransferId) -> Vec<TransferStatus> {
    let leased = store.lease_alerts(at(900_000), at(900_010), 100).await.unwrap();
    let statuses = leased.iter().filter_map(|alert| match alert.kind {
        AlertKind::PaymentChanged { transfer: about, status } if about == transfer => Some(status),
        _ => None,
    });
    statuses.collect()
}

fn said(word: BankWord) -> OutboundEvent {
    OutboundEvent::Said(word)
}

fn closed() -> BankWord {
    BankWord::Refused(BankReason::try_new("AC04", "Account of Ana"))
}

/// The ledger makes the payment with the hold. It is leased by one worker at a time, and stored as sent once, whatever
/// becomes of the worker.
pub async fn a_held_payment_is_sent_once(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let transfer = reserved(&store, &payer, 300).await;
    assert_eq!(purse(&store, &payer).await, (1_000, 700));
    let payment = now(&store, transfer).await;
    assert_eq!((payment.state, payment.reference), (OutboundState::Reserved, BankReference::of(transfer)));
    let first = lease(&store, 10).await;
    assert_eq!(first.len(), 1);
    assert_eq!(lease(&store, 39).await, [], "another worker has it");
    let second = lease(&store, 40).await;
    let begun = payment.begin_submit(date(), at(40), at(70)).unwrap();
    assert!(!store.begin_submit(&begun, first[0].fence, [9; 32]).await.unwrap(), "an old lease");
    let at_once = join_all((0..8).map(|_| store.begin_submit(&begun, second[0].fence, [9; 32]))).await;
    assert_eq!(at_once.into_iter().filter(|sent| *sent.as_ref().unwrap()).count(), 1);
    assert_eq!(now(&store, transfer).await, begun);
    assert_eq!(lease(&store, 69).await, []);
    let lost = lease(&store, 70).await;
    assert_eq!(lost[0].payment.state, OutboundState::Submitting);
    assert_eq!(lost[0].payment.begin_submit(date(), at(70), at(100)), None);
    is_written(&store, transfer, OutboundEvent::Interrupted, 70).await;
    assert!(!store.begin_submit(&begun, lost[0].fence, [9; 32]).await.unwrap());
    assert_eq!(status(&store, transfer).await, TransferStatus::Unknown);
    assert_eq!(purse(&store, &payer).await, (1_000, 700));
    is_sound(&store).await;
}

/// Of many decisions on one version one is written, with the money, the status, the call and what the person is told.
pub async fn a_decision_is_written_once(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let transfer = submitting(&store, &payer, 300).await;
    let payment = now(&store, transfer).await;
    let settled = said(BankWord::Settled);
    let changes: Vec<_> = (0..8).map(|_| change(&payment, &settled, 20)).collect();
    let all = join_all(changes.iter().map(|change| store.record_outbound(change, at(20)))).await;
    let written = all.iter().filter(|one| matches!(one.as_ref().unwrap(), ChangeOutcome::Written(_))).count();
    let stale = all.iter().filter(|one| matches!(one.as_ref().unwrap(), ChangeOutcome::Stale)).count();
    assert_eq!((written, stale), (1, 7));
    assert_eq!(purse(&store, &payer).await, (700, 700));
    assert_eq!(status(&store, transfer).await, TransferStatus::Completed);
    is_written(&store, transfer, said(BankWord::Settled), 30).await;
    assert_eq!(purse(&store, &payer).await, (700, 700), "said twice, paid once");
    let calls = store.bank_calls(transfer, &EVERYTHING).await.unwrap();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.operating_date == Some(date()) && call.outcome == "settled"));
    let rest = PageRequest { after: Some(calls[0].id.to_string()), ..EVERYTHING };
    assert_eq!(store.bank_calls(transfer, &rest).await.unwrap(), calls[1..]);
    assert_eq!(told(&store, transfer).await, [TransferStatus::Completed]);
    let found = store.find_payment_by_reference(payment.reference).await.unwrap().unwrap();
    assert_eq!(store.find_payments(&[transfer, TransferId(id())]).await.unwrap(), [found]);
    is_sound(&store).await;
}

/// A refusal gives the money back. Its code is kept, and the bank's words only in the sealed answer.
pub async fn a_refusal_gives_the_money_back(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let transfer = submitting(&store, &payer, 300).await;
    is_written(&store, transfer, said(closed()), 20).await;
    assert_eq!(purse(&store, &payer).await, (1_000, 1_000));
    assert_eq!(status(&store, transfer).await, TransferStatus::Failed);
    let reason = now(&store, transfer).await.reason.unwrap();
    assert_eq!((reason.code(), reason.text()), ("AC04", ""));
    assert_eq!(told(&store, transfer).await, [TransferStatus::Failed]);
    is_sound(&store).await;
}

/// What was certainly not sent waits, and is due again after a start. Asking makes everything due but what is being
/// sent.
pub async fn what_waits_is_made_due(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let parked = submitting(&store, &payer, 100).await;
    is_written(&store, parked, OutboundEvent::NotSent(ParkReason::Credentials), 20).await;
    assert_eq!(now(&store, parked).await.parked, Some(ParkReason::Credentials));
    assert_eq!(status(&store, parked).await, TransferStatus::Processing);
    assert_eq!(lease(&store, 60).await, []);
    assert_eq!(store.wake_reserved(at(60)).await.unwrap(), 1);
    assert_eq!(lease(&store, 60).await.len(), 1);
    let asked = submitting(&store, &payer, 100).await;
    assert!(store.ask_bank_now(asked, at(41)).await.unwrap());
    assert_eq!(now(&store, asked).await.next_at, Some(at(40)), "it is being sent");
    is_written(&store, asked, OutboundEvent::SubmitUnclear, 41).await;
    assert!(store.ask_bank_now(asked, at(42)).await.unwrap());
    assert_eq!(now(&store, asked).await.next_at, Some(at(42)));
    assert!(!store.ask_bank_now(TransferId(id()), at(42)).await.unwrap());
    let doubt = store.payments_in_doubt().await.unwrap();
    assert_eq!((doubt.count, doubt.oldest), (1, Some(at(41))));
    is_written(&store, asked, said(BankWord::Accepted), 50).await;
    let doubt = store.payments_in_doubt().await.unwrap();
    assert_eq!((doubt.count, doubt.oldest), (0, None));
    assert_eq!(told(&store, asked).await, [TransferStatus::Unknown, TransferStatus::Processing]);
}

fn word(transfer: TransferId, by: &str, verdict: Resolution) -> ResolvePayment {
    ResolvePayment {
        transfer,
        by: Principal::Client(by.into()),
        verdict,
        evidence: "the bank's letter of today".into(),
        actor: actor(),
    }
}

async fn resolve(store: &dyn Stores, transfer: TransferId, by: &str, verdict: Resolution) -> ResolveOutcome {
    store.resolve_payment(&word(transfer, by, verdict), at(100)).await.unwrap()
}

/// Two operators decide what is in doubt, and only when they say the same. What the bank says in between counts more.
pub async fn two_operators_decide_what_is_in_doubt(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let transfer = submitting(&store, &payer, 300).await;
    let not_paid = Resolution::NotPaid;
    assert_eq!(resolve(&store, transfer, "one", not_paid).await, ResolveOutcome::NotInDoubt);
    assert_eq!(resolve(&store, TransferId(id()), "one", not_paid).await, ResolveOutcome::NotFound);
    is_written(&store, transfer, OutboundEvent::SubmitUnclear, 20).await;
    let read_before = now(&store, transfer).await;
    assert_eq!(resolve(&store, transfer, "one", not_paid).await, ResolveOutcome::NeedsSecond);
    assert_eq!(resolve(&store, transfer, "one", not_paid).await, ResolveOutcome::SameOperator);
    assert_eq!(resolve(&store, transfer, "two", Resolution::Settled).await, ResolveOutcome::Differs);
    let stale = change(&read_before, &OutboundEvent::NotFound, 90);
    assert_eq!(
        store.record_outbound(&stale, at(90)).await.unwrap(),
        ChangeOutcome::Stale,
        "it has not seen the word"
    );
    let withdraw = async |by: &str| {
        let by = Principal::Client(by.into());
        store.withdraw_resolution(transfer, &by, &actor(), at(101)).await.unwrap()
    };
    assert_eq!(withdraw("two").await, WithdrawOutcome::NotTheirs);
    assert_eq!(withdraw("one").await, WithdrawOutcome::Withdrawn);
    let [one, two] = ["one", "two"].map(|by| word(transfer, by, not_paid));
    let both = join_all([&one, &two].map(|word| store.resolve_payment(word, at(102)))).await;
    let decided =
        both.iter().filter(|one| matches!(one.as_ref().unwrap(), ResolveOutcome::Decided(_))).count();
    let first =
        both.iter().filter(|one| matches!(one.as_ref().unwrap(), ResolveOutcome::NeedsSecond)).count();
    assert_eq!((decided, first), (1, 1), "two at once: one is the first, the other decides");
    assert_eq!(status(&store, transfer).await, TransferStatus::Failed);
    assert_eq!(purse(&store, &payer).await, (1_000, 1_000));
    assert_eq!(resolve(&store, transfer, "three", not_paid).await, ResolveOutcome::NotInDoubt);
    is_sound(&store).await;
}

/// Paid after it was refused: nothing of the person's goes by itself. Two operators can post it, if there is the money.
pub async fn a_late_payment_is_posted_only_by_people(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let transfer = submitting(&store, &payer, 700).await;
    is_written(&store, transfer, said(closed()), 20).await;
    is_written(&store, transfer, said(BankWord::Settled), 30).await;
    assert_eq!(
        (status(&store, transfer).await, purse(&store, &payer).await),
        (TransferStatus::Unknown, (1_000, 1_000))
    );
    assert!(now(&store, transfer).await.contradicted_at.is_some());
    is_sound(&store).await;
    let mut other = request(&payer, 400);
    other.command.transfer.status = TransferStatus::Completed;
    assert!(is_accepted(&post(&store, other).await));
    assert_eq!(resolve(&store, transfer, "one", Resolution::Settled).await, ResolveOutcome::NeedsSecond);
    assert_eq!(
        resolve(&store, transfer, "two", Resolution::Settled).await,
        ResolveOutcome::InsufficientFunds
    );
    assert_eq!(status(&store, transfer).await, TransferStatus::Unknown);
    let mut back = transfer_back(&payer, 100);
    back.command.transfer.status = TransferStatus::Completed;
    assert!(is_accepted(&post(&store, back).await));
    let decided = resolve(&store, transfer, "two", Resolution::Settled).await;
    assert!(matches!(decided, ResolveOutcome::Decided(done) if done.status == TransferStatus::Completed));
    assert_eq!(purse(&store, &payer).await, (0, 0));
    is_sound(&store).await;
}

fn transfer_back(payee: &WalletView, minor: i64) -> PostRequest {
    transfer(payee.user, outside(), payee.id, minor, None)
}

/// A payment that waits for its code is held for the bank by the code, and repeats are told that it is on its way.
pub async fn a_code_holds_a_payment_for_the_bank(store: impl Stores) {
    let payer = person(&store, 1, 1_000).await;
    let mut request = request(&payer, 300);
    wait_for_code(&mut request, OtpPolicy::default(), 300);
    let transfer = request.command.transfer.id;
    assert!(is_accepted(&post(&store, request.clone()).await));
    assert_eq!(store.find_payment(transfer).await.unwrap(), None, "nothing is held yet");
    let mut code = right_code(&request);
    code.off_us = OffUsSettlement::ByBank;
    let confirmed = store.confirm(&code, at(5)).await.unwrap();
    assert!(matches!(confirmed, ConfirmOutcome::Decided { transfer, balance_after: None }
        if transfer.status == TransferStatus::Processing));
    assert_eq!(now(&store, transfer).await.state, OutboundState::Reserved);
    assert_eq!(purse(&store, &payer).await, (1_000, 700));
    assert!(matches!(store.confirm(&code, at(6)).await.unwrap(), ConfirmOutcome::AlreadyDone(_)));
    is_sound(&store).await;
}
