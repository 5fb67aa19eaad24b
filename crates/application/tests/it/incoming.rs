//! Money that a bank books for us, over a real database.

use crate::world::{fresh_folder, kernel, open_store, transfer_rules};
use adapter_crypto::{Keyring, clabe_issuer};
use adapter_sqlite::Store;
use application::money::{
    deposit::{Adjustments, DepositPolicy, Deposits},
    incoming::{IncomingTaken, TakeIncoming},
};
use domain::{
    ids::WalletId,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        bank::{BankEntry, BankReference, EntryStatus},
        clabe::ClabePrefix,
        clearing::DepositSource,
        ledger::clearing_account,
        limits::Limits,
        outbound::{BankWord, OutboundEvent, OutboundRules},
        transfer::{Destination, TransferStatus},
    },
    phone::Region,
};
use ports::{
    accounts::Identities,
    money::{ChangeOutcome, Ledger, OutboundChange, OutboundPayments, Receiving, TransferFilter},
    pagination::PageRequest,
};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock, actor, at, new_person, phone, posting};

const PREFIX: &str = "6461800001";

struct World {
    store: Store,
    take: TakeIncoming,
    wallet: WalletId,
    clabe: String,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = fresh_folder();
        let issuer =
            clabe_issuer(&Keyring::parse(&"k".repeat(32)).unwrap(), ClabePrefix::parse(PREFIX).unwrap());
        let store = open_store(&folder).await.with_clabes(issuer);
        let kernel = kernel(&Arc::<MovableClock>::default(), &Arc::new(CountedIds::default()), 7);
        let person = new_person(phone(1));
        store.get_or_create(&person, kernel.now()).await.unwrap();
        store.assign_clabes(10, kernel.now()).await.unwrap();
        let shown = store.receiving(person.wallet).await.unwrap().unwrap();
        let policy = DepositPolicy { limits: Limits::none(Currency::MXN), adjustments: Adjustments::Allowed };
        let port = Arc::new(store.clone());
        let deposits = Deposits::new(port.clone(), kernel, Arc::new(transfer_rules()), policy);
        let take = TakeIncoming::new(port.clone(), port, deposits, Region::parse("MX").unwrap());
        let clabe = shown.clabe.unwrap().canonical().to_owned();
        Self { store, take, wallet: person.wallet, clabe, _folder: folder }
    }

    async fn take(&self, entry: &BankEntry) -> IncomingTaken {
        self.take.run(entry, "webhook").await.unwrap()
    }

    async fn balance(&self) -> i64 {
        self.store.find_wallet(self.wallet).await.unwrap().unwrap().posted.minor
    }

    async fn is_sound(&self) {
        assert_eq!(self.store.verify().await.unwrap(), []);
    }

    /// A payment of 13.00 that the bank has settled, or not.
    async fn payment(&self, is_settled: bool) -> BankReference {
        let user = self.store.find_wallet(self.wallet).await.unwrap().unwrap().user;
        let clearing = clearing_account(Currency::MXN);
        let opening = posting(user, clearing, self.wallet, 10_000, "opening");
        let mut order = posting(user, self.wallet, clearing, 1_300, "order");
        order.command.transfer.status = TransferStatus::Processing;
        order.command.transfer.destination =
            Destination::Account(AccountNumber::Clabe("012180001183597196".into()));
        let id = order.command.transfer.id;
        self.store.post(&[opening, order], at(0)).await.unwrap();
        let payment = self.store.find_payment(id).await.unwrap().unwrap();
        if is_settled {
            let rules = OutboundRules { horizon: chrono::Duration::minutes(60) };
            let decision = payment.decide(&OutboundEvent::Said(BankWord::Settled), &rules, at(1));
            let change = OutboundChange { version: payment.version, decision, call: None, actor: actor() };
            let written = self.store.record_outbound(&change, at(1)).await.unwrap();
            assert!(matches!(written, ChangeOutcome::Written(_)));
        }
        payment.reference
    }
}

fn entry(entry_id: &str, creditor: &str, minor: i64) -> BankEntry {
    BankEntry {
        entry_id: entry_id.into(),
        reference: None,
        bank_id: None,
        amount: Money::new(minor, Currency::MXN),
        status: EntryStatus::Booked,
        booked_at: at(0),
        value_date: at(0).date_naive(),
        creditor_account: Some(creditor.into()),
        counterparty_account: None,
        counterparty_name: Some("Beto".into()),
        concept: Some("renta".into()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_becomes_one_deposit_however_often_it_is_told() {
    let world = World::new().await;
    let line = entry("E1", &world.clabe, 7_525);
    let taken: Vec<_> = futures_util::future::join_all((0..6).map(|_| world.take(&line))).await;
    let made = taken.iter().filter(|taken| matches!(taken, IncomingTaken::Deposited(_))).count();
    assert_eq!(made, 1, "{taken:?}");
    assert!(taken.iter().all(|taken| matches!(taken, IncomingTaken::Deposited(_) | IncomingTaken::Known(_))));
    assert!(matches!(world.take(&entry("E2", &world.clabe, 7_525)).await, IncomingTaken::Deposited(_)));
    assert_eq!(world.balance().await, 15_050, "another line is other money");
    let page = PageRequest { limit: 10, after: None };
    let transfers = world.store.transfers(&TransferFilter::default(), &page).await.unwrap();
    assert!(transfers.iter().all(|transfer| transfer.deposit_source() == Some(DepositSource::Bank)));
    assert_eq!(transfers[0].concept.as_deref(), Some("renta"));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_line_with_another_amount_changes_nothing() {
    let world = World::new().await;
    world.take(&entry("E1", &world.clabe, 7_525)).await;
    assert_eq!(world.take(&entry("E1", &world.clabe, 9_999)).await, IncomingTaken::Unclear);
    assert_eq!(world.balance().await, 7_525);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_booked_money_that_comes_in_for_a_wallet_is_taken() {
    let world = World::new().await;
    let line = entry("E1", &world.clabe, 7_525);
    let pending = BankEntry { status: EntryStatus::Pending, ..line.clone() };
    let leaving = BankEntry { amount: Money::new(-7_525, Currency::MXN), ..line.clone() };
    let nothing = BankEntry { amount: Money::new(0, Currency::MXN), ..line.clone() };
    for other in [&pending, &leaving, &nothing] {
        assert_eq!(world.take(other).await, IncomingTaken::NotIncoming);
    }
    let dollars = BankEntry { amount: Money::new(7_525, Currency::parse("USD").unwrap()), ..line.clone() };
    let nameless = BankEntry { creditor_account: None, ..line.clone() };
    let strange = BankEntry { creditor_account: Some("646180000199999999".into()), ..line.clone() };
    let by_phone = BankEntry { creditor_account: Some(phone(1).e164().to_owned()), ..line };
    for other in [&dollars, &nameless, &strange, &by_phone] {
        assert_eq!(world.take(other).await, IncomingTaken::NobodysAccount);
    }
    assert_eq!(world.balance().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_is_sent_back_comes_back_once() {
    let world = World::new().await;
    let reference = world.payment(true).await;
    let back = |id: &str, minor| {
        let main_account = "646180157000000004";
        BankEntry { reference: Some(reference.to_string()), ..entry(id, main_account, minor) }
    };
    assert_eq!(world.take(&back("E1", 1_301)).await, IncomingTaken::Unclear, "more than was paid");
    assert!(matches!(world.take(&back("E2", 1_300)).await, IncomingTaken::Deposited(_)));
    assert_eq!(world.balance().await, 10_000);
    assert!(matches!(world.take(&back("E2", 1_300)).await, IncomingTaken::Known(_)));
    assert!(matches!(world.take(&back("E3", 1_300)).await, IncomingTaken::Known(_)), "a second line of it");
    assert_eq!(world.balance().await, 10_000);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_back_for_a_payment_that_has_not_left_waits_for_people() {
    let world = World::new().await;
    let reference = world.payment(false).await;
    let back = BankEntry { reference: Some(reference.to_string()), ..entry("E1", &world.clabe, 1_300) };
    assert_eq!(world.take(&back).await, IncomingTaken::Unclear);
    assert_eq!(world.balance().await, 10_000);
}
