//! Holds: set aside, then captured or voided.

use super::*;
use std::collections::BTreeSet;

fn hold(id: u128, from: WalletId, to: WalletId, minor: i64) -> PostTransfer {
    to_be(TransferStatus::Processing, pay(id, from, to, minor))
}

fn spent(batch: &PostingBatch, id: WalletId) -> (i64, i64) {
    let spent = batch.accounts[&id].spending.as_of(day());
    (spent.day, spent.month)
}

#[test]
fn held_money_is_still_there_and_not_available() {
    let mut batch = batch();
    let command = hold(1, ANAS, BEAS, 300);
    assert_eq!(accepted(batch.decide(&command)), command.transfer);
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 300), (1_000, 0)));
    assert_eq!(batch.accounts[&ANAS].available(), 700);
    assert_eq!(
        batch.new_holds,
        [Hold { transfer: command.transfer.id, account: ANAS, minor: 300, day: day() }]
    );
    assert!(batch.new_entries.is_empty() && batch.ended_holds.is_empty());
    assert_eq!((batch.changed, batch.new_transfers), (BTreeSet::from([ANAS]), vec![command.transfer]));
}

#[test]
fn what_is_held_cannot_be_spent_nor_held_again() {
    let mut batch = batch();
    accepted(batch.decide(&hold(1, ANAS, BEAS, 950)));
    assert_eq!(refused(&batch.decide(&pay(2, ANAS, BEAS, 51))), Some(Refusal::InsufficientFunds));
    assert_eq!(refused(&batch.decide(&hold(3, ANAS, BEAS, 51))), Some(Refusal::InsufficientFunds));
    assert_eq!((balances(&batch, ANAS), batch.new_holds.len()), ((1_000, 950), 1));
    accepted(batch.decide(&pay(4, ANAS, BEAS, 20)));
    accepted(batch.decide(&hold(5, ANAS, BEAS, 30)));
    assert_eq!((balances(&batch, ANAS), batch.accounts[&ANAS].available()), ((980, 980), 0));
}

#[test]
fn a_captured_hold_moves_the_money_once() {
    let mut batch = batch();
    let command = hold(1, ANAS, BEAS, 300);
    accepted(batch.decide(&command));
    let set_aside = batch.new_holds[0];
    assert_eq!(batch.capture(&set_aside, &command.transfer), Ok(()));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((700, 0), (1_300, 0)));
    let sides: Vec<_> =
        batch.new_entries.iter().map(|e| (e.account, e.minor, e.balance_after, e.version)).collect();
    assert_eq!(sides, [(ANAS, -300, Some(700), Some(1)), (BEAS, 300, Some(1_300), Some(1))]);
    assert_eq!(batch.ended_holds, [(command.transfer.id, HoldEnd::Captured)]);
    assert_eq!(spent(&batch, ANAS), (300, 300), "counted when it was held, and not again");
    assert_eq!(batch.changed, BTreeSet::from([ANAS, BEAS]));
}

#[test]
fn a_voided_hold_makes_the_money_available_and_no_longer_counts() {
    let mut batch = batch();
    let command = hold(1, ANAS, BEAS, 300);
    accepted(batch.decide(&command));
    accepted(batch.decide(&pay(2, ANAS, BEAS, 40)));
    assert_eq!(spent(&batch, ANAS), (340, 340));
    let set_aside = batch.new_holds[0];
    assert_eq!(batch.void(&set_aside), Ok(()));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((960, 0), (1_040, 0)));
    assert_eq!((spent(&batch, ANAS), batch.new_entries.len()), ((40, 40), 2));
    assert_eq!(batch.ended_holds, [(command.transfer.id, HoldEnd::Voided)]);
}

#[test]
fn ending_one_hold_leaves_the_others() {
    let mut batch = batch();
    let (first, second) = (hold(1, ANAS, BEAS, 300), hold(2, ANAS, BEAS, 200));
    accepted(batch.decide(&first));
    accepted(batch.decide(&second));
    let (one, other) = (batch.new_holds[0], batch.new_holds[1]);
    assert_eq!((batch.void(&one), balances(&batch, ANAS)), (Ok(()), (1_000, 200)));
    assert_eq!((batch.capture(&other, &second.transfer), balances(&batch, ANAS)), (Ok(()), (800, 0)));
    assert_eq!(
        batch.ended_holds,
        [(first.transfer.id, HoldEnd::Voided), (second.transfer.id, HoldEnd::Captured)]
    );
}

#[test]
fn ending_a_hold_marks_its_account_as_changed() {
    let mut batch = batch();
    accepted(batch.decide(&hold(1, ANAS, BEAS, 300)));
    let set_aside = batch.new_holds[0];
    let mut later = PostingBatch { accounts: batch.accounts, ..PostingBatch::default() };
    assert_eq!(later.void(&set_aside), Ok(()));
    assert_eq!(later.changed, BTreeSet::from([ANAS]));
}

#[test]
fn incoming_money_on_hold_is_in_no_balance() {
    let mut batch = batch();
    let (arriving, bounced) = (hold(1, outside(), ANAS, 300), hold(2, outside(), ANAS, 50));
    accepted(batch.decide(&arriving));
    accepted(batch.decide(&bounced));
    assert_eq!((balances(&batch, ANAS), balances(&batch, outside())), ((1_000, 0), (0, 0)));
    let (first, second) = (batch.new_holds[0], batch.new_holds[1]);
    assert_eq!(first, Hold { transfer: arriving.transfer.id, account: outside(), minor: 300, day: day() });
    assert_eq!((batch.capture(&first, &arriving.transfer), batch.void(&second)), (Ok(()), Ok(())));
    assert_eq!(balances(&batch, ANAS), (1_300, 0));
    assert_eq!(batch.accounts[&outside()], LedgerAccount::clearing(Currency::MXN));
    assert_eq!((batch.changed, batch.ended_holds.len()), (BTreeSet::from([ANAS]), 2));
}

#[test]
fn a_hold_of_an_account_that_is_not_there_does_not_end() {
    let mut batch = batch();
    let stray = Hold { transfer: TransferId(Uuid::from_u128(1)), account: NOBODYS, minor: 300, day: day() };
    assert_eq!(batch.void(&stray), Err(Refusal::NoSuchAccount));
    assert_eq!(batch.capture(&stray, &pay(1, NOBODYS, BEAS, 300).transfer), Err(Refusal::NoSuchAccount));
    assert!(batch.ended_holds.is_empty() && batch.new_entries.is_empty() && batch.changed.is_empty());
}

#[test]
fn a_hold_that_was_ended_before_frees_nothing() {
    let mut batch = batch();
    accepted(batch.decide(&hold(1, ANAS, outside(), 300)));
    let held = batch.new_holds[0];
    assert_eq!(batch.void(&held), Ok(()));
    assert_eq!(batch.void(&held), Err(Refusal::InsufficientFunds));
    assert_eq!(balances(&batch, ANAS), (1_000, 0));
}

#[test]
fn a_filed_transfer_is_held_for_an_outside_bank_with_the_balance_of_now() {
    let mut batch = batch();
    let filed = to_be(TransferStatus::PendingVerification, pay(1, ANAS, outside(), 600)).transfer;
    assert_eq!(batch.hold_filed(&filed, Limits::none(Currency::MXN), day(), at(1)), Ok(()));
    assert_eq!(balances(&batch, ANAS), (1_000, 600));
    assert_eq!(spent(&batch, ANAS), (600, 600));
    let more = to_be(TransferStatus::PendingVerification, pay(2, ANAS, outside(), 600)).transfer;
    let refused = batch.hold_filed(&more, Limits::none(Currency::MXN), day(), at(1));
    assert_eq!((refused, batch.new_holds.len()), (Err(Refusal::InsufficientFunds), 1));
}

#[test]
fn what_was_paid_after_its_hold_was_released_needs_the_balance() {
    let mut batch = batch();
    let late = to_be(TransferStatus::Unknown, pay(1, ANAS, outside(), 900)).transfer;
    assert_eq!(batch.post_late(&late, day()), Ok(()));
    assert_eq!((balances(&batch, ANAS), spent(&batch, ANAS)), ((100, 0), (900, 900)));
    let more = to_be(TransferStatus::Unknown, pay(2, ANAS, outside(), 101)).transfer;
    assert_eq!(batch.post_late(&more, day()), Err(Refusal::InsufficientFunds));
    assert_eq!(balances(&batch, ANAS), (100, 0));
}
