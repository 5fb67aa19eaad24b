//! What a number means as a destination, looked up before a payment and decided again with it.

use super::ledger::{balance, outside, post};
use crate::{
    Stores,
    examples::{person, phone, transfer},
};
use domain::money::{
    Currency,
    account_number::AccountNumber,
    ledger::{Decision, Outcome, Refusal},
    transfer::Destination,
};
use ports::money::{PostRequest, Resolved, WalletView};

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn not_found() -> Outcome {
    Outcome::Refused(Refusal::RecipientNotFound)
}

/// A payment to a phone number that was found to mean that wallet.
fn by_phone(from: &WalletView, number: u32, to: &WalletView) -> PostRequest {
    let mut request = transfer(from.user, from.id, to.id, 100, None);
    let found_by = Some(AccountNumber::Phone(phone(number)));
    request.command.transfer.destination = Destination::Wallet { id: to.id, found_by };
    request
}

/// A phone number means the wallet of the person who proved it. A number that nobody proved means nobody, and
/// other numbers mean accounts outside.
pub async fn a_phone_number_means_its_persons_wallet(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let find = |account: AccountNumber, currency| {
        let store = &store;
        async move { store.resolve(&account, currency).await.unwrap() }
    };
    let theirs = Resolved::Wallet { id: wallet.id, owner: wallet.user };
    assert_eq!(find(AccountNumber::Phone(phone(1)), Currency::MXN).await, theirs);
    assert_eq!(find(AccountNumber::Phone(phone(1)), usd()).await, Resolved::Nobody, "no wallet in dollars");
    assert_eq!(find(AccountNumber::Phone(phone(2)), Currency::MXN).await, Resolved::Nobody);
    let clabe = AccountNumber::Clabe("012345678901234567".into());
    assert_eq!(find(clabe, Currency::MXN).await, Resolved::Outside);
}

/// A payment to a phone number enters the wallet of the person who proved it, or is refused: it never leaves
/// the platform, and never enters another wallet.
pub async fn a_number_that_nobody_proved_is_not_paid(store: impl Stores) {
    let (payer, payee, other) =
        (person(&store, 1, 1_000).await, person(&store, 2, 0).await, person(&store, 3, 0).await);
    let mut lost = transfer(payer.user, payer.id, outside(), 100, Some("lost"));
    lost.command.transfer.destination = Destination::Account(AccountNumber::Phone(phone(9)));
    assert_eq!(post(&store, lost.clone()).await, Decision::Decided(not_found()));
    assert_eq!(post(&store, lost).await, Decision::Replayed(not_found()), "the answer does not change");
    assert_eq!(post(&store, by_phone(&payer, 3, &payee)).await, Decision::Decided(not_found()));
    assert_eq!(post(&store, by_phone(&payer, 9, &payee)).await, Decision::Decided(not_found()));
    assert_eq!(balance(&store, payer.id).await, 1_000);
    let paid = post(&store, by_phone(&payer, 2, &payee)).await;
    assert!(matches!(paid, Decision::Decided(Outcome::Accepted(_))), "{paid:?}");
    assert_eq!(balance(&store, payee.id).await, 100);
    assert_eq!(balance(&store, other.id).await, 0);
    assert_eq!(store.verify().await.unwrap(), []);
}
