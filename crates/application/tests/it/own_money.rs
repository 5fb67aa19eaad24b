//! What a person's own money looks like to them: the check of a draft before its prompt, and their own figures.

use crate::world::{fresh_folder, kernel, open_store};
use adapter_sqlite::Store;
use application::money::{
    figures::{Answer, FigureQuery, Figures, FiguresParts},
    prepare_transfer::{PrepareTransfer, PrepareTransferParts},
    transfer_rules::TransferRules,
};
use chrono::Duration;
use domain::{
    ids::UserId,
    messaging::{
        conversation::{BalancePart, CheckedDraft, Draft, Prepared},
        intent::{DestinationKind, NamedDestination},
    },
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::clearing_account,
        limits::{LimitExceeded, LimitFigures, Limits, LimitsLeft},
        period::{DayRange, Period},
        transfer::{Destination, TransferStatus},
    },
    phone::Region,
};
use ports::{
    accounts::{FreezeRequest, Freezes, Identities},
    clock::Clock,
    money::{Direction, Ledger, WalletView},
};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock, actor, new_person, phone, posting};

const BBVA: &str = "012180001183597196";
const STP: &str = "646180157000000004";

fn mxn(minor: i64) -> Money {
    Money::new(minor, Currency::MXN)
}

fn clabe(digits: &str) -> AccountNumber {
    AccountNumber::Clabe(digits.into())
}

/// A bank in which Ana has 1000 pesos and Bea none.
struct Bank {
    store: Store,
    clock: Arc<MovableClock>,
    prepare: PrepareTransfer,
    figures: Figures,
    ana: WalletView,
    bea: WalletView,
    _folder: TempDir,
}

impl Bank {
    async fn new(limits: Limits) -> Self {
        let (folder, clock) = (fresh_folder(), Arc::<MovableClock>::default());
        let store = open_store(&folder).await;
        let shared = Arc::new(store.clone());
        let kernel = kernel(&clock, &Arc::<CountedIds>::default(), 1);
        let rules = Arc::new(TransferRules { limits, ..TransferRules::default() });
        let parts = PrepareTransferParts {
            ledger: shared.clone(),
            identities: shared.clone(),
            payees: shared.clone(),
            statements: shared.clone(),
        };
        let prepare = PrepareTransfer::new(parts, Region::MEXICO, kernel.clone(), rules.clone());
        let parts = FiguresParts { ledger: shared.clone(), payees: shared.clone(), statements: shared };
        let figures = Figures::new(parts, Region::MEXICO, kernel, rules);
        let (ana, bea) = (person(&store, &clock, 1).await, person(&store, &clock, 2).await);
        let mut opening = posting(ana.user, clearing_account(Currency::MXN), ana.id, 100_000, "opening");
        opening.command.transfer.destination = Destination::Wallet { id: ana.id, found_by: None };
        store.post(&[opening], clock.now()).await.unwrap();
        Self { store, clock, prepare, figures, ana, bea, _folder: folder }
    }

    async fn unlimited() -> Self {
        Self::new(Limits::none(Currency::MXN)).await
    }

    /// Ana pays an account outside.
    async fn pay(&self, account: &str, name: Option<&str>, minor: i64) {
        let key = format!("{account}-{minor}-{}", self.clock.now());
        let mut request = posting(self.ana.user, self.ana.id, clearing_account(Currency::MXN), minor, &key);
        request.command.transfer.destination = Destination::Account(clabe(account));
        request.command.transfer.created_at = self.clock.now();
        request.command.day = TransferRules::default().day_of(self.clock.now());
        request.payee = name.map(str::to_owned);
        let outcome = self.store.post(&[request], self.clock.now()).await.unwrap().remove(0);
        assert!(outcome.balance_after.is_some(), "{outcome:?}");
    }

    async fn check(&self, draft: &Draft) -> Prepared {
        self.prepare.run(self.ana.user, draft).await.unwrap()
    }

    /// The checked form of a draft that can become a prompt.
    async fn ready(&self, draft: &Draft) -> CheckedDraft {
        match self.check(draft).await {
            Prepared::Ready(checked) => *checked,
            other => panic!("{other:?}"),
        }
    }
}

async fn person(store: &Store, clock: &MovableClock, number: u32) -> WalletView {
    let user = store.get_or_create(&new_person(phone(number)), clock.now()).await.unwrap();
    store.first_wallet(user.id, Currency::MXN).await.unwrap().unwrap()
}

fn named(kind: DestinationKind, value: &str) -> NamedDestination {
    NamedDestination { kind, value: value.into() }
}

/// A draft of five pesos.
fn five(kind: DestinationKind, value: &str) -> Draft {
    Draft { amount: Some(mxn(500)), destination: Some(named(kind, value)), ..Draft::default() }
}

fn to_name(name: &str) -> Draft {
    five(DestinationKind::Name, name)
}

#[tokio::test]
async fn a_name_finds_its_payee_or_asks() {
    let bank = Bank::unlimited().await;
    bank.pay(STP, Some("primo Lalo"), 51).await;
    bank.pay(BBVA, Some("Ana López"), 52).await;
    bank.pay("072180000441234561", Some("Ana Ruiz"), 53).await;
    let lalo = bank.ready(&to_name("lalo")).await;
    assert_eq!(
        (lalo.account, lalo.payee.as_deref(), lalo.bank),
        (clabe(STP), Some("primo Lalo"), Some("STP"))
    );
    let Prepared::WhichPayee { options } = bank.check(&to_name("ana")).await else { panic!() };
    let names: Vec<_> = options.iter().map(|option| option.name.as_str()).collect();
    assert_eq!(names, ["Ana Ruiz", "Ana López"], "the one paid last first");
    assert_eq!(options[1].account, clabe(BBVA));
    assert_eq!(bank.ready(&to_name("la ruiz")).await.bank, Some("Banorte"));
    assert_eq!(bank.check(&to_name("rosa")).await, Prepared::UnknownPayee { name: "rosa".into() });
}

#[tokio::test]
async fn an_account_beside_a_name_wins_and_the_other_account_is_told() {
    let bank = Bank::unlimited().await;
    bank.pay(BBVA, Some("Ana López"), 52).await;
    let draft = |account: &str, name: Option<&str>| Draft {
        payee: name.map(str::to_owned),
        ..five(DestinationKind::Clabe, account)
    };
    let other = bank.ready(&draft(STP, Some("ana lópez"))).await;
    assert_eq!((other.account, other.payee.as_deref()), (clabe(STP), Some("ana lópez")));
    assert_eq!(other.known_account.as_deref(), Some("****7196"));
    let same = bank.ready(&draft(BBVA, Some("ana"))).await;
    assert_eq!((same.payee.as_deref(), same.known_account), (Some("Ana López"), None), "the name she knows");
    let renamed = bank.ready(&draft(BBVA, Some("Rosa"))).await;
    assert_eq!((renamed.payee.as_deref(), renamed.known_account), (Some("Rosa"), None));
    let unnamed = bank.ready(&draft(BBVA, None)).await;
    assert_eq!((unnamed.payee.as_deref(), unnamed.known_account), (Some("Ana López"), None));
    let stranger = bank.ready(&draft(STP, None)).await;
    assert_eq!((stranger.payee, stranger.known_account), (None, None));
}

#[tokio::test]
async fn all_and_half_are_amounts() {
    let bank = Bank::unlimited().await;
    let draft = |part| Draft { amount: None, part: Some(part), ..five(DestinationKind::Clabe, BBVA) };
    assert_eq!(bank.ready(&draft(BalancePart::All)).await.amount, mxn(100_000));
    bank.pay(STP, None, 1).await;
    assert_eq!(bank.ready(&draft(BalancePart::Half)).await.amount, mxn(49_999), "rounded down");
    bank.pay(STP, None, 99_998).await;
    let nothing = Prepared::InsufficientFunds { available: mxn(1) };
    assert_eq!(bank.check(&draft(BalancePart::Half)).await, nothing);
    assert_eq!(bank.ready(&draft(BalancePart::All)).await.amount, mxn(1));
}

#[tokio::test]
async fn nobody_pays_themselves_nor_a_number_of_nobody() {
    let bank = Bank::unlimited().await;
    let phone_of = |number| five(DestinationKind::Phone, phone(number).e164());
    assert_eq!(bank.check(&phone_of(1)).await, Prepared::OwnAccount);
    assert_eq!(bank.ready(&phone_of(2)).await.account, AccountNumber::Phone(phone(2)));
    assert_eq!(bank.check(&phone_of(3)).await, Prepared::RecipientNotFound);
    for (kind, digits) in [
        (DestinationKind::Account, "01218000118359719"),
        (DestinationKind::Account, "0121800011835971960"),
        (DestinationKind::Clabe, "01218000118359719"),
    ] {
        let missing = Prepared::DigitsMissing { digits: digits.len() };
        assert_eq!(bank.check(&five(kind, digits)).await, missing, "{digits}");
    }
    assert_eq!(bank.check(&five(DestinationKind::Account, "12")).await, Prepared::BadDestination);
    assert_eq!(bank.bea.user, bank.store.find_by_phone(&phone(2)).await.unwrap().unwrap().id);
}

#[tokio::test]
async fn a_frozen_person_gets_no_prompt() {
    let bank = Bank::unlimited().await;
    let request =
        FreezeRequest { user: bank.ana.user, ordered_on: None, reason: None, key: None, actor: actor() };
    bank.store.freeze(&request, bank.clock.now()).await.unwrap();
    assert_eq!(bank.check(&five(DestinationKind::Clabe, BBVA)).await, Prepared::Frozen);
}

#[tokio::test]
async fn the_same_payment_within_ten_minutes_is_told() {
    let bank = Bank::unlimited().await;
    bank.pay(BBVA, None, 500).await;
    let repeats = async || bank.ready(&five(DestinationKind::Clabe, BBVA)).await.repeats_after_minutes;
    assert_eq!(repeats().await, Some(0));
    assert_eq!(bank.ready(&five(DestinationKind::Clabe, STP)).await.repeats_after_minutes, None);
    bank.clock.advance(Duration::seconds(179));
    assert_eq!(repeats().await, Some(2));
    bank.clock.advance(Duration::seconds(421));
    assert_eq!(repeats().await, Some(10));
    bank.clock.advance(Duration::seconds(1));
    assert_eq!(repeats().await, None);
}

#[tokio::test]
async fn limits_are_told_with_what_is_left() {
    let limits = Limits { per_transfer: 2_600, per_day: 5_000, ..Limits::none(Currency::MXN) };
    let bank = Bank::new(limits).await;
    bank.pay(BBVA, None, 2_500).await;
    bank.pay(STP, None, 2_200).await;
    let draft = |minor| Draft { amount: Some(mxn(minor)), ..five(DestinationKind::Clabe, BBVA) };
    let figures = |limit, left| Some(LimitFigures { limit: mxn(limit), left: mxn(left) });
    let per_transfer = LimitExceeded::PerTransfer { figures: figures(2_600, 2_600) };
    assert_eq!(bank.check(&draft(2_601)).await, Prepared::LimitExceeded(per_transfer));
    let per_day = LimitExceeded::PerDay { figures: figures(5_000, 300) };
    assert_eq!(bank.check(&draft(301)).await, Prepared::LimitExceeded(per_day));
    let left = bank.figures.limits(bank.ana.user).await.unwrap();
    assert_eq!(
        (left.per_transfer, left.today_left, left.month_left),
        (Some(mxn(2_600)), Some(mxn(300)), None)
    );
    assert_eq!(left.most_now(), Some(mxn(300)));
    bank.clock.advance(Duration::days(1));
    assert_eq!(bank.figures.limits(bank.ana.user).await.unwrap().today_left, Some(mxn(5_000)));
    let unlimited = Bank::unlimited().await;
    assert_eq!(unlimited.figures.limits(unlimited.ana.user).await.unwrap(), LimitsLeft::default());
}

fn about(period: Option<Period>, payee: Option<&str>) -> FigureQuery {
    let payee = payee.map(|name| named(DestinationKind::Name, name));
    FigureQuery { period, payee, amount: None }
}

fn found<T: std::fmt::Debug>(answer: Answer<T>) -> (Option<String>, T) {
    match answer {
        Answer::Of { payee, found, .. } => (payee, found),
        other => panic!("{other:?}"),
    }
}

/// Yesterday Ana paid Luis; today she pays Rosa, and Luis at another account of his.
async fn two_days(bank: &Bank) {
    bank.pay(STP, Some("Luis"), 121).await;
    bank.clock.advance(Duration::days(1));
    bank.pay(BBVA, Some("Rosa"), 134).await;
    bank.pay("072180000441234561", Some("luis"), 7).await;
}

#[tokio::test]
async fn a_statement_is_asked_for_by_day_and_payee() {
    let bank = Bank::unlimited().await;
    two_days(&bank).await;
    let lines = async |query: FigureQuery, direction| {
        let answer = bank.figures.statement(bank.ana.user, &query, direction, 50).await.unwrap();
        let (payee, lines) = found(answer);
        (payee, lines.iter().map(|own| own.entry.amount.minor).collect::<Vec<_>>())
    };
    assert_eq!(lines(about(Some(Period::Today), None), None).await, (None, vec![-7, -134]));
    assert_eq!(lines(about(Some(Period::Yesterday), None), Some(Direction::Out)).await, (None, vec![-121]));
    assert_eq!(lines(about(None, None), Some(Direction::In)).await, (None, vec![100_000]));
    assert_eq!(lines(about(None, Some("luis")), None).await, (Some("luis".into()), vec![-7, -121]));
    assert_eq!(
        lines(about(Some(Period::Today), Some("Rosa")), None).await,
        (Some("Rosa".into()), vec![-134])
    );
    let nobody = bank.figures.statement(bank.ana.user, &about(None, Some("Zoila")), None, 5).await.unwrap();
    assert_eq!(nobody, Answer::UnknownPayee { name: "Zoila".into() });
    let no_day = about(Some(Period::Month(13)), None);
    assert_eq!(bank.figures.statement(bank.ana.user, &no_day, None, 5).await.unwrap(), Answer::NoSuchDay);
    let strangers = bank.figures.statement(bank.bea.user, &about(None, None), None, 5).await.unwrap();
    assert_eq!(found(strangers), (None, Vec::new()));
}

#[tokio::test]
async fn spending_without_days_is_this_months_and_to_a_payee_all_times() {
    let bank = Bank::unlimited().await;
    two_days(&bank).await;
    bank.clock.advance(Duration::days(20));
    bank.pay(STP, Some("Luis"), 1_000).await;
    let spent =
        async |query: FigureQuery| found(bank.figures.spending(bank.ana.user, &query).await.unwrap()).1;
    assert_eq!(spent(about(None, None)).await, [mxn(1_000)]);
    assert_eq!(spent(about(Some(Period::LastMonth), None)).await, [mxn(262)]);
    assert_eq!(spent(about(None, Some("Luis"))).await, [mxn(1_128)]);
    assert_eq!(spent(about(Some(Period::LastMonth), Some("Rosa"))).await, [mxn(134)]);
    assert_eq!(spent(about(Some(Period::Yesterday), None)).await, []);
    let Answer::Of { days, .. } = bank.figures.spending(bank.ana.user, &about(None, None)).await.unwrap()
    else {
        panic!()
    };
    let today = TransferRules::default().day_of(bank.clock.now());
    assert_eq!(days, DayRange::of(Period::ThisMonth, today));
}

#[tokio::test]
async fn a_receipt_is_shown_again() {
    let bank = Bank::unlimited().await;
    two_days(&bank).await;
    let receipt =
        async |user: UserId, query: FigureQuery| found(bank.figures.receipt(user, &query).await.unwrap()).1;
    let rosas = receipt(bank.ana.user, about(None, Some("rosa"))).await.unwrap();
    assert_eq!((rosas.transfer.amount, rosas.transfer.status), (mxn(134), TransferStatus::Completed));
    assert_eq!(rosas.completed_at, Some(bank.clock.now()));
    assert_eq!(receipt(bank.ana.user, about(None, None)).await.unwrap().transfer.amount, mxn(7));
    let yesterdays = receipt(bank.ana.user, about(Some(Period::Yesterday), None)).await.unwrap();
    assert_eq!(yesterdays.transfer.amount, mxn(121));
    assert_eq!(receipt(bank.bea.user, about(None, None)).await, None);
}

#[tokio::test]
async fn several_payees_of_a_name_are_asked_about_unless_they_are_one() {
    let bank = Bank::unlimited().await;
    bank.pay(STP, Some("Ana López"), 1).await;
    bank.pay(BBVA, Some("Ana Ruiz"), 2).await;
    let answer = bank.figures.spending(bank.ana.user, &about(None, Some("Ana"))).await.unwrap();
    let Answer::WhichPayee { options } = answer else { panic!("{answer:?}") };
    assert_eq!(
        options.iter().map(|payee| payee.name.as_str()).collect::<Vec<_>>(),
        ["Ana Ruiz", "Ana López"]
    );
    let account = FigureQuery { payee: Some(named(DestinationKind::Clabe, BBVA)), ..FigureQuery::default() };
    let answer = bank.figures.spending(bank.ana.user, &account).await.unwrap();
    assert_eq!(found(answer), (Some("Ana Ruiz".into()), vec![mxn(2)]));
}
