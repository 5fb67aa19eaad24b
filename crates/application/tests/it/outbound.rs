//! Payments to an outside bank over a real database, with a bank that answers as it likes.

use crate::{
    scripted_bank::{Mood, ScriptedBank},
    world::{fresh_folder, kernel, open_store},
};
use adapter_sqlite::Store;
use application::money::outbound::{
    OutboundPolicy,
    carry_out_payments::CarryOutPayments,
    take_bank_word::{TakeBankWord, WordTaken},
};
use chrono::Duration;
use domain::{
    ids::TransferId,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        bank::{BankEntry, BankReference, BankStatus, EntryStatus, OperatingDate},
        ledger::clearing_account,
        outbound::{OutboundRules, OutboundState},
        transfer::{Destination, TransferStatus},
    },
};
use ports::{
    accounts::Identities,
    money::{Ledger, OutboundPayments, WalletView},
    pagination::PageRequest,
};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock, SeededRandom, new_person, phone, posting};

const ACCOUNT: &str = "012180001183597196";

/// A bank in which Ana has 1000 pesos, and an outside bank.
struct World {
    store: Store,
    clock: Arc<MovableClock>,
    bank: Arc<ScriptedBank>,
    worker: CarryOutPayments,
    words: TakeBankWord,
    ana: WalletView,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let (folder, clock) = (fresh_folder(), Arc::<MovableClock>::default());
        let store = open_store(&folder).await;
        let kernel = kernel(&clock, &Arc::new(CountedIds::default()), 7);
        let person = new_person(phone(1));
        store.get_or_create(&person, kernel.now()).await.unwrap();
        let opening = posting(person.id, clearing_account(Currency::MXN), person.wallet, 100_000, "opening");
        store.post(&[opening], kernel.now()).await.unwrap();
        let ana = store.find_wallet(person.wallet).await.unwrap().unwrap();
        let bank = Arc::new(ScriptedBank { mood: Mutex::new(Mood::Settles), book: Mutex::default() });
        let rules = OutboundRules { horizon: Duration::minutes(60) };
        let policy =
            OutboundPolicy { rules, zone: chrono_tz::America::Mexico_City, cutoff: "18:00".parse().unwrap() };
        let (port, ledger) = (Arc::new(store.clone()), Arc::new(store.clone()));
        let worker =
            CarryOutPayments::new(port.clone(), ledger.clone(), bank.clone(), kernel.clone(), policy);
        let words = TakeBankWord::new(port, ledger, kernel, rules);
        Self { store, clock, bank, worker, words, ana, _folder: folder }
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        ports::clock::Clock::now(self.clock.as_ref())
    }

    async fn order(&self, minor: i64, key: &str) -> TransferId {
        let mut request = posting(self.ana.user, self.ana.id, clearing_account(Currency::MXN), minor, key);
        let transfer = &mut request.command.transfer;
        transfer.status = TransferStatus::Processing;
        transfer.destination = Destination::Account(AccountNumber::Clabe(ACCOUNT.into()));
        let id = transfer.id;
        self.store.post(&[request], self.now()).await.unwrap();
        id
    }

    /// Does everything that is due, once.
    async fn work(&self) {
        for leased in self.worker.lease(100).await.unwrap() {
            self.worker.run(leased).await.unwrap();
        }
    }

    async fn work_after(&self, minutes: i64) {
        self.clock.advance(Duration::minutes(minutes));
        self.work().await;
    }

    async fn status(&self, transfer: TransferId) -> TransferStatus {
        self.store.find_transfer(transfer).await.unwrap().unwrap().status
    }

    async fn state(&self, transfer: TransferId) -> OutboundState {
        self.store.find_payment(transfer).await.unwrap().unwrap().state
    }

    async fn purse(&self) -> (i64, i64) {
        let view = self.store.find_wallet(self.ana.id).await.unwrap().unwrap();
        (view.posted.minor, view.available.minor)
    }

    async fn calls(&self, transfer: TransferId) -> Vec<(&'static str, String)> {
        let page = PageRequest { limit: 100, after: None };
        let calls = self.store.bank_calls(transfer, &page).await.unwrap();
        calls.into_iter().map(|call| (call.operation.name(), call.outcome)).collect()
    }

    async fn is_sound(&self) {
        assert_eq!(self.store.verify().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_sent_and_completed_when_the_bank_settles_it() {
    let world = World::new().await;
    let transfer = world.order(10_010, "one").await;
    assert_eq!(world.purse().await, (100_000, 89_990));
    world.work().await;
    assert_eq!(world.status(transfer).await, TransferStatus::Completed);
    assert_eq!(world.purse().await, (89_990, 89_990));
    assert_eq!(world.calls(transfer).await, [("submit", "settled".to_owned())]);
    world.work_after(600).await;
    assert_eq!(world.calls(transfer).await.len(), 1, "nothing is left to do");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_bank_has_is_asked_about_until_it_settles() {
    let world = World::new().await;
    world.bank.set(Mood::Waits);
    let transfer = world.order(5_000, "one").await;
    world.work().await;
    world.work_after(1).await;
    assert_eq!(world.status(transfer).await, TransferStatus::Processing);
    assert_eq!(world.purse().await, (100_000, 95_000));
    world.bank.settle_all();
    world.work_after(1).await;
    assert_eq!(world.status(transfer).await, TransferStatus::Completed);
    let expected = [("submit", "accepted"), ("status", "accepted"), ("status", "settled")];
    assert_eq!(world.calls(transfer).await, expected.map(|(call, outcome)| (call, outcome.to_owned())));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_gives_the_money_back_with_the_banks_reason() {
    let world = World::new().await;
    world.bank.set(Mood::Refuses);
    let transfer = world.order(4_000, "one").await;
    world.work().await;
    assert_eq!(
        (world.status(transfer).await, world.purse().await),
        (TransferStatus::Failed, (100_000, 100_000))
    );
    let payment = world.store.find_payment(transfer).await.unwrap().unwrap();
    assert_eq!(payment.reason.unwrap().code(), "AC04");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_by_asking_and_nothing_is_sent_twice() {
    let world = World::new().await;
    world.bank.set(Mood::DropsAnswer);
    let lost = world.order(2_400, "lost").await;
    world.work().await;
    world.bank.set(Mood::Vanishes);
    let vanished = world.order(2_500, "vanished").await;
    world.work().await;
    for transfer in [lost, vanished] {
        assert_eq!(world.status(transfer).await, TransferStatus::Unknown);
    }
    assert_eq!(world.purse().await, (100_000, 95_100));
    world.bank.set(Mood::Settles);
    world.work_after(1).await;
    assert_eq!(world.status(lost).await, TransferStatus::Completed);
    assert_eq!(world.status(vanished).await, TransferStatus::Unknown, "not found is no failure");
    for _ in 0..20 {
        world.work_after(10).await;
    }
    assert_eq!(world.state(vanished).await, OutboundState::Manual);
    assert_eq!(world.purse().await, (97_600, 95_100));
    assert!(world.bank.book.lock().unwrap().sent.values().all(|times| *times == 1));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_died_while_it_sent_leaves_the_payment_in_doubt() {
    let world = World::new().await;
    let transfer = world.order(1_000, "one").await;
    let leased = world.worker.lease(1).await.unwrap().remove(0);
    let date = OperatingDate::new(world.now().date_naive());
    let until = world.now() + Duration::seconds(70);
    let begun = leased.payment.begin_submit(date, world.now(), until).unwrap();
    assert!(world.store.begin_submit(&begun, leased.fence, [1; 32]).await.unwrap());
    world.work_after(1).await;
    assert_eq!(world.state(transfer).await, OutboundState::Submitting, "its lease goes on");
    world.work_after(1).await;
    assert_eq!(
        (world.status(transfer).await, world.purse().await),
        (TransferStatus::Unknown, (100_000, 99_000))
    );
    world.work_after(1).await;
    assert!(world.bank.book.lock().unwrap().sent.is_empty(), "it is only asked about");
    let expected = [("submit", "interrupted"), ("status", "not_found")];
    assert_eq!(world.calls(transfer).await, expected.map(|(call, outcome)| (call, outcome.to_owned())));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_park_payments_until_a_start() {
    let world = World::new().await;
    world.bank.set(Mood::RefusesCredentials);
    let transfer = world.order(1_000, "one").await;
    world.work().await;
    world.work_after(1).await;
    assert_eq!(world.status(transfer).await, TransferStatus::Processing);
    assert_eq!(world.calls(transfer).await.len(), 1, "it isn't tried again and again");
    world.bank.set(Mood::Settles);
    assert_eq!(world.worker.wake().await.unwrap(), 1);
    world.work().await;
    assert_eq!(world.status(transfer).await, TransferStatus::Completed);
    world.bank.set(Mood::CannotBeReached);
    let later = world.order(1_000, "two").await;
    world.work().await;
    world.bank.set(Mood::Settles);
    world.work_after(1).await;
    assert_eq!(world.status(later).await, TransferStatus::Completed);
    world.is_sound().await;
}

fn entry(reference: BankReference, minor: i64, status: EntryStatus) -> BankEntry {
    BankEntry {
        entry_id: "E1".into(),
        reference: Some(reference.to_string()),
        bank_id: None,
        amount: Money::new(minor, Currency::MXN),
        status,
        booked_at: testkit::at(0),
        value_date: testkit::at(0).date_naive(),
        creditor_account: Some(ACCOUNT.into()),
        counterparty_account: None,
        counterparty_name: None,
        concept: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banks_own_words_act_once() {
    let world = World::new().await;
    world.bank.set(Mood::Waits);
    let [noticed, booked] = [world.order(1_000, "one").await, world.order(2_000, "two").await];
    world.work().await;
    let report = |transfer, status, minor| {
        ScriptedBank::report(BankReference::of(transfer), status, Money::new(minor, Currency::MXN))
    };
    let settled = report(noticed, BankStatus::SettledByCreditor, 1_000);
    for _ in 0..3 {
        let taken = world.words.report(&settled, b"{}".to_vec()).await.unwrap();
        assert_eq!(taken, WordTaken::Taken(OutboundState::Settled));
    }
    let reference = BankReference::of(booked);
    for pending in
        [entry(reference, -2_000, EntryStatus::Pending), entry(reference, 2_000, EntryStatus::Booked)]
    {
        assert_eq!(world.words.entry(&pending, Vec::new()).await.unwrap(), WordTaken::Meaningless);
    }
    let line = entry(reference, -2_000, EntryStatus::Booked);
    for _ in 0..2 {
        let taken = world.words.entry(&line, Vec::new()).await.unwrap();
        assert_eq!(taken, WordTaken::Taken(OutboundState::Settled));
    }
    assert_eq!(world.purse().await, (97_000, 97_000));
    let nobody = report(TransferId(testkit::id()), BankStatus::SettledByCreditor, 1_000);
    assert_eq!(world.words.report(&nobody, Vec::new()).await.unwrap(), WordTaken::Meaningless);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_after_it_was_refused_waits_for_people() {
    let world = World::new().await;
    world.bank.set(Mood::Refuses);
    let transfer = world.order(801, "one").await;
    world.work().await;
    let reference = BankReference::of(transfer);
    let paid = ScriptedBank::report(reference, BankStatus::SettledByDebtor, Money::new(801, Currency::MXN));
    world.words.report(&paid, Vec::new()).await.unwrap();
    assert_eq!(
        (world.status(transfer).await, world.purse().await),
        (TransferStatus::Unknown, (100_000, 100_000))
    );
    assert_eq!(world.state(transfer).await, OutboundState::Exception);
    world.is_sound().await;
}

/// Whatever the bank does, each order reaches it once at most, and what we say agrees with what it did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_payments_with_a_moody_bank_end_as_the_bank_says() {
    const MOODS: [Mood; 7] = [
        Mood::Settles,
        Mood::Waits,
        Mood::Refuses,
        Mood::DropsAnswer,
        Mood::Vanishes,
        Mood::CannotBeReached,
        Mood::RefusesCredentials,
    ];
    let world = World::new().await;
    let chance = SeededRandom::of(11);
    let mut transfers = Vec::new();
    for n in 0..40 {
        let mood = usize::try_from(chance.below(7)).unwrap();
        world.bank.set(MOODS[mood]);
        transfers.push(world.order(100 + n, &format!("key {n}")).await);
        world.work_after(1).await;
    }
    world.bank.set(Mood::Settles);
    for _ in 0..30 {
        world.bank.settle_all();
        world.work_after(60).await;
    }
    let (mut paid, mut held) = (0, 0);
    for (n, transfer) in (0..).zip(transfers) {
        let at_bank =
            world.bank.book.lock().unwrap().orders.get(&BankReference::of(transfer)).map(|order| order.0);
        let status = world.status(transfer).await;
        match at_bank {
            Some(BankStatus::Rejected) => assert_eq!(status, TransferStatus::Failed),
            Some(_) => {
                assert_eq!(status, TransferStatus::Completed);
                paid += 100 + n;
            }
            None => {
                assert_eq!(status, TransferStatus::Unknown);
                held += 100 + n;
            }
        }
    }
    assert!(world.bank.book.lock().unwrap().sent.values().all(|times| *times == 1));
    assert!(paid > 0 && held > 0);
    assert_eq!(world.purse().await, (100_000 - paid, 100_000 - paid - held));
    world.is_sound().await;
}
