//! Holds: set aside, then captured or voided.

use super::*;
use std::collections::BTreeSet;

fn hold(id: u128, from: WalletId, to: WalletId, minor: i64) -> PostTransfer {
    to_be(TransferStatus::Processing, pay(id, from, to, minor))
}

fn spent(books: &PostingBatch, id: WalletId) -> (i64, i64) {
    let spent = books.accounts[&id].spending.as_of(day());
    (spent.day, spent.month)
}

#[test]
fn held_money_is_still_there_and_not_available() {
    let mut books = books();
    let command = hold(1, ANAS, BEAS, 300);
    assert_eq!(accepted(books.decide(&command)), command.transfer);
    assert_eq!((stands(&books, ANAS), stands(&books, BEAS)), ((1_000, 300), (1_000, 0)));
    assert_eq!(books.accounts[&ANAS].available(), 700);
    assert_eq!(
        books.new_holds,
        [Hold { transfer: command.transfer.id, account: ANAS, minor: 300, day: day() }]
    );
    assert!(books.new_entries.is_empty() && books.ended_holds.is_empty());
    assert_eq!((books.changed, books.new_transfers), (BTreeSet::from([ANAS]), vec![command.transfer]));
}

#[test]
fn what_is_held_cannot_be_spent_nor_held_again() {
    let mut books = books();
    accepted(books.decide(&hold(1, ANAS, BEAS, 950)));
    assert_eq!(refused(&books.decide(&pay(2, ANAS, BEAS, 51))), Some(Refusal::InsufficientFunds));
    assert_eq!(refused(&books.decide(&hold(3, ANAS, BEAS, 51))), Some(Refusal::InsufficientFunds));
    assert_eq!((stands(&books, ANAS), books.new_holds.len()), ((1_000, 950), 1));
    accepted(books.decide(&pay(4, ANAS, BEAS, 20)));
    accepted(books.decide(&hold(5, ANAS, BEAS, 30)));
    assert_eq!((stands(&books, ANAS), books.accounts[&ANAS].available()), ((980, 980), 0));
}

#[test]
fn a_captured_hold_moves_the_money_once() {
    let mut books = books();
    let command = hold(1, ANAS, BEAS, 300);
    accepted(books.decide(&command));
    let set_aside = books.new_holds[0];
    assert_eq!(books.capture(&set_aside, &command.transfer), Ok(()));
    assert_eq!((stands(&books, ANAS), stands(&books, BEAS)), ((700, 0), (1_300, 0)));
    let sides: Vec<_> =
        books.new_entries.iter().map(|e| (e.account, e.minor, e.balance_after, e.version)).collect();
    assert_eq!(sides, [(ANAS, -300, Some(700), Some(1)), (BEAS, 300, Some(1_300), Some(1))]);
    assert_eq!(books.ended_holds, [(command.transfer.id, HoldEnd::Captured)]);
    assert_eq!(spent(&books, ANAS), (300, 300), "counted when it was held, and not again");
    assert_eq!(books.changed, BTreeSet::from([ANAS, BEAS]));
}

#[test]
fn a_voided_hold_makes_the_money_available_and_no_longer_counts() {
    let mut books = books();
    let command = hold(1, ANAS, BEAS, 300);
    accepted(books.decide(&command));
    accepted(books.decide(&pay(2, ANAS, BEAS, 40)));
    assert_eq!(spent(&books, ANAS), (340, 340));
    let set_aside = books.new_holds[0];
    assert_eq!(books.void(&set_aside), Ok(()));
    assert_eq!((stands(&books, ANAS), stands(&books, BEAS)), ((960, 0), (1_040, 0)));
    assert_eq!((spent(&books, ANAS), books.new_entries.len()), ((40, 40), 2));
    assert_eq!(books.ended_holds, [(command.transfer.id, HoldEnd::Voided)]);
}

#[test]
fn ending_one_hold_leaves_the_others() {
    let mut books = books();
    let (first, second) = (hold(1, ANAS, BEAS, 300), hold(2, ANAS, BEAS, 200));
    accepted(books.decide(&first));
    accepted(books.decide(&second));
    let (one, other) = (books.new_holds[0], books.new_holds[1]);
    assert_eq!((books.void(&one), stands(&books, ANAS)), (Ok(()), (1_000, 200)));
    assert_eq!((books.capture(&other, &second.transfer), stands(&books, ANAS)), (Ok(()), (800, 0)));
    assert_eq!(
        books.ended_holds,
        [(first.transfer.id, HoldEnd::Voided), (second.transfer.id, HoldEnd::Captured)]
    );
}

#[test]
fn ending_a_hold_marks_its_account_as_changed() {
    let mut books = books();
    accepted(books.decide(&hold(1, ANAS, BEAS, 300)));
    let set_aside = books.new_holds[0];
    let mut later = PostingBatch { accounts: books.accounts, ..PostingBatch::default() };
    assert_eq!(later.void(&set_aside), Ok(()));
    assert_eq!(later.changed, BTreeSet::from([ANAS]));
}

#[test]
fn incoming_money_on_hold_is_in_no_balance() {
    let mut books = books();
    let (arriving, bounced) = (hold(1, outside(), ANAS, 300), hold(2, outside(), ANAS, 50));
    accepted(books.decide(&arriving));
    accepted(books.decide(&bounced));
    assert_eq!((stands(&books, ANAS), stands(&books, outside())), ((1_000, 0), (0, 0)));
    let (first, second) = (books.new_holds[0], books.new_holds[1]);
    assert_eq!(first, Hold { transfer: arriving.transfer.id, account: outside(), minor: 300, day: day() });
    assert_eq!((books.capture(&first, &arriving.transfer), books.void(&second)), (Ok(()), Ok(())));
    assert_eq!(stands(&books, ANAS), (1_300, 0));
    assert_eq!(books.accounts[&outside()], LedgerAccount::clearing(Currency::MXN));
    assert_eq!((books.changed, books.ended_holds.len()), (BTreeSet::from([ANAS]), 2));
}

#[test]
fn a_hold_of_an_account_that_is_not_there_does_not_end() {
    let mut books = books();
    let stray = Hold { transfer: TransferId(Uuid::from_u128(1)), account: NOBODYS, minor: 300, day: day() };
    assert_eq!(books.void(&stray), Err(Refusal::NoSuchAccount));
    assert_eq!(books.capture(&stray, &pay(1, NOBODYS, BEAS, 300).transfer), Err(Refusal::NoSuchAccount));
    assert!(books.ended_holds.is_empty() && books.new_entries.is_empty() && books.changed.is_empty());
}

#[test]
fn a_hold_that_was_ended_before_frees_nothing() {
    let mut books = books();
    accepted(books.decide(&hold(1, ANAS, outside(), 300)));
    let held = books.new_holds[0];
    assert_eq!(books.void(&held), Ok(()));
    assert_eq!(books.void(&held), Err(Refusal::InsufficientFunds));
    assert_eq!(stands(&books, ANAS), (1_000, 0));
}
