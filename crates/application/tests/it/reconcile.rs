//! Reconciliation over a real database, with a bank whose statement is written by hand.

use crate::world::{fresh_folder, kernel, open_store, transfer_rules};
use adapter_sqlite::Store;
use application::{
    kernel::Kernel,
    money::{
        bank_entries::TakeEntries,
        deposit::{Adjustments, DepositPolicy, Deposits},
        incoming::TakeIncoming,
        outbound::{OutboundPolicy, take_bank_word::TakeBankWord},
        reconcile::{Reconcile, ReconcileByItself, ReconcileError, ReconcileTurn},
    },
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    ids::TransferId,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        bank::{
            BankEntry, BankOrder, BankReference, EntryStatus, OperatingDate, StatusOutcome, SubmitOutcome,
        },
        ledger::clearing_account,
        limits::Limits,
        outbound::{BankWord, OutboundEvent, OutboundRules},
        transfer::{Destination, TransferStatus},
    },
    phone::Region,
};
use ports::{
    accounts::Identities,
    money::{
        Ledger, OutboundChange, OutboundPayments, Reconciliations, WalletView,
        core_bank::{
            BankAnswer, BankBalance, BankCheck, BankUnavailable, CoreBank, StatementPage, StatementQuery,
        },
    },
    pagination::PageRequest,
};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock, actor, new_person, phone, posting};

const RULES: OutboundRules = OutboundRules { horizon: Duration::minutes(60) };

/// What the bank's statement is like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Tells,
    IsAway,
    HasNoEnd,
}

struct HandWritten {
    lines: Mutex<Vec<BankEntry>>,
    unreadable: Mutex<usize>,
    mood: Mutex<Mood>,
    store: Store,
    /// Is settled while the statement is read.
    settles: Mutex<Option<TransferId>>,
}

#[async_trait]
impl CoreBank for HandWritten {
    async fn submit(&self, _: &BankOrder) -> BankAnswer<SubmitOutcome> {
        BankAnswer::without_response(SubmitOutcome::NoUsableAnswer)
    }

    async fn status(&self, _: BankReference, _: OperatingDate) -> BankAnswer<StatusOutcome> {
        BankAnswer::without_response(StatusOutcome::NoUsableAnswer)
    }

    async fn balance(&self, _: &str) -> Result<BankBalance, BankUnavailable> {
        Err(BankUnavailable::Unreachable("not here".into()))
    }

    async fn statement(&self, query: &StatementQuery) -> Result<StatementPage, BankUnavailable> {
        let mood = *self.mood.lock().unwrap();
        if mood == Mood::IsAway {
            return Err(BankUnavailable::Unreachable("not here".into()));
        }
        let settles = self.settles.lock().unwrap().take();
        if let Some(transfer) = settles {
            happens(&self.store, transfer, OutboundEvent::Said(BankWord::Settled)).await;
        }
        let lines = self.lines.lock().unwrap().clone();
        let in_range = |line: &BankEntry| (query.from..=query.to).contains(&line.value_date);
        // One line a page.
        let at: usize = query.cursor.as_deref().map_or(0, |cursor| cursor.parse().unwrap());
        let is_last = at + 1 >= lines.len() && mood == Mood::Tells;
        Ok(StatementPage {
            entries: lines.get(at).filter(|line| in_range(line)).cloned().into_iter().collect(),
            unreadable: *self.unreadable.lock().unwrap(),
            next_cursor: (!is_last).then(|| (at + 1).to_string()),
        })
    }

    async fn check(&self) -> Result<BankCheck, BankUnavailable> {
        Err(BankUnavailable::Unreachable("not here".into()))
    }
}

async fn happens(store: &Store, transfer: TransferId, event: OutboundEvent) {
    let payment = store.find_payment(transfer).await.unwrap().unwrap();
    let decision = payment.decide(&event, &RULES, testkit::at(20));
    let change = OutboundChange { version: payment.version, decision, call: None, actor: actor() };
    store.record_outbound(&change, testkit::at(20)).await.unwrap();
}

struct World {
    store: Store,
    bank: Arc<HandWritten>,
    reconcile: Arc<Reconcile>,
    policy: OutboundPolicy,
    kernel: Kernel,
    ana: WalletView,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = fresh_folder();
        let store = open_store(&folder).await;
        let kernel = kernel(&Arc::<MovableClock>::default(), &Arc::new(CountedIds::default()), 7);
        let person = new_person(phone(1));
        store.get_or_create(&person, kernel.now()).await.unwrap();
        let opening = posting(person.id, clearing_account(Currency::MXN), person.wallet, 100_000, "opening");
        store.post(&[opening], kernel.now()).await.unwrap();
        let ana = store.find_wallet(person.wallet).await.unwrap().unwrap();
        let bank = Arc::new(HandWritten {
            lines: Mutex::default(),
            unreadable: Mutex::new(0),
            mood: Mutex::new(Mood::Tells),
            store: store.clone(),
            settles: Mutex::new(None),
        });
        let zone = chrono_tz::America::Mexico_City;
        let policy = OutboundPolicy { rules: RULES, zone, cutoff: "18:00".parse().unwrap() };
        let port = Arc::new(store.clone());
        let words = Arc::new(TakeBankWord::new(port.clone(), port.clone(), kernel.clone(), RULES));
        let limits = DepositPolicy { limits: Limits::none(Currency::MXN), adjustments: Adjustments::Allowed };
        let deposits = Deposits::new(port.clone(), kernel.clone(), Arc::new(transfer_rules()), limits);
        let home = Region::parse("MX").unwrap();
        let incoming = TakeIncoming::new(port.clone(), port.clone(), deposits, home);
        let entries = Arc::new(TakeEntries::new(words, incoming));
        let account = "646180157000000004".to_owned();
        let reconcile = Reconcile::new(port, bank.clone(), entries, account, kernel.clone());
        Self { store, bank, reconcile: Arc::new(reconcile), policy, kernel, ana, _folder: folder }
    }

    fn date(&self) -> OperatingDate {
        self.policy.date_at(self.kernel.now())
    }

    /// A payment that was sent, and has no answer yet.
    async fn sent(&self, minor: i64, key: &str) -> TransferId {
        let mut order = posting(self.ana.user, self.ana.id, clearing_account(Currency::MXN), minor, key);
        order.command.transfer.status = TransferStatus::Processing;
        order.command.transfer.destination =
            Destination::Account(AccountNumber::Clabe("012180001183597196".into()));
        let id = order.command.transfer.id;
        let now = self.kernel.now();
        self.store.post(&[order], now).await.unwrap();
        let leased = self.store.lease_payments(now, now + Duration::seconds(90), 10).await.unwrap();
        let leased = leased.into_iter().find(|leased| leased.payment.transfer == id).unwrap();
        let begun = leased.payment.begin_submit(self.date(), now, now + Duration::seconds(90)).unwrap();
        assert!(self.store.begin_submit(&begun, leased.fence, [1; 32]).await.unwrap());
        id
    }

    fn book(&self, entry_id: &str, reference: Option<BankReference>, minor: i64) {
        self.bank.lines.lock().unwrap().push(BankEntry {
            entry_id: entry_id.into(),
            reference: reference.map(|reference| reference.to_string()),
            bank_id: None,
            amount: Money::new(minor, Currency::MXN),
            status: EntryStatus::Booked,
            booked_at: self.kernel.now(),
            value_date: self.date().date(),
            creditor_account: None,
            counterparty_account: None,
            counterparty_name: None,
            concept: None,
        });
    }

    async fn classes(&self) -> Vec<&'static str> {
        let run = self.reconcile.run(self.date(), actor()).await.unwrap();
        let page = PageRequest { limit: 100, after: None };
        let found = self.store.reconciliation_items(run.id, &page).await.unwrap();
        found.into_iter().map(|found| found.item.class.name()).collect()
    }

    async fn status(&self, transfer: TransferId) -> TransferStatus {
        self.store.find_transfer(transfer).await.unwrap().unwrap().status
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booked_line_ends_the_doubt_and_is_matched() {
    let world = World::new().await;
    let transfer = world.sent(500, "one").await;
    happens(&world.store, transfer, OutboundEvent::SubmitUnclear).await;
    assert_eq!(world.status(transfer).await, TransferStatus::Unknown);
    world.book("E1", Some(BankReference::of(transfer)), -500);
    world.book("E2", None, -77);
    assert_eq!(world.classes().await, ["matched", "missing_here"]);
    assert_eq!(world.status(transfer).await, TransferStatus::Completed);
    assert_eq!(world.classes().await, ["matched", "missing_here"], "the same again");
    let page = PageRequest { limit: 100, after: None };
    assert_eq!(world.store.bank_calls(transfer, &page).await.unwrap().len(), 1, "it is written down once");
    assert_eq!(world.store.verify().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_settles_while_the_statement_is_read_is_not_missing_there() {
    let world = World::new().await;
    let [before, meanwhile] = [world.sent(500, "one").await, world.sent(700, "two").await];
    happens(&world.store, before, OutboundEvent::Said(BankWord::Settled)).await;
    *world.bank.settles.lock().unwrap() = Some(meanwhile);
    assert_eq!(world.classes().await, ["missing_at_bank"]);
    assert_eq!(world.classes().await, ["missing_at_bank", "missing_at_bank"], "now it must be there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_can_not_be_read_may_be_the_missing_one() {
    let world = World::new().await;
    let transfer = world.sent(500, "one").await;
    happens(&world.store, transfer, OutboundEvent::Said(BankWord::Settled)).await;
    *world.bank.unreadable.lock().unwrap() = 1;
    let run = world.reconcile.run(world.date(), actor()).await.unwrap();
    assert_eq!(run.unreadable, 1);
    let page = PageRequest { limit: 100, after: None };
    assert_eq!(world.store.reconciliation_items(run.id, &page).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_whole_statement_nothing_is_compared() {
    let world = World::new().await;
    let transfer = world.sent(500, "one").await;
    happens(&world.store, transfer, OutboundEvent::Said(BankWord::Settled)).await;
    *world.bank.mood.lock().unwrap() = Mood::IsAway;
    let away = world.reconcile.run(world.date(), actor()).await.unwrap_err();
    assert!(matches!(away, ReconcileError::Bank(_)));
    *world.bank.mood.lock().unwrap() = Mood::HasNoEnd;
    let endless = world.reconcile.run(world.date(), actor()).await.unwrap_err();
    assert!(matches!(endless, ReconcileError::TooLong));
    let page = PageRequest { limit: 100, after: None };
    assert_eq!(world.store.reconciliations(&page).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_reconciles_for_all_and_another_when_it_failed() {
    let world = World::new().await;
    let process = || {
        let (store, every) = (Arc::new(world.store.clone()), Duration::minutes(60));
        ReconcileByItself::new(world.reconcile.clone(), store, world.policy, every, world.kernel.clone())
    };
    let [one, other] = [process(), process()];
    *world.bank.mood.lock().unwrap() = Mood::IsAway;
    assert!(one.run().await.is_err());
    *world.bank.mood.lock().unwrap() = Mood::Tells;
    assert_eq!(other.run().await.unwrap(), ReconcileTurn::Done);
    assert_eq!(one.run().await.unwrap(), ReconcileTurn::Elsewhere);
    let page = PageRequest { limit: 100, after: None };
    let dates: Vec<_> =
        world.store.reconciliations(&page).await.unwrap().into_iter().map(|run| run.date).collect();
    let yesterday = OperatingDate::new(world.date().date().pred_opt().unwrap());
    assert_eq!(dates, [world.date(), yesterday]);
}
