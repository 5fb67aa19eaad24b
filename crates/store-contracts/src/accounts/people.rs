//! People, found by their verified number.

use crate::{
    Stores,
    examples::{actor, at, id, person, phone},
    messaging::inbox,
};
use domain::{
    accounts::PersonName,
    ids::{UserId, WalletId},
    money::Currency,
};
use futures_util::future::join_all;
use ports::{
    accounts::{NameChange, NewPerson, ProfileChange},
    pagination::PageRequest,
};

/// However often a number is verified at once, it is one person with one wallet.
pub async fn one_number_is_one_person(store: impl Stores) {
    let make = || async {
        let person = NewPerson {
            id: UserId(id()),
            phone: phone(1),
            wallet: WalletId(id()),
            wallet_name: "Principal".into(),
            currency: Currency::MXN,
        };
        store.get_or_create(&person, at(0)).await.unwrap().id
    };
    let ids = join_all((0..8).map(|_| make())).await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    let page = PageRequest { limit: 10, after: None };
    assert_eq!(store.wallets(Some(ids[0]), &page).await.unwrap().len(), 1);
    assert_eq!(store.find_by_phone(&phone(1)).await.unwrap().unwrap().id, ids[0]);
}

/// The name of a person's messenger profile is kept once, with a turn, and comes with its message. Others see it until
/// the person gives a first name.
pub async fn a_profile_name_is_shown_until_they_give_one(store: impl Stores) {
    let ana = person(&store, 1, 0).await.user;
    let shown = || async { store.shown_name(ana).await.unwrap().unwrap() };
    assert_eq!(shown().await, phone(1).to_string(), "the masked number");
    for (event, name) in [("a1", "Ana"), ("a2", "Otra")] {
        let (id, mut message) = crate::examples::inbound(1, event, "hola");
        message.profile_name = Some(format!("{name} 🌸"));
        store.accept(&[(id, message)], at(0)).await.unwrap();
        let turn = inbox::lease(&store, 1).await.unwrap();
        assert_eq!(turn.message.profile_name, Some(format!("{name} 🌸")));
        let mut end = inbox::done(&turn);
        end.profile_name = Some((ana, PersonName::parse(name).unwrap()));
        store.commit_turn(&end, at(1)).await.unwrap();
        assert_eq!(shown().await, "Ana", "the first one stays");
    }
    assert_eq!(store.profile(ana).await.unwrap().unwrap().first_name, None, "they gave none");
    let given = ProfileChange {
        user: ana,
        first_name: NameChange::Set(PersonName::parse("Anita").unwrap()),
        last_name: NameChange::Keep,
        locale: None,
        phone: None,
        actor: actor(),
    };
    store.change_profile(&given, at(2)).await.unwrap();
    assert_eq!(shown().await, "Anita");
}
