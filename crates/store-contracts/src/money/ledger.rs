//! Money moves exactly once, never more than there is, and none is lost.

use crate::{
    Stores,
    examples::{at, person, transfer},
};
use domain::{
    ids::{TransferId, WalletId},
    money::{
        Currency, Money,
        ledger::{Decision, Outcome, Refusal, clearing_account},
        limits::{LimitExceeded, LimitFigures, Limits},
    },
};
use futures_util::future::join_all;
use ports::{
    money::{EntryFilter, PostOutcome, PostRequest},
    pagination::PageRequest,
};

pub(crate) fn outside() -> WalletId {
    clearing_account(Currency::MXN)
}

pub(crate) async fn post(store: &dyn Stores, request: PostRequest) -> Decision {
    let outcomes: Vec<PostOutcome> = store.post(&[request], at(1)).await.unwrap();
    outcomes.into_iter().next().unwrap().decision
}

pub(crate) fn is_accepted(decision: &Decision) -> bool {
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

pub(crate) async fn balance(store: &dyn Stores, wallet: WalletId) -> i64 {
    store.find_wallet(wallet).await.unwrap().unwrap().posted.minor
}

pub(crate) async fn is_sound(store: &dyn Stores) {
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
    let mxn = |minor| Money::new(minor, Currency::MXN);
    let figures = Some(LimitFigures { limit: mxn(250), left: mxn(50) });
    let exceeded = Some(Refusal::LimitExceeded { limit: LimitExceeded::PerDay { figures } });
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
