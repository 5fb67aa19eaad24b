//! New payees must wait for a cool-off.

use super::*;
use chrono::Duration;

/// Ana asks at `minute` to pay, with a cool-off of half an hour.
fn ask(id: u128, minute: i64, to: WalletId) -> PostTransfer {
    let mut command = pay(id, ANAS, to, 100);
    command.transfer.created_at = at(minute);
    command.limits.new_payee_cooloff = Duration::minutes(30);
    command
}

/// When the payee can be paid, if the decision says so.
fn payable(decision: &Decision) -> Option<DateTime<Utc>> {
    match refused(decision) {
        Some(Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { payable_at } }) => Some(payable_at),
        _ => None,
    }
}

#[test]
fn a_payee_named_for_the_first_time_is_stored_and_not_paid() {
    let mut batch = batch();
    let command = ask(1, 0, BEAS);
    assert_eq!(payable(&batch.decide(&command)), Some(at(30)));
    let seen = PayeeSeen { payer: ANA, destination: command.transfer.destination, at: at(0) };
    assert_eq!(batch.new_payees, [seen]);
    assert_eq!(batch.payees[&(ANA, BEAS.to_string())], at(0));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 0), (1_000, 0)));
    assert!(batch.new_transfers.is_empty() && batch.new_entries.is_empty() && batch.changed.is_empty());
}

#[test]
fn a_payee_can_be_paid_once_the_cool_off_is_over() {
    let mut batch = batch();
    assert_eq!(payable(&batch.decide(&ask(1, 0, BEAS))), Some(at(30)));
    assert_eq!(payable(&batch.decide(&ask(2, 29, BEAS))), Some(at(30)));
    accepted(batch.decide(&ask(3, 30, BEAS)));
    assert_eq!((balances(&batch, BEAS), batch.new_payees.len()), ((1_100, 0), 1));
}

#[test]
fn a_payee_known_to_the_store_has_waited_since_then() {
    let mut batch = batch();
    batch.payees.insert((ANA, BEAS.to_string()), at(-30));
    accepted(batch.decide(&ask(1, 0, BEAS)));
    assert!(batch.new_payees.is_empty());
}

#[test]
fn the_refusal_stays_under_its_key() {
    let mut batch = batch();
    let early = under("k", ask(1, 0, BEAS));
    let refusal = refused(&batch.decide(&early)).unwrap();
    assert_eq!(batch.decide(&under("k", ask(2, 45, BEAS))), Decision::Replayed(Outcome::Refused(refusal)));
    accepted(batch.decide(&ask(3, 45, BEAS)));
}

#[test]
fn each_payer_and_each_payee_waits_for_itself() {
    let mut batch = batch();
    assert_eq!(payable(&batch.decide(&ask(1, 0, BEAS))), Some(at(30)));
    assert_eq!(payable(&batch.decide(&ask(2, 30, outside()))), Some(at(60)));
    let mut beas = ask(3, 30, ANAS);
    (beas.transfer.from, beas.transfer.owner) = (BEAS, BEA);
    assert_eq!(payable(&batch.decide(&beas)), Some(at(60)));
    assert_eq!(batch.new_payees.len(), 3);
}

#[test]
fn ones_own_wallets_are_no_payees() {
    let mut batch = batch();
    accepted(batch.decide(&ask(1, 0, ANAS_SAVINGS)));
    assert_eq!(balances(&batch, ANAS_SAVINGS), (1_100, 0));
    assert!(batch.payees.is_empty() && batch.new_payees.is_empty());
}

#[test]
fn what_comes_in_names_no_payee() {
    let mut batch = batch();
    let mut income = ask(1, 0, ANAS);
    income.transfer.from = outside();
    accepted(batch.decide(&income));
    assert!(batch.payees.is_empty() && batch.new_payees.is_empty());
}

#[test]
fn without_a_cool_off_a_payee_is_paid_at_once_and_stored_once() {
    let mut batch = batch();
    for id in 1..=2 {
        accepted(batch.decide(&pay(id, ANAS, BEAS, 100)));
    }
    let destination = Destination::Wallet { id: BEAS, found_by: None };
    assert_eq!(batch.new_payees, [PayeeSeen { payer: ANA, destination, at: at(0) }]);
}

#[test]
fn without_a_cool_off_the_clock_does_not_matter() {
    let mut batch = batch();
    accepted(batch.decide(&pay(1, ANAS, BEAS, 100)));
    let mut earlier = pay(2, ANAS, BEAS, 100);
    earlier.transfer.created_at = at(-1);
    accepted(batch.decide(&earlier));
    let mut patient = earlier.clone();
    patient.key.key = "k".into();
    patient.limits.new_payee_cooloff = Duration::nanoseconds(1);
    let payable_at = at(0) + Duration::nanoseconds(1);
    assert_eq!(payable(&batch.decide(&patient)), Some(payable_at));
}

#[test]
fn a_payee_is_stored_only_when_every_other_check_passes() {
    let mut batch = batch();
    let mut poor = ask(1, 0, BEAS);
    poor.transfer.amount.minor = 1_001;
    assert_eq!(refused(&batch.decide(&poor)), Some(Refusal::InsufficientFunds));
    let mut limited = ask(2, 0, BEAS);
    limited.limits.per_transfer = 99;
    let limit = LimitExceeded::PerTransfer { figures: Some(figures(99, 99)) };
    assert_eq!(refused(&batch.decide(&limited)), Some(Refusal::LimitExceeded { limit }));
    assert!(batch.payees.is_empty() && batch.new_payees.is_empty());
}

#[test]
fn holds_and_filed_transfers_wait_too() {
    for status in [TransferStatus::Processing, TransferStatus::PendingVerification] {
        let mut batch = batch();
        assert_eq!(payable(&batch.decide(&to_be(status, ask(1, 0, BEAS)))), Some(at(30)));
        assert_eq!((balances(&batch, ANAS), batch.new_holds.len()), ((1_000, 0), 0));
        accepted(batch.decide(&to_be(status, ask(2, 30, BEAS))));
    }
}

#[test]
fn a_reversal_waits_for_no_cool_off() {
    let mut batch = batch();
    let mut original = accepted(batch.decide(&pay(1, ANAS, BEAS, 100)));
    accepted(batch.reverse(&give_back(2, None), &mut original));
    assert_eq!(batch.new_payees.len(), 1, "only the one Ana named");
}

#[test]
fn a_transfer_filed_before_is_judged_by_the_time_it_is_confirmed() {
    let mut batch = batch();
    let mut filed = ask(1, 0, outside());
    filed.transfer.status = TransferStatus::PendingVerification;
    filed.limits = Limits::none(Currency::MXN);
    accepted(batch.decide(&filed));
    let limits = ask(2, 0, outside()).limits;
    let too_soon = batch.post_filed(&filed.transfer, limits, filed.day, at(29));
    assert!(matches!(too_soon, Err(Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { .. } })));
    assert_eq!(batch.post_filed(&filed.transfer, limits, filed.day, at(30)), Ok(()));
}
