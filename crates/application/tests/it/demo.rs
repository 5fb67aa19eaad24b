//! The demo data: two people who know each other, made once however often and from wherever it is started.

use crate::world::{fresh_folder, kernel, open_store, transfer_rules};
use adapter_sqlite::Store;
use application::money::open_demo::{DemoPerson, OpenDemoPeople};
use domain::{
    accounts::PersonName,
    money::{Currency, account_number::AccountNumber},
    phone::PhoneNumber,
};
use futures_util::future::join_all;
use ports::{
    accounts::{Identities, User, Users},
    clock::Clock,
    money::Ledger,
};
use std::sync::Arc;
use testkit::{CountedIds, MovableClock};

fn person(phone: &str, name: &str, opening_minor: i64) -> DemoPerson {
    let (phone, first_name) =
        (PhoneNumber::parse_international(phone).unwrap(), PersonName::parse(name).unwrap());
    DemoPerson { phone, first_name, opening_minor }
}

fn people() -> (DemoPerson, DemoPerson) {
    (person("+525500000001", "Inés", 100_000), person("+525500000002", "Raúl", 2_500_000))
}

async fn open(store: &Store, clock: &Arc<MovableClock>, ids: &Arc<CountedIds>) {
    let (first, second) = people();
    let (kernel, rules) = (kernel(clock, ids, 0), transfer_rules());
    let demo =
        OpenDemoPeople { identities: store, users: store, ledger: store, kernel: &kernel, rules: &rules };
    demo.run(&first, &second).await.unwrap();
}

async fn find(store: &Store, person: &DemoPerson) -> User {
    store.find_by_phone(&person.phone).await.unwrap().unwrap()
}

async fn balance(store: &Store, user: &User) -> i64 {
    store.first_wallet(user.id, Currency::MXN).await.unwrap().unwrap().posted.minor
}

#[tokio::test]
async fn however_often_it_starts_the_people_and_their_money_are_there_once() {
    let folder = fresh_folder();
    let store = open_store(&folder).await;
    let (clock, ids) = (Arc::<MovableClock>::default(), Arc::<CountedIds>::default());
    join_all((0..8).map(|_| open(&store, &clock, &ids))).await;
    let (first, second) = people();
    let (one, other) = (find(&store, &first).await, find(&store, &second).await);
    assert_eq!((balance(&store, &one).await, balance(&store, &other).await), (100_000, 2_500_000));
    for (who, name, friend, folded) in
        [(&one, &first.first_name, &second, "raul"), (&other, &second.first_name, &first, "ines")]
    {
        let profile = store.profile(who.id).await.unwrap().unwrap();
        assert_eq!(profile.first_name.as_deref(), Some(name.as_str()));
        let known = ports::money::Payees::payees_of(&store, who.id).await.unwrap();
        let payee = known.iter().find(|payee| payee.folded_name() == folded).unwrap();
        assert_eq!(payee.account, AccountNumber::Phone(friend.phone.clone()));
        // What they once sent each other counts against no limit of today.
        let spent = store.spent(who.id, Currency::MXN, transfer_rules().day_of(clock.now())).await.unwrap();
        assert_eq!((spent.day, spent.month), (0, 0));
    }
    assert_eq!(store.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_name_that_a_demo_person_chose_stays() {
    let folder = fresh_folder();
    let store = open_store(&folder).await;
    let (clock, ids) = (Arc::<MovableClock>::default(), Arc::<CountedIds>::default());
    open(&store, &clock, &ids).await;
    let (first, second) = people();
    let renamed = DemoPerson { first_name: PersonName::parse("Otra").unwrap(), ..first.clone() };
    let (kernel, rules) = (kernel(&clock, &ids, 0), transfer_rules());
    let demo =
        OpenDemoPeople { identities: &store, users: &store, ledger: &store, kernel: &kernel, rules: &rules };
    demo.run(&renamed, &second).await.unwrap();
    let profile = store.profile(find(&store, &first).await.id).await.unwrap().unwrap();
    assert_eq!(profile.first_name.as_deref(), Some("Inés"));
}
