//! Rows of a version that kept money's words in the clear are sealed when the tables are migrated.

use super::{
    ledger::{is_accepted, post},
    payees::to,
};
use crate::{
    Stores,
    examples::{actor, at, person, transfer},
};
use chrono::Duration;
use domain::money::{
    Currency,
    account_number::AccountNumber,
    ledger::{Decision, Outcome},
    limits::Limits,
    transfer::Destination,
};
use ports::{
    money::{EntryFilter, Resolved, SentFilter},
    pagination::PageRequest,
};

/// `run` executes SQL, with which rows are put back into the old form; `migrate` migrates the tables again.
pub async fn old_rows_are_sealed(
    store: &impl Stores,
    mut run: impl FnMut(&str),
    migrate: impl AsyncFnOnce(),
) {
    let (ana, bea) = (person(store, 1, 1_000).await, person(store, 2, 0).await);
    let clabe = store.receiving(bea.id).await.unwrap().unwrap().clabe.unwrap();
    let mut gift = transfer(ana.user, ana.id, bea.id, 41, None);
    gift.command.transfer.destination = Destination::Wallet { id: bea.id, found_by: Some(clabe.clone()) };
    gift.command.transfer.concept = Some("renta".into());
    assert!(is_accepted(&post(store, gift.clone()).await));
    assert!(is_accepted(&post(store, to(&ana, 7, Some("Doña Rosa"), 10)).await));
    let page = PageRequest { limit: 50, after: None };
    let entries = async |wallet| store.entries(wallet, EntryFilter::default(), &page).await.unwrap();
    let before = (entries(ana.id).await, entries(bea.id).await, store.payees_of(ana.user).await.unwrap());
    let wallets = store.wallets(None, &page).await.unwrap();
    let (number, bea_id) = (clabe.canonical(), bea.id);
    run(&format!(
        "update transfers set sealed = null, payee_sealed = null, payee_hash = null;
         update transfers set destination = '{{\"to\":\"wallet\",\"at\":{{\"id\":\"{bea_id}\",\"found_by\":\
             {{\"kind\":\"clabe\",\"value\":\"{number}\"}}}}}}', concept = 'renta' where minor = 41;
         update transfers set destination = '{{\"to\":\"account\",\"at\":{{\"kind\":\"plain\",\"value\":\"0000000007\"}}}}'
             where minor = 10;
         update transfers set destination = '{{\"to\":\"account\",\"at\":{{\"kind\":\"clabe\",\"value\":\"012345678901234567\"}}}}'
             where minor = 1000;
         update wallets set sealed = null, name = 'Principal', kind = 'cash';
         update clabes set sealed = null, clabe_hash = '{number}'
             where wallet_id in (select to_account from transfers where minor = 41);
         update payees set sealed = null, account_hash = '{number}', name = null where id is null;
         update payees set sealed = null, account_hash = '0000000007', name = 'Doña Rosa',
             account_json = '{{\"kind\":\"plain\",\"value\":\"0000000007\"}}' where id is not null;
         delete from sealed_areas"
    ));
    assert_eq!(store.wallets(None, &page).await.unwrap()[0].name, "", "nothing reads the clear columns");
    migrate().await;
    let after = (entries(ana.id).await, entries(bea.id).await, store.payees_of(ana.user).await.unwrap());
    assert_eq!(after, before);
    assert_eq!(store.wallets(None, &page).await.unwrap(), wallets);
    assert_eq!(store.receiving(bea.id).await.unwrap().unwrap().clabe.as_ref(), Some(&clabe));
    let found = store.resolve(&clabe, Currency::MXN).await.unwrap();
    assert_eq!(found, Resolved::Wallet { id: bea.id, owner: bea.user });
    let seventh = AccountNumber::Plain("0000000007".into());
    let filter = SentFilter { accounts: Some(vec![seventh]), ..SentFilter::default() };
    assert_eq!(store.last_sent(ana.user, &filter, 9).await.unwrap().len(), 1);
    // A payee that was known stays known: its cool-off is over.
    let mut again = gift;
    again.command.transfer.id = domain::ids::TransferId(crate::examples::id());
    again.command.transfer.folio = crate::examples::folio();
    again.command.key.key = "again".into();
    again.command.transfer.created_at = at(100);
    again.command.limits = Limits { new_payee_cooloff: Duration::seconds(90), ..Limits::none(Currency::MXN) };
    let decision = store.post(&[again], at(100)).await.unwrap().remove(0).decision;
    assert!(matches!(decision, Decision::Decided(Outcome::Accepted(_))), "{decision:?}");
    let payee = after.2[0].id;
    assert!(store.rename_payee(payee, "Rosa", &actor(), at(110)).await.unwrap().is_some());
    // All is sealed: to migrate again changes nothing.
    assert_eq!(store.verify().await.unwrap(), []);
}
