//! Random scripts run through the port, and through the pure fold over a mirror of the accounts.

mod dice;
mod requests;

use self::dice::Dice;
use crate::{
    Stores,
    examples::{actor, at, id, person, policy},
    money::step_up::RIGHT,
};
use chrono::{Duration, NaiveDate};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        ledger::{
            AccountKind, Decision, Hold, LedgerAccount, Outcome, PostingBatch, Refusal, clearing_account,
        },
        limits::{Limits, Spending},
        transfer::{OffUsSettlement, Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::{
    money::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, HoldOutcome, HoldVerdict, OpenOutcome, OpenWallet,
        PostRequest, ReverseRequest,
    },
    pagination::PageRequest,
};
use std::collections::BTreeMap;

const SCRIPTS: u32 = 30;
const STEPS: u32 = 25;
/// A second after the end of every script.
const LATE: i64 = 1_000_000_000;

/// Whatever is requested, alone or in batches: the store answers as the fold does, and keeps the same state.
pub async fn random_scripts_agree_with_the_fold(store: impl Stores) {
    for seed in 0..SCRIPTS {
        let mut script = Script::begin(&store, seed).await;
        for _ in 0..STEPS {
            script.step(&store).await;
        }
        script.agrees(&store).await;
        assert_eq!(store.verify().await.unwrap(), [], "script {seed}");
    }
}

/// One end of a script's transfers.
#[derive(Clone, Copy)]
struct End {
    id: WalletId,
    owner: Option<UserId>,
    currency: Currency,
}

/// A script in progress, and the mirror of what its people have.
struct Script {
    seed: u32,
    dice: Dice,
    second: i64,
    limits: Limits,
    ends: Vec<End>,
    mirror: PostingBatch,
    transfers: BTreeMap<TransferId, Transfer>,
    holds: BTreeMap<TransferId, Hold>,
    posted: Vec<PostRequest>,
    reversed: Vec<ReverseRequest>,
}

impl Script {
    /// Three new people with wallets in two currencies, some with a second wallet, and money in them.
    async fn begin(store: &dyn Stores, seed: u32) -> Self {
        let mut dice = Dice(u64::from(seed));
        let mut limit = |percent, most| if dice.happens(percent) { dice.minor(most) + 200 } else { 0 };
        let limits = Limits {
            currency: Currency::MXN,
            per_transfer: limit(20, 600),
            per_day: limit(50, 1_000),
            per_month: limit(30, 2_000),
            new_payee_cooloff: Duration::seconds(if limit(33, 1) > 0 { 10 } else { 0 }),
        };
        let usd = Currency::parse("USD").unwrap();
        let outside = |currency| End { id: clearing_account(currency), owner: None, currency };
        let mut ends = vec![outside(Currency::MXN), outside(usd)];
        for number in 0..3 {
            let first = person(store, 1_000 + seed * 10 + number, 0).await;
            let owner = first.user;
            ends.push(End { id: first.id, owner: Some(owner), currency: Currency::MXN });
            ends.push(End { id: open(store, owner, usd).await, owner: Some(owner), currency: usd });
            if number == 0 {
                let savings = open(store, owner, Currency::MXN).await;
                ends.push(End { id: savings, owner: Some(owner), currency: Currency::MXN });
            }
        }
        let mirror = PostingBatch {
            accounts: ends.iter().map(|end| (end.id, mirrored(end))).collect(),
            ..PostingBatch::default()
        };
        let (transfers, holds, posted, reversed) = Default::default();
        let mut script =
            Self { seed, dice, second: 0, limits, ends, mirror, transfers, holds, posted, reversed };
        let wallets = script.ends[2..].to_vec();
        let mut openings = Vec::new();
        for wallet in wallets {
            let mut opening = script.request(outside(wallet.currency), wallet, 1_000);
            opening.command.key.key = format!("id:{}", wallet.id);
            openings.push(opening);
        }
        script.post(store, openings).await;
        script
    }

    async fn step(&mut self, store: &dyn Stores) {
        self.second += 3;
        match self.dice.below(100) {
            0..55 => {
                let count = self.dice.minor(5);
                let requests = (0..count).map(|_| self.any_request()).collect();
                self.post(store, requests).await;
            }
            55..66 => self.confirm(store).await,
            66..80 => self.settle(store).await,
            80..95 => self.reverse(store).await,
            95..97 => self.cancel(store).await,
            _ => self.second += self.dice.minor(20) * 43_200,
        }
    }

    fn day(&self) -> NaiveDate {
        at(self.second).date_naive()
    }

    fn left(&self, wallet: WalletId) -> Option<Money> {
        let account = self.mirror.accounts.get(&wallet)?;
        (account.kind == AccountKind::Person).then(|| Money::new(account.available(), account.currency))
    }

    fn having(&self, wanted: &[TransferStatus]) -> Vec<TransferId> {
        let all = self.transfers.values().filter(|transfer| wanted.contains(&transfer.status));
        all.map(|transfer| transfer.id).collect()
    }

    async fn post(&mut self, store: &dyn Stores, requests: Vec<PostRequest>) {
        let mut expected = Vec::new();
        for request in &requests {
            let decision = self.mirror.decide(&request.command);
            self.keep(&decision);
            let left = match &decision {
                Decision::Decided(Outcome::Accepted(done)) if done.status == TransferStatus::Completed => {
                    self.left(done.from)
                }
                _ => None,
            };
            expected.push((decision, left));
        }
        let outcomes = store.post(&requests, at(self.second)).await.unwrap();
        assert_eq!(outcomes.len(), requests.len());
        for ((outcome, (decision, left)), request) in outcomes.iter().zip(expected).zip(&requests) {
            let asked = &request.command.transfer;
            assert_eq!(outcome.decision, decision, "script {}: {asked:?}", self.seed);
            if self.left(asked.from).is_some() {
                assert_eq!(outcome.balance_after, left, "script {}: {asked:?}", self.seed);
            }
        }
    }

    fn keep(&mut self, decision: &Decision) {
        let Decision::Decided(Outcome::Accepted(transfer)) = decision else { return };
        if transfer.status == TransferStatus::Processing {
            self.holds.insert(transfer.id, *self.mirror.new_holds.last().unwrap());
        }
        self.transfers.insert(transfer.id, transfer.as_ref().clone());
    }

    /// Enters the right code for a transfer that waits.
    async fn confirm(&mut self, store: &dyn Stores) {
        let waiting = self.having(&[TransferStatus::PendingVerification]);
        let Some(id) = self.dice.pick(&waiting) else { return };
        let (limits, day, now) = (self.limits, self.day(), at(self.second));
        let transfer = self.transfers.get_mut(&id).unwrap();
        transfer.refusal = self.mirror.post_filed(transfer, limits, day, now).err();
        let is_paid = transfer.refusal.is_none();
        transfer.status = if is_paid { TransferStatus::Completed } else { TransferStatus::Failed };
        let transfer = transfer.clone();
        let request = ConfirmTransfer {
            transfer: id,
            verification: transfer.verification.unwrap(),
            mac: Some(RIGHT),
            effect_key: None,
            limits,
            day,
            policy: policy(),
            off_us: OffUsSettlement::AtOnce,
            payee: None,
            actor: actor(),
        };
        let outcome = store.confirm(&request, at(self.second)).await.unwrap();
        let balance_after = if is_paid { self.left(transfer.from) } else { None };
        let expected = ConfirmOutcome::Decided { transfer: Box::new(transfer), balance_after };
        assert_eq!(outcome, expected, "script {}", self.seed);
    }

    /// Gives a verdict on held money, repeats it, and, once the transfer has ended, contradicts it.
    async fn settle(&mut self, store: &dyn Stores) {
        let held = self.having(&[TransferStatus::Processing, TransferStatus::Unknown]);
        let Some(id) = self.dice.pick(&held) else { return };
        let hold = self.holds[&id];
        let transfer = self.transfers.get_mut(&id).unwrap();
        let refusal = self.dice.happens(50).then_some(Refusal::InsufficientFunds);
        let void = HoldVerdict::Void { status: TransferStatus::Failed, refusal };
        let (verdict, contrary) = match self.dice.below(10) {
            0..2 if transfer.status == TransferStatus::Processing => (HoldVerdict::Submit, None),
            2..4 if transfer.status == TransferStatus::Processing => (HoldVerdict::Unknown, None),
            0..6 => (HoldVerdict::Capture, Some(void)),
            _ => (void, Some(HoldVerdict::Capture)),
        };
        match &verdict {
            HoldVerdict::Submit => transfer.expires_at = None,
            HoldVerdict::Unknown => transfer.status = TransferStatus::Unknown,
            HoldVerdict::Capture => {
                self.mirror.capture(&hold, transfer).unwrap();
                transfer.status = TransferStatus::Completed;
            }
            HoldVerdict::Void { status, refusal } => {
                self.mirror.void(&hold).unwrap();
                (transfer.status, transfer.refusal) = (*status, *refusal);
            }
        }
        let stands = Box::new(transfer.clone());
        for _ in 0..2 {
            let outcome = store.settle_hold(id, &verdict, &actor(), at(self.second)).await.unwrap();
            assert_eq!(outcome, HoldOutcome::Settled(stands.clone()), "script {}: {verdict:?}", self.seed);
        }
        if let Some(contrary) = contrary {
            let outcome = store.settle_hold(id, &contrary, &actor(), at(self.second)).await.unwrap();
            assert_eq!(outcome, HoldOutcome::TooLate(stands), "script {}: {contrary:?}", self.seed);
        }
        if matches!(verdict, HoldVerdict::Void { .. }) {
            self.try_again(store, id).await;
        }
    }

    /// Requests a transfer again whose money was given back, within the limits.
    async fn try_again(&mut self, store: &dyn Stores, id: TransferId) {
        let transfer = self.transfers[&id].clone();
        let end = |wallet| self.ends.iter().find(|end| end.id == wallet).copied().unwrap();
        let (from, to) = (end(transfer.from), end(transfer.to));
        let mut request = self.request(from, to, transfer.amount.minor);
        request.command.limits = self.limits;
        self.post(store, vec![request]).await;
    }

    async fn reverse(&mut self, store: &dyn Stores) {
        let Some(request) = self.any_reversal() else { return };
        let original = self.transfers.get_mut(&request.original).unwrap();
        let decision = self.mirror.reverse(&request.command, original);
        self.keep(&decision);
        let outcome = store.reverse(&request, at(self.second)).await.unwrap().unwrap();
        assert_eq!(outcome.decision, decision, "script {}: {:?}", self.seed, request.command);
        let mut unknown = request;
        unknown.original = TransferId(id());
        assert_eq!(store.reverse(&unknown, at(self.second)).await.unwrap(), None);
    }

    /// Cancels a transfer, whether it still waits or not.
    async fn cancel(&mut self, store: &dyn Stores) {
        let all: Vec<_> = self.transfers.keys().copied().collect();
        let Some(id) = self.dice.pick(&all) else { return };
        let transfer = self.transfers.get_mut(&id).unwrap();
        if transfer.status == TransferStatus::PendingVerification {
            transfer.status = TransferStatus::Canceled;
        }
        let after = store.cancel(id, &actor(), at(self.second)).await.unwrap();
        assert_eq!(after.as_ref(), Some(&*transfer), "script {}", self.seed);
    }

    /// Balances, entries, transfers and kept answers are the same as in the mirror.
    async fn agrees(&self, store: &dyn Stores) {
        let seed = self.seed;
        for end in self.ends.iter().filter(|end| end.owner.is_some()) {
            let account = self.mirror.accounts[&end.id];
            let money = |minor| Money::new(minor, end.currency);
            let wallet = store.find_wallet(end.id).await.unwrap().unwrap();
            let stands = (wallet.posted, wallet.available);
            assert_eq!(stands, (money(account.posted), money(account.available())), "script {seed}");
            let page = PageRequest { limit: 1_000, after: None };
            let kept = store.entries(end.id, EntryFilter::default(), &page).await.unwrap();
            let kept: Vec<_> =
                kept.into_iter().map(|e| (e.version, e.amount, e.balance_after, e.transfer)).collect();
            let mirrored = self.mirror.new_entries.iter().rev().filter(|entry| entry.account == end.id);
            let mirrored = mirrored.map(|entry| {
                let (version, balance) = (entry.version.unwrap(), entry.balance_after.unwrap());
                (version, money(entry.minor), money(balance), self.transfers[&entry.transfer].clone())
            });
            assert_eq!(kept, mirrored.collect::<Vec<_>>(), "script {seed}");
        }
        for transfer in self.transfers.values() {
            let kept = store.find_transfer(transfer.id).await.unwrap();
            assert_eq!(kept.as_ref(), Some(transfer), "script {seed}");
        }
        for (key, (_, known)) in &self.mirror.outcomes {
            let kept = store.find_outcome(key).await.unwrap();
            assert_eq!(kept.as_ref(), Some(known), "script {seed}: {key:?}");
        }
    }
}

fn mirrored(end: &End) -> LedgerAccount {
    let fresh = LedgerAccount::clearing(end.currency);
    match end.owner {
        None => fresh,
        Some(_) => LedgerAccount {
            id: end.id,
            kind: AccountKind::Person,
            owner: end.owner,
            spending: Spending::default(),
            ..fresh
        },
    }
}

async fn open(store: &dyn Stores, user: UserId, currency: Currency) -> WalletId {
    let wallet = WalletId(id());
    let request = OpenWallet {
        id: wallet,
        user,
        name: "Otra".into(),
        kind: "savings".into(),
        currency,
        wallets_max: 1000,
        key: IdempotencyKey {
            caller: Principal::Client("script".into()),
            operation: "open_wallet".into(),
            key: format!("id:{wallet}"),
        },
        fingerprint: Fingerprint::of(&[("currency", Some(currency.code()))]),
        actor: actor(),
    };
    match store.open_wallet(&request, at(0)).await.unwrap() {
        OpenOutcome::Opened(view) => view.id,
        other => panic!("{other:?}"),
    }
}
