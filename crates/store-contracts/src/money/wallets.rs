//! Wallets: opened once for each key; limits and balances of several wallets.

use crate::{
    Stores,
    examples::{actor, approved, at, id, person, registered, sign_up, transfer},
};
use chrono::Duration;
use domain::{
    accounts::PersonName,
    ids::{UserId, WalletId},
    money::{
        Currency, Money,
        counterpart::Counterpart,
        ledger::{Decision, Outcome, Refusal, clearing_account},
        limits::{LimitExceeded, LimitFigures, Limits},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::otp::Purpose,
};
use futures_util::future::join_all;
use ports::{
    accounts::Registered,
    money::{EntryFilter, OpenOutcome, OpenWallet, WalletView},
    pagination::PageRequest,
};

fn savings(user: UserId, name: &str, key: &str) -> OpenWallet {
    OpenWallet {
        id: WalletId(id()),
        user,
        name: name.into(),
        kind: "savings".into(),
        currency: Currency::MXN,
        wallets_max: 1000,
        key: IdempotencyKey {
            caller: Principal::Client("test".into()),
            operation: "open-wallet".into(),
            key: key.into(),
        },
        fingerprint: Fingerprint::of(&[("name", Some(name))]),
        actor: actor(),
    }
}

/// One key, eight calls at once: one wallet. Another request under the key is refused, and an unknown user
/// gets no wallet.
pub async fn a_wallet_is_opened_once_for_its_key(store: impl Stores) {
    let first = person(&store, 1, 0).await;
    let requests: Vec<_> = (0..8).map(|_| savings(first.user, "Ahorro", "k")).collect();
    let all = join_all(requests.iter().map(|request| store.open_wallet(request, at(5)))).await;
    let mut opened = 0;
    let mut ids = std::collections::BTreeSet::new();
    for outcome in all {
        match outcome.unwrap() {
            OpenOutcome::Opened(wallet) => {
                opened += 1;
                ids.insert(wallet.id);
            }
            OpenOutcome::Replayed(wallet) => {
                ids.insert(wallet.id);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((opened, ids.len()), (1, 1));
    let other = store.open_wallet(&savings(first.user, "Viaje", "k"), at(6)).await.unwrap();
    assert_eq!(other, OpenOutcome::KeyReused);
    let stranger = store.open_wallet(&savings(UserId(id()), "Ahorro", "s"), at(6)).await.unwrap();
    assert_eq!(stranger, OpenOutcome::NoSuchUser);
    let page = PageRequest { limit: 10, after: None };
    assert_eq!(store.wallets(Some(first.user), &page).await.unwrap().len(), 2);
}

/// Eight calls at once with four wallets allowed, one of which is there: three are opened. A replay still gets
/// its wallet, and another person's wallets are not counted.
pub async fn a_person_has_so_many_wallets(store: impl Stores) {
    let (first, other) = (person(&store, 1, 0).await, person(&store, 2, 0).await);
    let four = |user, n: usize| OpenWallet { wallets_max: 4, ..savings(user, "Ahorro", &format!("k{n}")) };
    let requests: Vec<_> = (0..8).map(|n| four(first.user, n)).collect();
    let all = join_all(requests.iter().map(|request| store.open_wallet(request, at(5)))).await;
    let mut opened = Vec::new();
    for (request, outcome) in requests.iter().zip(all) {
        match outcome.unwrap() {
            OpenOutcome::Opened(wallet) => opened.push((request, wallet)),
            outcome => assert_eq!(outcome, OpenOutcome::TooMany),
        }
    }
    assert_eq!(opened.len(), 3);
    let page = PageRequest { limit: 10, after: None };
    assert_eq!(store.wallets(Some(first.user), &page).await.unwrap().len(), 4);
    for (request, wallet) in opened {
        assert_eq!(store.open_wallet(request, at(6)).await.unwrap(), OpenOutcome::Replayed(wallet));
    }
    let theirs = store.open_wallet(&four(other.user, 9), at(7)).await.unwrap();
    assert!(matches!(theirs, OpenOutcome::Opened(_)), "{theirs:?}");
}

/// A person with two wallets has one limit, also when both are used at once.
pub async fn several_wallets_share_one_limit(store: impl Stores) {
    let first = person(&store, 1, 1_000).await;
    let OpenOutcome::Opened(second) =
        store.open_wallet(&savings(first.user, "Ahorro", "k"), at(5)).await.unwrap()
    else {
        panic!("not opened");
    };
    store.post(&[transfer(first.user, first.id, second.id, 500, None)], at(6)).await.unwrap();
    let limits = Limits { per_day: 800, ..Limits::none(Currency::MXN) };
    let outside = clearing_account(Currency::MXN);
    let pay = |from: WalletId| {
        let mut request = transfer(first.user, from, outside, 100, None);
        request.command.limits = limits;
        let store = &store;
        async move { store.post(&[request], at(7)).await.unwrap().remove(0).decision }
    };
    let all = join_all((0..10).map(|i| pay(if i % 2 == 0 { first.id } else { second.id }))).await;
    let mxn = |minor| Money::new(minor, Currency::MXN);
    let figures = Some(LimitFigures { limit: mxn(800), left: mxn(0) });
    let exceeded = Decision::Decided(Outcome::Refused(Refusal::LimitExceeded {
        limit: LimitExceeded::PerDay { figures },
    }));
    // 500 went from the person's own wallet to their other one: everything that leaves a wallet counts.
    assert_eq!(all.iter().filter(|d| matches!(d, Decision::Decided(Outcome::Accepted(_)))).count(), 3);
    assert_eq!(all.iter().filter(|d| **d == exceeded).count(), 7);
    assert_eq!(store.verify().await.unwrap(), []);
}

/// A payment to a payee who is named for the first time is refused, and the payee is noted. After the
/// cool-off it is paid.
pub async fn a_new_payee_is_paid_after_the_cool_off(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    let outside = clearing_account(Currency::MXN);
    let limits = Limits { new_payee_cooloff: Duration::seconds(60), ..Limits::none(Currency::MXN) };
    let pay = |second: i64| {
        let mut request = transfer(wallet.user, wallet.id, outside, 100, None);
        request.command.limits = limits;
        request.command.transfer.created_at = at(second);
        let store = &store;
        async move { store.post(&[request], at(second)).await.unwrap().remove(0).decision }
    };
    let waits = Decision::Decided(Outcome::Refused(Refusal::LimitExceeded {
        limit: LimitExceeded::NewPayee { payable_at: at(160) },
    }));
    assert_eq!(pay(100).await, waits);
    assert_eq!(pay(159).await, waits);
    assert!(matches!(pay(160).await, Decision::Decided(Outcome::Accepted(_))));
}

/// The entries of a statement can be read from one instant on and up to another.
pub async fn entries_can_be_asked_for_by_time(store: impl Stores) {
    let wallet = person(&store, 1, 1_000).await;
    for second in [10, 20, 30] {
        let request = transfer(wallet.user, wallet.id, clearing_account(Currency::MXN), second, None);
        store.post(&[request], at(second)).await.unwrap();
    }
    let between = |from, until| EntryFilter { from, until };
    let page = PageRequest { limit: 10, after: None };
    let amounts = |filter| {
        let (store, page) = (&store, &page);
        async move {
            let found = store.entries(wallet.id, filter, page).await.unwrap();
            found.iter().map(|entry| entry.amount.minor).collect::<Vec<_>>()
        }
    };
    assert_eq!(amounts(between(Some(at(10)), Some(at(30)))).await, [-20, -10]);
    assert_eq!(amounts(between(Some(at(30)), None)).await, [-30]);
    assert_eq!(amounts(between(None, Some(at(10)))).await, [1_000]);
}

/// Each side of an entry is named: people by the name that others see, one's own wallets by theirs, accounts
/// outside by their last digits. No name is a part of an id.
pub async fn entries_name_the_other_side(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, named(&store, 2, "Ximena").await);
    let OpenOutcome::Opened(savings) =
        store.open_wallet(&savings(payer.user, "Ahorro", "k"), at(5)).await.unwrap()
    else {
        panic!("not opened");
    };
    let outside = clearing_account(Currency::MXN);
    for (to, minor) in [(payee.id, 1), (savings.id, 2), (outside, 3)] {
        store.post(&[transfer(payer.user, payer.id, to, minor, None)], at(6)).await.unwrap();
    }
    let seen = |wallet: WalletId| {
        let store = &store;
        async move {
            let page = PageRequest { limit: 10, after: None };
            let entries = store.entries(wallet, EntryFilter::default(), &page).await.unwrap();
            entries.into_iter().map(|entry| entry.counterpart).collect::<Vec<_>>()
        }
    };
    assert_eq!(
        seen(payer.id).await,
        [
            Counterpart::Account("****4567".into()),
            Counterpart::OwnWallet("Ahorro".into()),
            Counterpart::Person("Ximena".into()),
            Counterpart::Unknown,
        ]
    );
    assert_eq!(seen(savings.id).await, [Counterpart::OwnWallet("Principal".into())]);
    assert_eq!(seen(payee.id).await, [Counterpart::Person("****0001".into())], "no name is known");
    assert_eq!(store.shown_name(payee.user).await.unwrap().as_deref(), Some("Ximena"));
    assert_eq!(store.shown_name(UserId(id())).await.unwrap(), None);
}

/// A person with a proved number and a first name.
async fn named(store: &dyn Stores, n: u32, first_name: &str) -> WalletView {
    let proof = approved(store, n, Purpose::Registration).await;
    let mut account = sign_up(n, Some((n, proof)));
    account.first_name = Some(PersonName::parse(first_name).unwrap());
    let Registered::Done(user) = registered(store, account).await else { panic!("not registered") };
    store.first_wallet(user, Currency::MXN).await.unwrap().unwrap()
}
