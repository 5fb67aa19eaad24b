//! Deposits: money that comes in by a source, and may go back to it.

use super::*;
use crate::money::{clearing::DepositSource, transfer::TransferDirection};

/// Where deposits of cash come from.
fn till() -> WalletId {
    DepositSource::Cash.clearing_account(Currency::MXN)
}

fn batch_with_till() -> PostingBatch {
    let mut batch = batch();
    batch
        .accounts
        .extend(LedgerAccount::find_clearing(till(), Currency::MXN).map(|account| (till(), account)));
    batch
}

#[test]
fn a_deposit_comes_in_and_is_no_spending() {
    let mut batch = batch_with_till();
    let deposit = accepted(batch.decide(&pay(1, till(), ANAS, 300)));
    assert_eq!(balances(&batch, ANAS), (1_300, 0));
    assert_eq!(batch.accounts[&ANAS].spending, Spending::default());
    assert_eq!(deposit.direction(), TransferDirection::In);
    assert_eq!(deposit.deposit_source(), Some(DepositSource::Cash));
    let sides: Vec<_> = batch.new_entries.iter().map(|e| (e.account, e.minor, e.balance_after)).collect();
    assert_eq!(sides, [(till(), -300, None), (ANAS, 300, Some(1_300))]);
    assert!(!batch.changed.contains(&till()), "a clearing account keeps no balance");
    assert_eq!(batch.paid_person(&deposit), Some(ANA));
}

#[test]
fn every_transfer_has_a_direction() {
    let direction = |from, to| pay(1, from, to, 1).transfer.direction();
    assert_eq!(direction(ANAS, BEAS), TransferDirection::Internal);
    assert_eq!(direction(ANAS, outside()), TransferDirection::Out);
    assert_eq!(direction(outside(), ANAS), TransferDirection::In);
    assert_eq!(direction(ANAS, till()), TransferDirection::Out);
}

#[test]
fn a_frozen_person_receives_deposits() {
    let mut batch = batch_with_till();
    batch.accounts.get_mut(&ANAS).unwrap().outgoing.is_frozen = true;
    accepted(batch.decide(&pay(1, till(), ANAS, 300)));
    assert_eq!(balances(&batch, ANAS), (1_300, 0));
}

#[test]
fn a_deposit_has_a_limit_of_its_own() {
    let mut batch = batch_with_till();
    let limits = Limits { per_transfer: 300, ..Limits::none(Currency::MXN) };
    let ask = |id, minor| PostTransfer { limits, ..pay(id, till(), ANAS, minor) };
    accepted(batch.decide(&ask(1, 300)));
    let limit = LimitExceeded::PerDeposit { figures: Some(figures(300, 300)) };
    assert_eq!(refused(&batch.decide(&ask(2, 301))), Some(Refusal::LimitExceeded { limit }));
    accepted(batch.decide(&PostTransfer { limits, ..pay(3, outside(), ANAS, 301) }));
    assert_eq!(balances(&batch, ANAS), (1_601, 0));
}

#[test]
fn a_deposit_is_given_back_to_its_source_unless_it_is_spent() {
    let mut batch = batch_with_till();
    let mut deposit = accepted(batch.decide(&pay(1, till(), ANAS, 300)));
    let part = accepted(batch.reverse(&give_back(2, Some(100)), &mut deposit));
    assert_eq!((part.from, part.to, part.owner), (ANAS, till(), ANA));
    assert_eq!(batch.paid_person(&part), None);
    accepted(batch.decide(&pay(3, ANAS, BEAS, 1_150)));
    let decision = batch.reverse(&give_back(4, None), &mut deposit);
    assert_eq!(refused(&decision), Some(Refusal::InsufficientFunds));
    assert_eq!((balances(&batch, ANAS), deposit.reversed_minor), ((50, 0), 100));
    let mut back = part;
    let again = batch.reverse(&give_back(5, None), &mut back);
    assert_eq!(refused(&again), Some(Refusal::NotReversible));
}
