//! A person's own figures, over all their wallets.

use super::payees::to;
use crate::{
    Stores,
    examples::{actor, at, folio, id, person, transfer},
};
use domain::{
    ids::WalletId,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::{Decision, Outcome, ReverseTransfer},
        transfer::{Destination, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::money::{
    Direction, HoldVerdict, OpenOutcome, OpenWallet, OwnEntryFilter, PostRequest, ReverseRequest, SentFilter,
    WalletView,
};

fn mxn(minor: i64) -> Money {
    Money::new(minor, Currency::MXN)
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn account(number: u64) -> AccountNumber {
    AccountNumber::Plain(format!("{number:010}"))
}

async fn another_wallet(store: &dyn Stores, of: &WalletView, currency: Currency) -> WalletView {
    let key = id().to_string();
    let request = OpenWallet {
        id: WalletId(id()),
        user: of.user,
        name: "Ahorro".into(),
        kind: "savings".into(),
        currency,
        wallets_max: 1000,
        key: IdempotencyKey {
            caller: Principal::Client("test".into()),
            operation: "open-wallet".into(),
            key,
        },
        fingerprint: Fingerprint::of(&[]),
        actor: actor(),
    };
    let OpenOutcome::Opened(wallet) = store.open_wallet(&request, at(0)).await.unwrap() else {
        panic!("not opened")
    };
    wallet
}

async fn post(store: &dyn Stores, minor: i64, second: i64, mut request: PostRequest) -> PostRequest {
    request.command.transfer.amount.minor = minor;
    request.command.transfer.created_at = at(second);
    let outcome = store.post(&[request.clone()], at(second)).await.unwrap().remove(0);
    assert!(matches!(outcome.decision, Decision::Decided(Outcome::Accepted(_))), "{outcome:?}");
    request
}

/// Ana pays an account twice, another once, Bea by her number, and moves money to her savings; Bea pays Ana.
async fn story(store: &dyn Stores) -> (WalletView, WalletView, WalletView) {
    let (ana, bea) = (person(store, 1, 1_000).await, person(store, 2, 1_000).await);
    let savings = another_wallet(store, &ana, Currency::MXN).await;
    post(store, 11, 10, to(&ana, 1, None, 0)).await;
    post(store, 12, 20, to(&ana, 2, None, 0)).await;
    post(store, 300, 30, transfer(ana.user, ana.id, savings.id, 1, None)).await;
    post(store, 13, 40, to(&savings, 1, None, 0)).await;
    let mut by_phone = transfer(ana.user, ana.id, bea.id, 1, None);
    by_phone.command.transfer.destination = Destination::Wallet { id: bea.id, found_by: Some(account(3)) };
    post(store, 14, 50, by_phone).await;
    post(store, 15, 60, transfer(bea.user, bea.id, ana.id, 1, None)).await;
    (ana, savings, bea)
}

fn sent(from: Option<i64>, until: Option<i64>, accounts: Option<&[u64]>) -> SentFilter {
    let accounts = accounts.map(|numbers| numbers.iter().map(|number| account(*number)).collect());
    SentFilter { from: from.map(at), until: until.map(at), accounts, amount: None }
}

/// The entries of all wallets come newest first; period, account, direction and limit choose among them.
pub async fn own_entries_are_of_all_wallets(store: impl Stores) {
    let (ana, savings, _) = story(&store).await;
    let entries = |sent, direction, limit| {
        let store = &store;
        async move {
            let filter = OwnEntryFilter { sent, direction, limit };
            store.own_entries(ana.user, &filter).await.unwrap()
        }
    };
    let amounts = |sent, direction, limit| {
        let entries = entries(sent, direction, limit);
        async move { entries.await.iter().map(|own| own.entry.amount.minor).collect::<Vec<_>>() }
    };
    let all = sent(None, None, None);
    let every = entries(all.clone(), None, 50).await;
    let mut seen: Vec<i64> = every.iter().map(|own| own.entry.amount.minor).collect();
    assert_eq!(seen.drain(..3).collect::<Vec<_>>(), [15, -14, -13]);
    assert_eq!(seen.drain(2..).collect::<Vec<_>>(), [-12, -11, 1_000]);
    seen.sort_unstable();
    assert_eq!(seen, [-300, 300], "both sides of a move between own wallets");
    assert_eq!(every.iter().filter(|own| own.is_own_move).count(), 2);
    let from_savings = every.iter().find(|own| own.entry.amount.minor == -13).unwrap();
    assert_eq!((from_savings.wallet, from_savings.entry.balance_after), (savings.id, mxn(287)));
    assert_eq!(amounts(all.clone(), None, 2).await, [15, -14]);
    assert_eq!(amounts(all.clone(), Some(Direction::In), 2).await, [15, 300]);
    assert_eq!(amounts(all, Some(Direction::Out), 2).await, [-14, -13]);
    assert_eq!(amounts(sent(Some(20), Some(30), None), None, 50).await, [-12]);
    assert_eq!(amounts(sent(None, None, Some(&[1])), None, 50).await, [-13, -11]);
    assert_eq!(amounts(sent(None, None, Some(&[2, 3])), None, 50).await, [-14, -12]);
    assert_eq!(amounts(sent(Some(20), None, Some(&[1])), None, 50).await, [-13]);
    assert_eq!(amounts(sent(None, None, Some(&[9])), None, 50).await, [0i64; 0]);
}

/// An amount chooses among all entries and payments, however many are newer, whichever way the money went.
pub async fn an_amount_chooses_among_all_entries(store: impl Stores) {
    let (ana, _, bea) = story(&store).await;
    let of = |amount| SentFilter { amount: Some(amount), ..SentFilter::default() };
    let entries = |user, amount, direction, limit| {
        let filter = OwnEntryFilter { sent: of(amount), direction, limit };
        let store = &store;
        async move {
            let found = store.own_entries(user, &filter).await.unwrap();
            found.iter().map(|own| own.entry.amount.minor).collect::<Vec<_>>()
        }
    };
    assert_eq!(entries(ana.user, mxn(11), None, 1).await, [-11], "the oldest payment, and one entry is read");
    assert_eq!(entries(ana.user, mxn(15), None, 9).await, [15]);
    assert_eq!(entries(bea.user, mxn(15), None, 9).await, [-15]);
    assert_eq!(entries(ana.user, mxn(300), None, 9).await.len(), 2, "both sides of an own move");
    assert_eq!(entries(ana.user, mxn(300), Some(Direction::In), 9).await, [300]);
    for nothing in [mxn(1), Money::new(11, usd())] {
        assert_eq!(entries(ana.user, nothing, None, 9).await, [0i64; 0]);
    }
    let last = store.last_sent(ana.user, &of(mxn(12)), 5).await.unwrap();
    assert_eq!(last.iter().map(|sent| sent.transfer.amount).collect::<Vec<_>>(), [mxn(12)]);
    assert_eq!(store.spent_sum(ana.user, &of(mxn(12))).await.unwrap(), [mxn(12)]);
}

/// What was spent is what went to others: moves between own wallets and money that came in don't count, and what
/// was reversed is taken off. Each currency has a sum of its own.
pub async fn spending_is_what_went_to_others(store: impl Stores) {
    let (ana, _, bea) = story(&store).await;
    let spent = |user, filter: SentFilter| {
        let store = &store;
        async move { store.spent_sum(user, &filter).await.unwrap() }
    };
    assert_eq!(spent(ana.user, sent(None, None, None)).await, [mxn(50)]);
    assert_eq!(spent(ana.user, sent(Some(20), Some(50), None)).await, [mxn(25)]);
    assert_eq!(spent(ana.user, sent(None, None, Some(&[1]))).await, [mxn(24)]);
    assert_eq!(spent(ana.user, sent(None, None, Some(&[2, 3]))).await, [mxn(26)]);
    assert_eq!(spent(ana.user, sent(Some(61), None, None)).await, []);
    assert_eq!(spent(bea.user, sent(None, None, None)).await, [mxn(15)]);
    let paid = store.last_sent(bea.user, &sent(None, None, None), 1).await.unwrap().remove(0).transfer;
    let give_back = |minor| {
        let command = ReverseTransfer {
            id: domain::ids::TransferId(id()),
            folio: folio(),
            caller: Principal::Client("test".into()),
            minor,
            reason: String::new(),
            key: IdempotencyKey::own(id()),
            fingerprint: Fingerprint::of(&[]),
            at: at(70),
        };
        ReverseRequest { original: paid.id, command, actor: actor() }
    };
    store.reverse(&give_back(Some(5)), at(70)).await.unwrap();
    assert_eq!(spent(bea.user, sent(None, None, None)).await, [mxn(10)]);
    assert_eq!(spent(ana.user, sent(None, None, None)).await, [mxn(50)], "giving back is no spending");
    store.reverse(&give_back(None), at(80)).await.unwrap();
    assert_eq!(spent(bea.user, sent(None, None, None)).await, []);
    let dollars = another_wallet(&store, &ana, usd()).await;
    let clearing = domain::money::ledger::clearing_account(usd());
    let in_dollars = |from, to| {
        let mut request = transfer(ana.user, from, to, 1, None);
        request.command.transfer.amount.currency = usd();
        request
    };
    post(&store, 100, 90, in_dollars(clearing, dollars.id)).await;
    post(&store, 7, 100, in_dollars(dollars.id, clearing)).await;
    assert_eq!(spent(ana.user, sent(None, None, None)).await, [mxn(50), Money::new(7, usd())]);
}

/// The newest transfers to others, with the time in which their money moved; not those that came to nothing.
pub async fn the_last_transfers_to_a_payee_are_found(store: impl Stores) {
    let (ana, _, bea) = story(&store).await;
    let last = |accounts: Option<&'static [u64]>, count| {
        let store = &store;
        async move { store.last_sent(ana.user, &sent(None, None, accounts), count).await.unwrap() }
    };
    let minors = |found: &[ports::money::SentTransfer]| {
        found.iter().map(|sent| sent.transfer.amount.minor).collect::<Vec<_>>()
    };
    assert_eq!(minors(&last(None, 50).await), [14, 13, 12, 11]);
    assert_eq!(minors(&last(None, 2).await), [14, 13]);
    let to_one = last(Some(&[1]), 1).await.remove(0);
    assert_eq!((to_one.transfer.amount, to_one.completed_at), (mxn(13), Some(at(40))));
    assert_eq!(to_one.transfer.destination, Destination::Account(account(1)));
    assert_eq!(minors(&store.last_sent(bea.user, &sent(None, None, None), 9).await.unwrap()), [15]);
    let mut held = to(&ana, 1, None, 100);
    held.command.transfer.status = TransferStatus::Processing;
    let held = post(&store, 16, 100, held).await.command.transfer;
    let under_way = last(Some(&[1]), 1).await.remove(0);
    assert_eq!((under_way.transfer.id, under_way.completed_at), (held.id, None));
    let failed = HoldVerdict::Void { status: TransferStatus::Failed, refusal: None };
    store.settle_hold(held.id, &failed, &actor(), at(110)).await.unwrap();
    assert_eq!(minors(&last(Some(&[1]), 1).await), [13]);
}

/// A payment like an earlier one is noticed: the same person, amount and account, and not too long ago. What was
/// canceled or given back does not count.
pub async fn a_payment_like_an_earlier_one_is_noticed(store: impl Stores) {
    let (ana, _, bea) = story(&store).await;
    let alike = |user, minor, number, since| {
        let store = &store;
        async move { store.last_alike(user, mxn(minor), &account(number), at(since)).await.unwrap() }
    };
    assert_eq!(alike(ana.user, 11, 1, 0).await, Some(at(10)));
    assert_eq!(alike(ana.user, 11, 1, 10).await, Some(at(10)));
    assert_eq!(alike(ana.user, 14, 3, 0).await, Some(at(50)), "a wallet that was found by its number");
    for (user, minor, number, since) in
        [(ana.user, 11, 1, 11), (ana.user, 12, 1, 0), (ana.user, 11, 2, 0), (bea.user, 11, 1, 0)]
    {
        assert_eq!(alike(user, minor, number, since).await, None);
    }
    let other = store.last_alike(ana.user, Money::new(11, usd()), &account(1), at(0)).await.unwrap();
    assert_eq!(other, None);
    let mut filed = to(&ana, 5, None, 100);
    filed.command.transfer.status = TransferStatus::PendingVerification;
    let filed = post(&store, 17, 100, filed).await.command.transfer;
    assert_eq!(alike(ana.user, 17, 5, 0).await, Some(at(100)), "it may still be paid");
    store.cancel(filed.id, &actor(), at(110)).await.unwrap();
    assert_eq!(alike(ana.user, 17, 5, 0).await, None);
}
