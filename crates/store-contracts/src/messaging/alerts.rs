//! Alerts: written with their decisions, told once.

use crate::{
    Stores,
    accounts::users::account,
    examples::{actor, at, outbound, person, transfer},
    money::{
        deposits::deposit,
        ledger::{outside, post},
        step_up::{filed_request, right_code},
    },
};
use domain::{
    ids::{TransferId, UserId},
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
    principal::Principal,
};
use ports::{
    accounts::FreezeRequest,
    messaging::{AlertKind, AlertMessage, ConsentChange, Lane, LeasedAlert, NewOutbound, Outbox},
    money::WalletView,
};

async fn lease(store: &dyn Stores, second: i64) -> Vec<LeasedAlert> {
    store.lease_alerts(at(second), at(second + 10), 100).await.unwrap()
}

fn told(alerts: &[LeasedAlert]) -> Vec<(UserId, AlertKind)> {
    alerts.iter().map(|alert| (alert.user, alert.kind)).collect()
}

fn in_outbox(message: &NewOutbound) -> Vec<AlertMessage> {
    vec![AlertMessage { message: message.clone(), conversation: None }]
}

async fn pay(store: &dyn Stores, from: &WalletView, to: &WalletView) -> TransferId {
    let request = transfer(from.user, from.id, to.id, 10, None);
    let id = request.command.transfer.id;
    post(store, request).await;
    id
}

/// Who is paid by another person is told once: the alert is leased by one worker at a time, and removed with the
/// commit of its message. A payment that waits for its code tells when it is paid.
pub async fn a_payment_is_told_to_its_payee_once(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let paid = pay(&store, &payer, &payee).await;
    let first = lease(&store, 100).await;
    assert_eq!(told(&first), [(payee.user, AlertKind::Received { transfer: paid })]);
    assert_eq!(lease(&store, 109).await, [], "another worker has it");
    let second = lease(&store, 110).await;
    assert_eq!(told(&second), told(&first), "the first lease ran out");
    let message = outbound(2, "you were paid", Lane::Conversation);
    let messages = in_outbox(&message);
    assert!(!store.finish_alert(&first[0], &messages, at(111)).await.unwrap(), "an old lease");
    assert!(store.finish_alert(&second[0], &messages, at(111)).await.unwrap());
    assert!(
        !store
            .finish_alert(&second[0], &in_outbox(&outbound(2, "again", Lane::Conversation)), at(112))
            .await
            .unwrap()
    );
    assert_eq!(Outbox::backlog(&store).await.unwrap(), 1);
    assert!(Outbox::find(&store, message.message.id).await.unwrap().is_some());
    assert_eq!(lease(&store, 1_000).await, []);

    let waits = filed_request(&payer, payee.id, 20);
    post(&store, waits.clone()).await;
    assert_eq!(lease(&store, 1_000).await, [], "it may never be paid");
    store.confirm(&right_code(&waits), at(7)).await.unwrap();
    let kind = AlertKind::Received { transfer: waits.command.transfer.id };
    assert_eq!(told(&lease(&store, 1_000).await), [(payee.user, kind)]);
}

/// Nobody is told of money from an outside bank or money that leaves, of a refusal, or of a repeated request.
pub async fn only_payments_between_people_are_told(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    post(&store, transfer(payer.user, payer.id, outside(), 10, None)).await;
    post(&store, transfer(payer.user, payer.id, payee.id, 5_000, None)).await;
    assert_eq!(lease(&store, 100).await, []);
    for _ in 0..3 {
        post(&store, transfer(payer.user, payer.id, payee.id, 10, Some("once"))).await;
    }
    assert_eq!(lease(&store, 100).await.len(), 1);
}

/// The owner of a deposit is told of it once, also when a command made it. Giving it back is told to nobody.
pub async fn a_deposit_is_told_to_its_owner(store: impl Stores) {
    let owner = person(&store, 1, 0).await;
    let mut request = deposit(&owner, 10, Some("r"));
    request.command.transfer.caller = Principal::System;
    let kind = AlertKind::Received { transfer: request.command.transfer.id };
    for _ in 0..2 {
        post(&store, request.clone()).await;
    }
    assert_eq!(told(&lease(&store, 100).await), [(owner.user, kind)]);
}

/// A recipient who opted out gets no message, and the alert is over.
pub async fn an_alert_to_a_person_who_opted_out_is_dropped(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    pay(&store, &payer, &payee).await;
    let message = outbound(2, "you were paid", Lane::Conversation);
    let recipient = message.message.recipient.trim_start_matches("whatsapp:").to_owned();
    let stop = ConsentChange {
        channel: Channel::Whatsapp,
        recipient,
        consent: ConsentStatus::OptedOut,
        scope: ConsentScope::All,
        source: "message".into(),
    };
    store.record_consent(&stop, at(50)).await.unwrap();
    let leased = lease(&store, 100).await;
    assert!(store.finish_alert(&leased[0], &in_outbox(&message), at(101)).await.unwrap());
    assert_eq!(Outbox::backlog(&store).await.unwrap(), 0);
    assert_eq!(lease(&store, 1_000).await, []);
}

/// A freeze is told once, with the channel on which it was ordered.
pub async fn a_freeze_is_told_once(store: impl Stores) {
    let user = account(&store, 1, true).await;
    let order =
        FreezeRequest { user, ordered_on: Some(Channel::Telegram), reason: None, key: None, actor: actor() };
    for _ in 0..2 {
        store.freeze(&order, at(5)).await.unwrap();
    }
    let kind = AlertKind::Frozen { ordered_on: Some(Channel::Telegram) };
    assert_eq!(told(&lease(&store, 100).await), [(user, kind)]);
}
