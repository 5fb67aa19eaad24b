//! Freezes, and what the numbers of destinations mean.

use super::*;
use crate::phone::PhoneNumber;

fn set(batch: &mut PostingBatch, owner: UserId, outgoing: Outgoing) {
    let own = batch.accounts.values_mut().filter(|account| account.owner == Some(owner));
    own.for_each(|account| account.outgoing = outgoing);
}

fn frozen() -> PostingBatch {
    let mut batch = batch();
    set(&mut batch, ANA, Outgoing { is_frozen: true, payable_at: None });
    batch
}

#[test]
fn nothing_leaves_the_wallets_of_a_frozen_person() {
    let mut batch = frozen();
    let before = batch.accounts.clone();
    let mut id = 10;
    for to in [outside(), BEAS, ANAS_SAVINGS] {
        for status in
            [TransferStatus::Completed, TransferStatus::Processing, TransferStatus::PendingVerification]
        {
            id += 1;
            let decision = batch.decide(&to_be(status, pay(id, ANAS, to, 10)));
            assert_eq!(refused(&decision), Some(Refusal::Frozen), "{to} {status:?}");
        }
    }
    let filed = to_be(TransferStatus::PendingVerification, pay(2, ANAS, BEAS, 10)).transfer;
    assert_eq!(batch.post_filed(&filed, Limits::none(Currency::MXN), day(), at(1)), Err(Refusal::Frozen));
    assert_eq!(batch.accounts, before);
    assert!(batch.new_transfers.is_empty() && batch.new_entries.is_empty());
}

#[test]
fn a_refusal_for_a_freeze_stays_under_its_key() {
    let mut batch = frozen();
    batch.decide(&under("k", pay(1, ANAS, BEAS, 10)));
    set(&mut batch, ANA, Outgoing::default());
    let again = batch.decide(&under("k", pay(2, ANAS, BEAS, 10)));
    assert_eq!(again, Decision::Replayed(Outcome::Refused(Refusal::Frozen)));
}

#[test]
fn money_comes_in_and_comes_back_to_a_frozen_person_and_is_not_taken_back() {
    let mut batch = batch();
    let mut gift = accepted(batch.decide(&pay(1, BEAS, ANAS, 10)));
    let mut spent = accepted(batch.decide(&pay(2, ANAS, BEAS, 20)));
    set(&mut batch, ANA, Outgoing { is_frozen: true, payable_at: None });
    accepted(batch.decide(&pay(3, BEAS, ANAS, 5)));
    accepted(batch.decide(&pay(4, outside(), ANAS_SAVINGS, 5)));
    assert_eq!(refused(&batch.reverse(&give_back(5, None), &mut gift)), Some(Refusal::Frozen));
    accepted(batch.reverse(&give_back(6, None), &mut spent));
    assert_eq!(balances(&batch, ANAS), (OPENING + 10 - 20 + 5 + 20, 0));
}

#[test]
fn after_a_freeze_payments_wait_until_the_very_minute() {
    let mut batch = batch();
    set(&mut batch, ANA, Outgoing { is_frozen: false, payable_at: Some(at(60)) });
    let ask = |id, minute| {
        let mut command = pay(id, ANAS, BEAS, 10);
        command.transfer.created_at = at(minute);
        command
    };
    let waits = Refusal::LimitExceeded { limit: LimitExceeded::Unfrozen { payable_at: at(60) } };
    assert_eq!(refused(&batch.decide(&ask(1, 59))), Some(waits));
    let mut bought = accepted(batch.decide(&ask(2, 60)));
    // The wait is about payments that the person orders: a reversal is ordered by who was paid.
    set(&mut batch, BEA, Outgoing { is_frozen: false, payable_at: Some(at(600)) });
    accepted(batch.reverse(&give_back(3, None), &mut bought));
}

#[test]
fn a_phone_number_is_paid_only_into_the_wallet_that_it_means() {
    let number = || AccountNumber::Phone(PhoneNumber::parse_international("+525512345678").unwrap());
    let key = (number().canonical().to_owned(), Currency::MXN);
    let to = |id, wallet, destination| {
        let mut command = pay(id, ANAS, wallet, 10);
        command.transfer.destination = destination;
        command
    };
    let found = |wallet| Destination::Wallet { id: wallet, found_by: Some(number()) };
    let mut batch = batch();
    for recipient in [None, Some(None), Some(Some(ANAS_SAVINGS))] {
        batch.recipients.clear();
        if let Some(recipient) = recipient {
            batch.recipients.insert(key.clone(), recipient);
        }
        let lost = batch.decide(&to(1, outside(), Destination::Account(number())));
        assert!(matches!(
            lost,
            Decision::Decided(Outcome::Refused(Refusal::RecipientNotFound))
                | Decision::Replayed(Outcome::Refused(Refusal::RecipientNotFound))
        ));
        batch.outcomes.clear();
        assert_eq!(refused(&batch.decide(&to(2, BEAS, found(BEAS)))), Some(Refusal::RecipientNotFound));
        batch.outcomes.clear();
    }
    batch.recipients.insert(key, Some(BEAS));
    accepted(batch.decide(&to(3, BEAS, found(BEAS))));
}

#[test]
fn only_a_person_who_was_paid_by_another_one_was_paid() {
    let batch = batch();
    let paid = |from, to| batch.paid_person(&pay(1, from, to, 10).transfer);
    assert_eq!(paid(ANAS, BEAS), Some(BEA));
    assert_eq!(paid(ANAS, ANAS_SAVINGS), None);
    assert_eq!(paid(ANAS, outside()), None);
    assert_eq!(paid(outside(), ANAS), None);
    let filed = to_be(TransferStatus::PendingVerification, pay(1, ANAS, BEAS, 10)).transfer;
    assert_eq!(batch.paid_person(&filed), None, "it may never be paid");
    let back = Transfer { reverses: Some(filed.id), ..pay(2, BEAS, ANAS, 10).transfer };
    assert_eq!(batch.paid_person(&back), None);
}
