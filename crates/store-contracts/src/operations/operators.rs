//! Operators: one account for each address, and tokens that end with it.

use crate::{
    Stores,
    examples::{actor, at, id},
};
use domain::{email::EmailAddress, ids::OperatorId, operations::operators::OperatorRole};
use futures_util::future::join_all;
use ports::{
    operations::{NewOperator, OperatorAdded},
    pagination::PageRequest,
};
use uuid::Uuid;

fn address(n: u32) -> EmailAddress {
    EmailAddress::parse(&format!("operator{n}@example.com")).unwrap()
}

fn operator(n: u32, role: OperatorRole) -> NewOperator {
    NewOperator { id: OperatorId(id()), email: address(n), role, token_series: id() }
}

async fn add(store: &dyn Stores, n: u32, role: OperatorRole) -> NewOperator {
    let new = operator(n, role);
    assert_eq!(store.add_operator(&new, &actor(), at(0)).await.unwrap(), OperatorAdded::Added);
    new
}

async fn actions(store: &dyn Stores, subject: OperatorId) -> Vec<String> {
    let rows = store.events(&PageRequest { limit: 50, after: None }).await.unwrap();
    let of = rows.into_iter().filter(|row| row.record.subject == subject.to_string());
    of.map(|row| row.record.action).collect()
}

/// Ten adds of one address at once make one account, and its audit row tells the role and no address.
pub async fn an_address_has_one_account(store: impl Stores) {
    let new: Vec<_> = (0..10).map(|_| operator(1, OperatorRole::Decide)).collect();
    let maker = actor();
    let answers = join_all(new.iter().map(|new| store.add_operator(new, &maker, at(0)))).await;
    let made: Vec<_> =
        new.iter().zip(answers).filter(|(_, answer)| matches!(answer, Ok(OperatorAdded::Added))).collect();
    let [(made, _)] = made.as_slice() else { panic!("{} were made", made.len()) };
    let found = store.find_operator(&address(1)).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.role, found.created_at, found.disabled_at),
        (made.id, OperatorRole::Decide, at(0), None)
    );
    assert_eq!(store.find_operator(&address(2)).await.unwrap(), None);
    let rows = store.events(&PageRequest { limit: 50, after: None }).await.unwrap();
    assert!(rows.iter().all(|row| !format!("{row:?}").contains("operator1@")));
    assert_eq!(actions(&store, made.id).await, ["operator.added"]);
}

/// A token acts while it names the account's series and the account is enabled.
pub async fn a_token_ends_with_its_series_and_its_account(store: impl Stores) {
    let new = add(&store, 1, OperatorRole::Investigate).await;
    let role = |series: Uuid| store.operator_role(new.id, series);
    assert_eq!(role(new.token_series).await.unwrap(), Some(OperatorRole::Investigate));
    assert_eq!(role(id()).await.unwrap(), None);
    assert_eq!(store.operator_role(OperatorId(id()), new.token_series).await.unwrap(), None);

    let next = id();
    let reset = store.reset_operator(&address(1), next, &actor(), at(1)).await.unwrap().unwrap();
    assert_eq!(reset.token_series, next);
    assert_eq!(role(new.token_series).await.unwrap(), None, "the tokens before it ended");
    assert_eq!(role(next).await.unwrap(), Some(OperatorRole::Investigate));

    let disabled = store.disable_operator(&address(1), &actor(), at(2)).await.unwrap().unwrap();
    assert_eq!(disabled.disabled_at, Some(at(2)));
    assert_eq!(role(next).await.unwrap(), None);
    let again = store.disable_operator(&address(1), &actor(), at(3)).await.unwrap().unwrap();
    assert_eq!(again.disabled_at, Some(at(2)), "it was disabled before");

    let last = id();
    let enabled = store.reset_operator(&address(1), last, &actor(), at(4)).await.unwrap().unwrap();
    assert_eq!(enabled.disabled_at, None);
    assert_eq!(role(last).await.unwrap(), Some(OperatorRole::Investigate));
    assert_eq!(
        actions(&store, new.id).await,
        ["operator.reset", "operator.disabled", "operator.disabled", "operator.reset", "operator.added"]
    );
}

/// Nobody is changed by an address that no account has.
pub async fn a_wrong_address_changes_nobody(store: impl Stores) {
    let new = add(&store, 1, OperatorRole::Look).await;
    assert_eq!(store.disable_operator(&address(2), &actor(), at(1)).await.unwrap(), None);
    assert_eq!(store.reset_operator(&address(2), id(), &actor(), at(1)).await.unwrap(), None);
    assert_eq!(store.operator_role(new.id, new.token_series).await.unwrap(), Some(OperatorRole::Look));
    assert_eq!(actions(&store, new.id).await, ["operator.added"]);
}

/// The list has every account once, page by page, the oldest first.
pub async fn they_are_listed_page_by_page(store: impl Stores) {
    let mut added = Vec::new();
    for n in 0..5 {
        added.push(add(&store, n, OperatorRole::Admin).await.id);
    }
    let mut listed = Vec::new();
    let mut page = PageRequest { limit: 2, after: None };
    loop {
        let found = store.operators(&page).await.unwrap();
        let Some(last) = found.last() else { break };
        page.after = Some(last.id.to_string());
        listed.extend(found.into_iter().map(|operator| operator.id));
    }
    assert_eq!(listed, added);
}
