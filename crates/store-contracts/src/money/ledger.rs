//! Money moves exactly once, never more than there is, and none is lost.

use crate::{
    Stores,
    examples::{actor, at, day, id, outbound, person, phone, policy, transfer},
};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal, clearing_account},
        limits::{LimitExceeded, Limits},
        transfer::TransferStatus,
    },
};
use futures_util::future::join_all;
use ports::{
    crypto::CodeMac,
    messaging::Lane,
    money::{ConfirmOutcome, ConfirmTransfer, EntryFilter, PostOutcome, PostRequest, StepUpChallenge},
    pagination::PageRequest,
    verification::OwnCode,
};

fn outside() -> WalletId {
    clearing_account(Currency::MXN)
}

async fn post(store: &dyn Stores, request: PostRequest) -> Decision {
    let outcomes: Vec<PostOutcome> = store.post(&[request], at(1)).await.unwrap();
    outcomes.into_iter().next().unwrap().decision
}

fn is_accepted(decision: &Decision) -> bool {
    matches!(decision, Decision::Decided(Outcome::Accepted(_)))
}

fn refusal(decision: &Decision) -> Option<Refusal> {
    match decision {
        Decision::Decided(Outcome::Refused(refusal)) | Decision::Replayed(Outcome::Refused(refusal)) => {
            Some(*refusal)
        }
        _ => None,
    }
}

async fn balance(store: &dyn Stores, wallet: WalletId) -> i64 {
    store.find_wallet(wallet).await.unwrap().unwrap().posted.minor
}

async fn is_sound(store: &dyn Stores) {
    assert_eq!(store.verify().await.unwrap(), []);
}

/// Forty transfers of 100 from a balance of 1000 at once: ten are accepted.
pub async fn forty_transfers_at_once_never_overspend(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let all =
        join_all((0..40).map(|_| post(&store, transfer(wallet.user, wallet.id, outside(), 100, None)))).await;
    assert_eq!(all.iter().filter(|d| is_accepted(d)).count(), 10);
    assert_eq!(all.iter().filter(|d| refusal(d) == Some(Refusal::InsufficientFunds)).count(), 30);
    assert_eq!(balance(&store, wallet.id).await, 0);
    is_sound(&store).await;
}

/// One key, twenty calls at once: one transfer, and all get its answer. Another request under the key is
/// refused.
pub async fn one_key_asked_twenty_times_is_one_transfer(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let ask = |minor| post(&store, transfer(wallet.user, wallet.id, outside(), minor, Some("k")));
    let all = join_all((0..20).map(|_| ask(10))).await;
    let ids: std::collections::HashSet<TransferId> = all
        .iter()
        .map(|decision| match decision {
            Decision::Decided(Outcome::Accepted(t)) | Decision::Replayed(Outcome::Accepted(t)) => t.id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((ids.len(), balance(&store, wallet.id).await), (1, 990));
    assert_eq!(ask(11).await, Decision::KeyReused);
    is_sound(&store).await;
}

/// A refusal for insufficient funds stays the answer under its key, even after money has arrived.
pub async fn a_refusal_is_replayed_and_does_not_flip(store: impl Stores) {
    let wallet = person(&store, 1, 100).await;
    let ask = || post(&store, transfer(wallet.user, wallet.id, outside(), 500, Some("k")));
    assert!(matches!(ask().await, Decision::Decided(Outcome::Refused(Refusal::InsufficientFunds))));
    post(&store, transfer(wallet.user, outside(), wallet.id, 1_000, None)).await;
    assert!(matches!(ask().await, Decision::Replayed(Outcome::Refused(Refusal::InsufficientFunds))));
    assert_eq!(balance(&store, wallet.id).await, 1_100);
}

/// Transfers between two wallets in both directions at once: no deadlock, and no money is lost.
pub async fn transfers_in_both_directions_at_once_lose_nothing(store: impl Stores) {
    let (one, two) = (person(&store, 1, 500).await, person(&store, 2, 500).await);
    join_all((0..16).map(|i| {
        let (from, to) = if i % 2 == 0 { (&one, &two) } else { (&two, &one) };
        post(&store, transfer(from.user, from.id, to.id, 10, None))
    }))
    .await;
    assert_eq!(balance(&store, one.id).await + balance(&store, two.id).await, 1_000);
    is_sound(&store).await;
}

const RIGHT: [u8; 32] = [7; 32];
const WRONG: [u8; 32] = [8; 32];

/// A transfer that waits for its code.
async fn filed(
    store: &dyn Stores,
    owner: UserId,
    from: WalletId,
    minor: i64,
) -> (TransferId, VerificationId) {
    let verification = VerificationId(id());
    let mut request = transfer(owner, from, outside(), minor, None);
    request.command.transfer.status = TransferStatus::PendingVerification;
    request.command.transfer.verification = Some(verification);
    request.command.transfer.expires_at = Some(at(300));
    request.step_up_challenge = Some(StepUpChallenge {
        verification,
        phone: phone(1),
        code: OwnCode {
            salt: [1; 16],
            mac: CodeMac { key_id: "1".into(), mac: RIGHT },
            transaction_digest: [2; 32],
        },
        message: outbound(1, "code", Lane::Code),
        expires_at: at(300),
        attempts_max: 3,
    });
    let transfer = request.command.transfer.id;
    assert!(is_accepted(&post(store, request).await));
    (transfer, verification)
}

async fn confirm(
    store: &dyn Stores,
    (transfer, verification): (TransferId, VerificationId),
    mac: [u8; 32],
    second: i64,
) -> ConfirmOutcome {
    let request = ConfirmTransfer {
        transfer,
        verification,
        mac: Some(mac),
        effect_key: None,
        limits: Limits::none(Currency::MXN),
        day: day(),
        policy: policy(),
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

/// The day's limit holds for many calls at once.
pub async fn limits_hold_at_once(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let limits = Limits { per_day: 250, ..Limits::none(Currency::MXN) };
    let all = join_all((0..8).map(|_| {
        let mut request = transfer(wallet.user, wallet.id, outside(), 100, None);
        request.command.limits = limits;
        post(&store, request)
    }))
    .await;
    let exceeded = Some(Refusal::LimitExceeded { limit: LimitExceeded::PerDay });
    let accepted = all.iter().filter(|d| is_accepted(d)).count();
    assert!(
        accepted <= 2 && all.iter().filter(|d| refusal(d) == exceeded).count() == 8 - accepted,
        "{all:?}"
    );
}

/// Entries come newest first, and each balance is the one before it plus the amount. Pages don't overlap.
pub async fn entries_add_up(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    for minor in [10, 20, 30] {
        post(&store, transfer(wallet.user, wallet.id, outside(), minor, None)).await;
    }
    let first = store
        .entries(wallet.id, EntryFilter::default(), &PageRequest { limit: 2, after: None })
        .await
        .unwrap();
    let cursor = Some(first[1].version.to_string());
    let rest = store
        .entries(wallet.id, EntryFilter::default(), &PageRequest { limit: 10, after: cursor })
        .await
        .unwrap();
    let all: Vec<_> = first.iter().chain(&rest).map(|e| (e.amount.minor, e.balance_after.minor)).collect();
    assert_eq!(all, [(-30, 940), (-20, 970), (-10, 990), (1_000, 1_000)]);
}

/// `run` executes SQL that our own code never would: each kind of damage is reported under its rule.
pub async fn damage_is_found(store: &impl Stores, mut run: impl FnMut(&str)) {
    let (one, two) = (person(store, 1, 1_000).await, person(store, 2, 0).await);
    post(store, transfer(one.user, one.id, two.id, 400, None)).await;
    is_sound(store).await;
    let damages = [
        (
            "update accounts set posted = posted + 1 where posted = 600",
            "a person's balance is the sum of the entries",
        ),
        ("update accounts set held = 700 where posted = 600", "a person never owes"),
        ("update accounts set held = 1 where posted = 600", "what is held is the sum of the live holds"),
        ("update accounts set version = 9 where posted = 600", "entries are numbered without a gap"),
        (
            "update entries set balance_after = 601 where balance_after = 600",
            "each entry's balance is the one before it plus its amount",
        ),
        (
            "update transfers set status = 'canceled' where minor = 400",
            "a completed transfer has its entries, another none",
        ),
        (
            "update transfers set minor = 401 where minor = 400",
            "an entry bears its transfer's amount and ends",
        ),
        (
            "update transfers set currency = 'USD' where minor = 400",
            "an entry stands in an account of its transfer's currency",
        ),
        (
            "update transfers set reversed_minor = 1 where minor = 400",
            "what was given back of a transfer is the sum of its reversals",
        ),
        ("update transfers set status = 'processing' where minor = 400", "a transfer under way has its hold"),
        ("update entries set minor = -399 where minor = -400", "debits equal credits in each transfer"),
    ];
    let undo = [
        "update accounts set posted = 600 where posted = 601",
        "update accounts set held = 0",
        "update accounts set held = 0",
        "update accounts set version = 2 where version = 9",
        "update entries set balance_after = 600 where balance_after = 601",
        "update transfers set status = 'completed'",
        "update transfers set minor = 400 where minor = 401",
        "update transfers set currency = 'MXN'",
        "update transfers set reversed_minor = 0",
        "update transfers set status = 'completed'",
        "update entries set minor = -400 where minor = -399",
    ];
    for ((damage, rule), undo) in damages.into_iter().zip(undo) {
        run(damage);
        let broken: Vec<String> = store.verify().await.unwrap().into_iter().map(|fault| fault.rule).collect();
        assert!(broken.iter().any(|found| found == rule), "{damage}: {broken:?}");
        run(undo);
        is_sound(store).await;
    }
    run("delete from entries where minor = -400");
    assert!(store.verify().await.unwrap().iter().any(|fault| fault.rule == "a currency sums to zero"));
}
