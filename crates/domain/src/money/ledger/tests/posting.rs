//! Money that moves at once, or after a step-up.

use super::*;
use std::collections::BTreeSet;

fn sides(batch: &PostingBatch) -> Vec<(WalletId, i64, Option<i64>, Option<i64>)> {
    batch.new_entries.iter().map(|e| (e.account, e.minor, e.balance_after, e.version)).collect()
}

#[test]
fn money_moves_with_two_entries() {
    let mut batch = batch();
    let command = pay(1, ANAS, BEAS, 300);
    assert_eq!(accepted(batch.decide(&command)), command.transfer);
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((700, 0), (1_300, 0)));
    assert_eq!(sides(&batch), [(ANAS, -300, Some(700), Some(1)), (BEAS, 300, Some(1_300), Some(1))]);
    assert!(batch.new_entries.iter().all(|entry| entry.transfer == command.transfer.id));
    assert_eq!(batch.changed, BTreeSet::from([ANAS, BEAS]));
    assert_eq!(batch.new_transfers, [command.transfer]);
    assert_eq!((batch.new_holds, batch.ended_holds), (vec![], vec![]));
}

#[test]
fn each_account_numbers_its_own_entries() {
    let mut batch = batch();
    for command in [pay(1, ANAS, BEAS, 300), pay(2, ANAS, outside(), 100), pay(3, BEAS, ANAS, 50)] {
        accepted(batch.decide(&command));
    }
    let of = |id| sides(&batch).into_iter().filter(move |side| side.0 == id).collect::<Vec<_>>();
    let anas =
        [(ANAS, -300, Some(700), Some(1)), (ANAS, -100, Some(600), Some(2)), (ANAS, 50, Some(650), Some(3))];
    assert_eq!(of(ANAS), anas);
    assert_eq!(of(BEAS), [(BEAS, 300, Some(1_300), Some(1)), (BEAS, -50, Some(1_250), Some(2))]);
    assert_eq!((batch.accounts[&ANAS].version, batch.accounts[&BEAS].version), (3, 2));
}

#[test]
fn the_outside_keeps_no_balance_and_no_numbers() {
    let mut batch = batch();
    accepted(batch.decide(&pay(1, ANAS, outside(), 300)));
    accepted(batch.decide(&pay(2, outside(), BEAS, 500)));
    assert_eq!(
        sides(&batch),
        [
            (ANAS, -300, Some(700), Some(1)),
            (outside(), 300, None, None),
            (outside(), -500, None, None),
            (BEAS, 500, Some(1_500), Some(1)),
        ]
    );
    assert_eq!(batch.accounts[&outside()], LedgerAccount::clearing(Currency::MXN));
    assert_eq!(batch.changed, BTreeSet::from([ANAS, BEAS]));
}

#[test]
fn every_replica_knows_the_outside_by_the_same_id() {
    assert_eq!(clearing_account(Currency::MXN).0.as_bytes(), b"clearing-MXNount");
    assert_eq!(clearing_account(usd()).0.as_bytes(), b"clearing-USDount");
    let account = LedgerAccount::clearing(usd());
    assert_eq!(
        (account.id, account.kind, account.owner),
        (clearing_account(usd()), AccountKind::Clearing, None)
    );
    assert_eq!((account.currency, account.posted, account.held, account.version), (usd(), 0, 0, 0));
}

#[test]
fn forty_of_a_hundred_from_a_thousand_are_ten() {
    let mut batch = batch();
    let all: Vec<_> = (1..=40).map(|id| batch.decide(&pay(id, ANAS, outside(), 100))).collect();
    let poor = all.iter().filter(|decision| refused(decision) == Some(Refusal::InsufficientFunds)).count();
    assert_eq!((poor, balances(&batch, ANAS)), (30, (0, 0)));
}

#[test]
fn all_there_is_can_go_and_not_a_centavo_more() {
    let mut batch = batch();
    assert_eq!(refused(&batch.decide(&pay(1, ANAS, BEAS, OPENING + 1))), Some(Refusal::InsufficientFunds));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 0), (1_000, 0)));
    assert!(batch.new_transfers.is_empty() && batch.new_entries.is_empty() && batch.changed.is_empty());
    accepted(batch.decide(&pay(2, ANAS, BEAS, OPENING)));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((0, 0), (2_000, 0)));
}

#[test]
fn the_outside_is_never_short_of_money() {
    let mut batch = batch();
    accepted(batch.decide(&pay(1, outside(), ANAS, 1_000_000)));
    assert_eq!(balances(&batch, ANAS), (1_001_000, 0));
}

#[test]
fn the_two_ends_must_differ() {
    let mut batch = batch();
    assert_eq!(refused(&batch.decide(&pay(1, ANAS, ANAS, 1))), Some(Refusal::SameAccount));
    assert_eq!(refused(&batch.decide(&pay(2, NOBODYS, NOBODYS, 1))), Some(Refusal::SameAccount));
}

#[test]
fn both_ends_must_exist() {
    let mut batch = batch();
    assert_eq!(refused(&batch.decide(&pay(1, ANAS, NOBODYS, 1))), Some(Refusal::NoSuchAccount));
    assert_eq!(refused(&batch.decide(&pay(2, NOBODYS, ANAS, 1))), Some(Refusal::NoSuchAccount));
}

#[test]
fn the_amount_and_both_ends_share_one_currency() {
    let mut batch = batch();
    let mismatch = Some(Refusal::CurrencyMismatch);
    assert_eq!(refused(&batch.decide(&pay(1, ANAS, BEAS_DOLLARS, 1))), mismatch);
    assert_eq!(refused(&batch.decide(&pay(2, ANAS_DOLLARS, BEAS, 1))), mismatch);
    assert_eq!(refused(&batch.decide(&pay_dollars(3, ANAS, BEAS, 1))), mismatch);
    assert_eq!(refused(&batch.decide(&pay(4, ANAS_DOLLARS, BEAS_DOLLARS, 1))), mismatch);
    assert_eq!(refused(&batch.decide(&pay(5, ANAS_DOLLARS, outside(), 1))), mismatch);
    accepted(batch.decide(&pay_dollars(6, ANAS_DOLLARS, BEAS_DOLLARS, 1)));
    assert_eq!((balances(&batch, ANAS_DOLLARS), balances(&batch, BEAS_DOLLARS)), ((999, 0), (1_001, 0)));
}

#[test]
fn a_filed_transfer_moves_nothing_until_its_step_up() {
    for waiting in [TransferStatus::PendingVerification, TransferStatus::PendingApproval] {
        let mut batch = batch();
        let filed = to_be(waiting, pay(1, ANAS, BEAS, 400));
        assert_eq!(accepted(batch.decide(&filed)).status, waiting);
        assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 0), (1_000, 0)));
        assert!(batch.new_entries.is_empty() && batch.new_holds.is_empty() && batch.changed.is_empty());
        assert_eq!(batch.accounts[&ANAS].spending, Spending::default());
        assert_eq!(batch.post_filed(&filed.transfer, filed.limits, day(), filed.transfer.created_at), Ok(()));
        assert_eq!(sides(&batch), [(ANAS, -400, Some(600), Some(1)), (BEAS, 400, Some(1_400), Some(1))]);
        assert_eq!(batch.accounts[&ANAS].spending, Spending { on: day(), in_day: 400, in_month: 400 });
        assert_eq!(batch.new_transfers, [filed.transfer], "its row is there already");
    }
}

#[test]
fn a_filed_transfer_is_refused_like_any_other() {
    let mut batch = batch();
    let filed = to_be(TransferStatus::PendingVerification, pay(1, ANAS, BEAS, OPENING + 1));
    assert_eq!(refused(&batch.decide(&filed)), Some(Refusal::InsufficientFunds));
    assert!(batch.new_transfers.is_empty());
}

#[test]
fn the_step_up_checks_again_because_balances_have_changed() {
    let mut batch = batch();
    let filed = to_be(TransferStatus::PendingVerification, pay(1, ANAS, BEAS, 800));
    accepted(batch.decide(&filed));
    accepted(batch.decide(&pay(2, ANAS, outside(), 201)));
    assert_eq!(
        batch.post_filed(&filed.transfer, filed.limits, day(), filed.transfer.created_at),
        Err(Refusal::InsufficientFunds)
    );
    let limits = Limits { per_transfer: 799, ..filed.limits };
    let limit = LimitExceeded::PerTransfer { figures: Some(figures(799, 799)) };
    let exceeded = Err(Refusal::LimitExceeded { limit });
    assert_eq!(batch.post_filed(&filed.transfer, limits, day(), filed.transfer.created_at), exceeded);
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((799, 0), (1_000, 0)));
    accepted(batch.decide(&pay(3, outside(), ANAS, 1)));
    assert_eq!(batch.post_filed(&filed.transfer, filed.limits, day(), filed.transfer.created_at), Ok(()));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((0, 0), (1_800, 0)));
}

#[test]
fn a_balance_that_would_overflow_takes_no_more() {
    for from in [outside(), ANAS] {
        let mut batch = batch();
        batch.accounts.get_mut(&BEAS).unwrap().posted = i64::MAX - 10;
        let too_much = under("k", pay(1, from, BEAS, 11));
        let refusal = Refusal::LimitExceeded { limit: LimitExceeded::PerTransfer { figures: None } };
        assert_eq!(refused(&batch.decide(&too_much)), Some(refusal));
        assert_eq!((balances(&batch, ANAS), batch.new_entries.len()), ((1_000, 0), 0));
        accepted(batch.decide(&pay(2, from, BEAS, 10)));
        assert_eq!(balances(&batch, BEAS), (i64::MAX, 0));
        assert_eq!(batch.decide(&too_much), Decision::Replayed(Outcome::Refused(refusal)));
    }
}

#[test]
fn the_outside_takes_any_amount_without_an_overflow() {
    let mut batch = batch();
    for (id, wallet) in [(1, ANAS), (2, BEAS)] {
        batch.accounts.get_mut(&wallet).unwrap().posted = i64::MAX;
        accepted(batch.decide(&pay(id, wallet, outside(), i64::MAX)));
    }
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((0, 0), (0, 0)));
    assert_eq!(batch.new_entries.iter().map(|entry| i128::from(entry.minor)).sum::<i128>(), 0);
}

#[test]
fn nothing_and_less_than_nothing_do_not_move() {
    for minor in [0, -1, i64::MIN] {
        let mut batch = batch();
        let mut wrong = pay(1, ANAS, BEAS, 1);
        wrong.transfer.amount.minor = minor;
        assert_eq!(refused(&batch.decide(&wrong)), Some(Refusal::AmountNotPositive));
        assert!(batch.new_entries.is_empty() && batch.new_outcomes.is_empty());
    }
}
