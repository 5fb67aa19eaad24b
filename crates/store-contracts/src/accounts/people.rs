//! People, found by their verified number.

use crate::{
    Stores,
    examples::{at, id, phone},
};
use domain::{
    ids::{UserId, WalletId},
    money::Currency,
};
use futures_util::future::join_all;
use ports::{accounts::NewPerson, pagination::PageRequest};

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
