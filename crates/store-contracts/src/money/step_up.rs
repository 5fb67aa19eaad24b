//! Step-up codes of payments: a code and its transfer are decided together, and codes have a budget.

use super::ledger::{balance, is_accepted, is_sound, outside, post};
use crate::{
    Stores,
    examples::{actor, at, day, id, outbound, person, phone, policy, transfer},
};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal},
        limits::Limits,
        transfer::{OffUsSettlement, TransferStatus},
    },
    verification::{
        SendRefusal,
        otp::{ChallengeStatus, OtpPolicy, SendLimit},
    },
};
use futures_util::future::join_all;
use ports::{
    crypto::CodeMac,
    messaging::Lane,
    money::{ConfirmOutcome, ConfirmTransfer, PostRequest, StepUpChallenge, WalletView},
    pagination::PageRequest,
    verification::{OwnCode, Verifications},
};

/// The hash of the right code.
pub(crate) const RIGHT: [u8; 32] = [7; 32];
const WRONG: [u8; 32] = [8; 32];

/// A transfer that waits for its code.
async fn filed(
    store: &dyn Stores,
    owner: UserId,
    from: WalletId,
    minor: i64,
) -> (TransferId, VerificationId) {
    let request = waiting(owner, from, minor, policy());
    let ids = (request.command.transfer.id, request.command.transfer.verification.unwrap());
    assert!(is_accepted(&post(store, request).await));
    ids
}

/// A request for a transfer that waits for its code until second 300.
fn waiting(owner: UserId, from: WalletId, minor: i64, policy: OtpPolicy) -> PostRequest {
    let mut request = transfer(owner, from, outside(), minor, None);
    wait_for_code(&mut request, policy, 300);
    request
}

/// Makes a transfer wait until that second for a code, whose hash is [`RIGHT`].
pub(crate) fn wait_for_code(request: &mut PostRequest, policy: OtpPolicy, until: i64) {
    let verification = VerificationId(id());
    let asked = &mut request.command.transfer;
    asked.status = TransferStatus::PendingVerification;
    asked.verification = Some(verification);
    asked.expires_at = Some(at(until));
    request.step_up_challenge = Some(StepUpChallenge {
        verification,
        phone: phone(1),
        code: OwnCode {
            salt: [1; 16],
            mac: CodeMac { key_id: "1".into(), mac: RIGHT },
            transaction_digest: [2; 32],
        },
        message: outbound(1, "code", Lane::Code),
        expires_at: at(until),
        policy,
    });
}

/// A request to pay that wallet once the code [`RIGHT`] is entered.
pub(crate) fn filed_request(payer: &WalletView, to: WalletId, minor: i64) -> PostRequest {
    let mut request = transfer(payer.user, payer.id, to, minor, None);
    wait_for_code(&mut request, policy(), 300);
    request
}

/// The right code for such a request.
pub(crate) fn right_code(request: &PostRequest) -> ConfirmTransfer {
    let asked = &request.command.transfer;
    ConfirmTransfer {
        transfer: asked.id,
        verification: asked.verification.unwrap(),
        mac: Some(RIGHT),
        effect_key: None,
        limits: Limits::none(Currency::MXN),
        day: day(),
        policy: policy(),
        off_us: OffUsSettlement::AtOnce,
        payee: None,
        actor: actor(),
    }
}

async fn confirm(
    store: &dyn Stores,
    filed: (TransferId, VerificationId),
    mac: [u8; 32],
    second: i64,
) -> ConfirmOutcome {
    attempt(store, filed, (mac, None), policy(), second).await
}

/// Enters a code under the key of an effect.
async fn attempt(
    store: &dyn Stores,
    (transfer, verification): (TransferId, VerificationId),
    (mac, key): ([u8; 32], Option<&str>),
    policy: OtpPolicy,
    second: i64,
) -> ConfirmOutcome {
    let request = ConfirmTransfer {
        transfer,
        verification,
        mac: Some(mac),
        effect_key: key.map(str::to_owned),
        limits: Limits::none(Currency::MXN),
        day: day(),
        policy,
        off_us: OffUsSettlement::AtOnce,
        payee: None,
        actor: actor(),
    };
    store.confirm(&request, at(second)).await.unwrap()
}

/// The right code, twelve times at once: it is paid once, and each call is told that it is paid.
pub async fn a_filed_transfer_is_paid_once_by_its_code(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let waiting = filed(&store, wallet.user, wallet.id, 400).await;
    assert_eq!(balance(&store, wallet.id).await, 1_000, "nothing moves before");
    assert_eq!(store.backlog().await.unwrap(), 1, "its code is in the outbox");
    let all = join_all((0..12).map(|_| confirm(&store, waiting, RIGHT, 10))).await;
    let decided = all.iter().filter(|o| matches!(o, ConfirmOutcome::Decided { .. })).count();
    let repeated = all.iter().filter(|o| matches!(o, ConfirmOutcome::AlreadyDone(_))).count();
    assert_eq!((decided, repeated, balance(&store, wallet.id).await), (1, 11, 600));
    is_sound(&store).await;
}

/// Twenty wrong codes at once: three are compared, then the right one is too late. The code of another
/// transfer confirms nothing.
pub async fn wrong_codes_are_counted_though_nothing_moves(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let waiting = filed(&store, wallet.user, wallet.id, 400).await;
    let all = join_all((0..20).map(|_| confirm(&store, waiting, WRONG, 10))).await;
    let wrong = all.iter().filter(|o| matches!(o, ConfirmOutcome::WrongCode { .. })).count();
    assert_eq!((wrong, balance(&store, wallet.id).await), (3, 1_000));
    assert_eq!(confirm(&store, waiting, RIGHT, 11).await, ConfirmOutcome::CodeGone);
    is_sound(&store).await;
}

/// A code confirms nothing after its transfer was canceled or has expired. A transfer without enough money by
/// then fails.
pub async fn a_canceled_or_expired_transfer_is_not_paid(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let canceled = filed(&store, wallet.user, wallet.id, 100).await;
    let after = store.cancel(canceled.0, &actor(), at(10)).await.unwrap().unwrap();
    assert_eq!(after.status, TransferStatus::Canceled);
    assert!(matches!(confirm(&store, canceled, RIGHT, 11).await, ConfirmOutcome::NotWaiting(_)));
    let expired = filed(&store, wallet.user, wallet.id, 100).await;
    assert_eq!((store.expire(at(299)).await.unwrap(), store.expire(at(300)).await.unwrap()), (0, 1));
    assert!(matches!(confirm(&store, expired, RIGHT, 301).await, ConfirmOutcome::NotWaiting(_)));
    let poor = filed(&store, wallet.user, wallet.id, 800).await;
    post(&store, transfer(wallet.user, wallet.id, outside(), 500, None)).await;
    let ConfirmOutcome::Decided { transfer, balance_after: None } = confirm(&store, poor, RIGHT, 12).await
    else {
        panic!("it was paid");
    };
    assert_eq!(
        (transfer.status, transfer.refusal),
        (TransferStatus::Failed, Some(Refusal::InsufficientFunds))
    );
    assert_eq!(balance(&store, wallet.id).await, 500);
    is_sound(&store).await;
}

/// Two wrong codes after three others lock the number. The transfer of the locking code is canceled with its
/// challenge, each wrong code has its audit row, and the answers stay about the code.
pub async fn the_code_that_locks_the_number_ends_its_transfer(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let five = OtpPolicy { lock_after_failures: 5, ..policy() };
    let used_up = filed(&store, wallet.user, wallet.id, 400).await;
    for left in [2, 1, 0] {
        let outcome = attempt(&store, used_up, (WRONG, None), five, 10).await;
        assert_eq!(outcome, ConfirmOutcome::WrongCode { attempts_remaining: left });
    }
    let locking = filed(&store, wallet.user, wallet.id, 400).await;
    let outcome = attempt(&store, locking, (WRONG, None), five, 20).await;
    assert_eq!(outcome, ConfirmOutcome::WrongCode { attempts_remaining: 2 });
    let locked = ConfirmOutcome::Locked(at(320));
    assert_eq!(attempt(&store, locking, (WRONG, None), five, 20).await, locked);
    for (transfer, verification) in [used_up, locking] {
        let transfer = store.find_transfer(transfer).await.unwrap().unwrap();
        let challenge = Verifications::find(&store, verification).await.unwrap().unwrap().challenge;
        assert_eq!(
            (transfer.status, challenge.status),
            (TransferStatus::Canceled, ChallengeStatus::Canceled)
        );
    }
    assert_eq!(attempt(&store, locking, (RIGHT, None), five, 319).await, locked);
    assert_eq!(attempt(&store, locking, (RIGHT, None), five, 320).await, ConfirmOutcome::CodeGone);
    assert_eq!(attempt(&store, used_up, (RIGHT, None), five, 21).await, ConfirmOutcome::CodeGone);
    let rows = audit_of(&store, "transfer.code_refused").await;
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!(rows.iter().filter(|after| after.contains("locked until")).count(), 1, "{rows:?}");
    assert_eq!(audit_of(&store, "transfer.canceled").await.len(), 2);
    assert_eq!(balance(&store, wallet.id).await, 1_000);
    is_sound(&store).await;
}

/// What the audit log says after each action of that name.
async fn audit_of(store: &dyn Stores, action: &str) -> Vec<String> {
    let page = PageRequest { limit: 100, after: None };
    let events = store.events(&page).await.unwrap();
    events
        .into_iter()
        .filter(|event| event.record.action == action)
        .filter_map(|event| event.record.after)
        .collect()
}

/// A turn that runs again after a crash gets the answer that it got first: wrong, locked, paid or refused.
pub async fn a_repeated_code_gets_its_first_answer(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let two = OtpPolicy { lock_after_failures: 2, ..policy() };
    let paid = filed(&store, wallet.user, wallet.id, 600).await;
    let poor = filed(&store, wallet.user, wallet.id, 600).await;
    for waiting in [paid, poor] {
        let key = waiting.0.to_string();
        let first = attempt(&store, waiting, (RIGHT, Some(&key)), two, 10).await;
        let ConfirmOutcome::Decided { transfer: one, .. } = &first else { panic!("{first:?}") };
        let again = attempt(&store, waiting, (RIGHT, Some(&key)), two, 11).await;
        let ConfirmOutcome::Decided { transfer: other, .. } = &again else { panic!("{again:?}") };
        assert_eq!((one.status, one.refusal), (other.status, other.refusal));
        let reused = attempt(&store, waiting, (WRONG, Some(&key)), two, 12).await;
        assert_eq!(reused, ConfirmOutcome::KeyReused);
    }
    let failed = store.find_transfer(poor.0).await.unwrap().unwrap();
    assert_eq!((failed.status, failed.refusal), (TransferStatus::Failed, Some(Refusal::InsufficientFunds)));
    let locking = filed(&store, wallet.user, wallet.id, 100).await;
    let wrong = ConfirmOutcome::WrongCode { attempts_remaining: 2 };
    for (key, outcome) in [("one", wrong), ("two", ConfirmOutcome::Locked(at(320)))] {
        for second in [20, 21] {
            assert_eq!(attempt(&store, locking, (WRONG, Some(key)), two, second).await, outcome, "{second}");
        }
    }
    is_sound(&store).await;
}

/// Forty transfers at once with a budget of five codes: five wait for their codes, the others are refused
/// until a code leaves the window. A request that was decided before keeps its answer.
pub async fn codes_of_payments_keep_to_their_budget_at_once(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let five = OtpPolicy { sends_per_destination_per_day: 5, ..policy() };
    let decisions = join_all((0..40).map(|_| post(&store, waiting(wallet.user, wallet.id, 10, five)))).await;
    assert_eq!(decisions.iter().filter(|decision| is_accepted(decision)).count(), 5);
    let until = at(1) + chrono::Duration::hours(24);
    let full = Decision::CodeRefused(SendRefusal::Limited(SendLimit::Destination, until));
    assert_eq!(decisions.iter().filter(|decision| **decision == full).count(), 35, "{decisions:?}");
    assert_eq!(store.backlog().await.unwrap(), 5, "a code for each transfer that waits");
    is_sound(&store).await;
}

/// One batch counts its own codes, and a key that was decided before sends none.
pub async fn a_batch_counts_its_own_codes(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let one = OtpPolicy { sends_per_destination_per_day: 1, ..policy() };
    let mut first = waiting(wallet.user, wallet.id, 10, one);
    first.command.key = transfer(wallet.user, wallet.id, outside(), 10, Some("k")).command.key;
    let batch = [first.clone(), waiting(wallet.user, wallet.id, 10, one), first];
    let outcomes = store.post(&batch, at(1)).await.unwrap();
    let decisions: Vec<&Decision> = outcomes.iter().map(|outcome| &outcome.decision).collect();
    assert!(is_accepted(decisions[0]) && matches!(decisions[1], Decision::CodeRefused(_)), "{decisions:?}");
    let same = batch[0].command.transfer.id;
    assert!(
        matches!(decisions[2], Decision::Decided(Outcome::Accepted(done)) | Decision::Replayed(Outcome::Accepted(done)) if done.id == same),
        "{decisions:?}"
    );
    assert_eq!(store.backlog().await.unwrap(), 1);
}

/// Codes of payments and other codes have budgets apart, and the prefix counts for payments not at all.
pub async fn codes_for_payments_are_counted_apart(store: impl Stores) {
    let one = OtpPolicy { sends_per_destination_per_day: 1, sends_per_prefix_per_hour: 1, ..policy() };
    let wallet = person(&store, 1, 1_000).await;
    let begun = Verifications::begin(&store, &crate::examples::challenge(1, one), at(1)).await.unwrap();
    assert!(matches!(begun, ports::verification::StartOutcome::Started(_)), "{begun:?}");
    assert!(is_accepted(&post(&store, waiting(wallet.user, wallet.id, 10, one)).await));
    let second = post(&store, waiting(wallet.user, wallet.id, 10, one)).await;
    assert!(matches!(second, Decision::CodeRefused(_)), "{second:?}");
    let named = crate::examples::challenge(2, policy());
    let other = Verifications::begin(&store, &named, at(2)).await.unwrap();
    assert!(matches!(other, ports::verification::StartOutcome::Started(_)), "{other:?}");
}

/// A locked number gets no code for a payment.
pub async fn a_locked_number_gets_no_code_for_a_payment(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let one = OtpPolicy { lock_after_failures: 1, ..policy() };
    let locking = filed(&store, wallet.user, wallet.id, 10).await;
    assert_eq!(attempt(&store, locking, (WRONG, None), one, 1).await, ConfirmOutcome::Locked(at(301)));
    let refused = post(&store, waiting(wallet.user, wallet.id, 10, one)).await;
    assert_eq!(refused, Decision::CodeRefused(SendRefusal::Locked(at(301))));
}
