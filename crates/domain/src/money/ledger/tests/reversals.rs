//! Reversals: a transfer in the other direction, never more than the original.

use super::*;

/// Ana has paid Bea 300.
fn paid() -> (PostingBatch, Transfer) {
    let mut batch = batch();
    let original = accepted(batch.decide(&pay(1, ANAS, BEAS, 300)));
    (batch, original)
}

#[test]
fn a_whole_reversal_is_a_transfer_in_the_other_direction() {
    let (mut batch, mut original) = paid();
    let reversal = accepted(batch.reverse(&give_back(2, None), &mut original));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 0), (1_000, 0)));
    assert_eq!((original.status, original.reversed_minor), (TransferStatus::Reversed, 300));
    let expected = Transfer {
        id: TransferId(Uuid::from_u128(2)),
        folio: Folio::of_random(2),
        caller: Principal::Client("shop".into()),
        owner: BEA,
        from: BEAS,
        to: ANAS,
        destination: Destination::Wallet { id: ANAS, found_by: None },
        concept: Some("wrong person".into()),
        reverses: Some(original.id),
        created_at: at(60),
        ..pay(1, ANAS, BEAS, 300).transfer
    };
    assert_eq!(reversal, expected);
    assert_eq!(batch.new_transfers.last(), Some(&expected));
    let sides: Vec<_> = batch.new_entries[2..]
        .iter()
        .map(|e| (e.transfer, e.account, e.minor, e.balance_after, e.version))
        .collect();
    assert_eq!(
        sides,
        [(reversal.id, BEAS, -300, Some(1_000), Some(2)), (reversal.id, ANAS, 300, Some(1_000), Some(2))]
    );
}

#[test]
fn a_reversal_without_a_reason_has_no_concept() {
    let (mut batch, mut original) = paid();
    let silent = ReverseTransfer { reason: String::new(), ..give_back(2, None) };
    assert_eq!(accepted(batch.reverse(&silent, &mut original)).concept, None);
}

#[test]
fn parts_can_be_given_back_until_nothing_is_left() {
    let (mut batch, mut original) = paid();
    assert_eq!(accepted(batch.reverse(&give_back(2, Some(100)), &mut original)).amount.minor, 100);
    assert_eq!((original.status, original.reversed_minor), (TransferStatus::Completed, 100));
    assert_eq!(original.left_to_reverse(), 200);
    assert_eq!(refused(&batch.reverse(&give_back(3, Some(201)), &mut original)), Some(LEFT_TO_REVERSE));
    accepted(batch.reverse(&give_back(4, Some(199)), &mut original));
    assert_eq!((original.status, original.reversed_minor), (TransferStatus::Completed, 299));
    assert_eq!(accepted(batch.reverse(&give_back(5, None), &mut original)).amount.minor, 1);
    assert_eq!((original.status, original.reversed_minor), (TransferStatus::Reversed, 300));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((1_000, 0), (1_000, 0)));
}

#[test]
fn never_more_than_the_original_is_given_back() {
    let (mut batch, mut original) = paid();
    assert_eq!(refused(&batch.reverse(&give_back(2, Some(301)), &mut original)), Some(LEFT_TO_REVERSE));
    accepted(batch.reverse(&give_back(3, Some(300)), &mut original));
    assert_eq!(original.status, TransferStatus::Reversed);
    assert_eq!(refused(&batch.reverse(&give_back(4, Some(1)), &mut original)), Some(LEFT_TO_REVERSE));
    assert_eq!(refused(&batch.reverse(&give_back(5, None), &mut original)), Some(LEFT_TO_REVERSE));
    assert_eq!((balances(&batch, BEAS), original.reversed_minor), ((1_000, 0), 300));
}

#[test]
fn nothing_or_less_cannot_be_given_back() {
    let (mut batch, mut original) = paid();
    for (id, minor) in [(2, 0), (3, -1), (4, i64::MIN)] {
        assert_eq!(
            refused(&batch.reverse(&give_back(id, Some(minor)), &mut original)),
            Some(LEFT_TO_REVERSE)
        );
    }
    assert_eq!((balances(&batch, BEAS), original.reversed_minor), ((1_300, 0), 0));
    assert_eq!(accepted(batch.reverse(&give_back(5, Some(1)), &mut original)).amount.minor, 1);
}

#[test]
fn only_money_that_has_moved_can_be_given_back() {
    use TransferStatus as S;
    let not_moved = [
        S::PendingVerification,
        S::PendingApproval,
        S::Processing,
        S::Canceled,
        S::Rejected,
        S::Expired,
        S::Failed,
        S::Unknown,
    ];
    for status in not_moved {
        let (mut batch, mut original) = paid();
        original.status = status;
        let decision = batch.reverse(&give_back(2, None), &mut original);
        assert_eq!(refused(&decision), Some(Refusal::NotReversible), "{status:?}");
        assert_eq!((original.status, original.reversed_minor), (status, 0));
    }
}

#[test]
fn off_us_transfers_cannot_be_reversed() {
    let mut batch = batch();
    let mut left = accepted(batch.decide(&pay(1, ANAS, outside(), 300)));
    let mut came = accepted(batch.decide(&pay(2, outside(), ANAS, 300)));
    assert_eq!(refused(&batch.reverse(&give_back(3, None), &mut left)), Some(Refusal::NotReversible));
    assert_eq!(refused(&batch.reverse(&give_back(4, None), &mut came)), Some(Refusal::NotReversible));
    assert_eq!(batch.new_entries.len(), 4);
}

#[test]
fn a_reversal_cannot_be_reversed() {
    let (mut batch, mut original) = paid();
    let mut reversal = accepted(batch.reverse(&give_back(2, Some(100)), &mut original));
    assert_eq!(refused(&batch.reverse(&give_back(3, None), &mut reversal)), Some(Refusal::NotReversible));
    assert_eq!((balances(&batch, BEAS), reversal.reversed_minor), ((1_200, 0), 0));
}

#[test]
fn both_ends_must_be_there_to_give_back() {
    for gone in [ANAS, BEAS] {
        let (mut batch, mut original) = paid();
        batch.accounts.remove(&gone);
        let decision = batch.reverse(&give_back(2, None), &mut original);
        assert_eq!(refused(&decision), Some(Refusal::NoSuchAccount));
        assert_eq!(original.reversed_minor, 0);
    }
}

#[test]
fn what_the_payee_has_spent_or_set_aside_cannot_be_given_back() {
    let (mut batch, mut original) = paid();
    accepted(batch.decide(&pay(2, BEAS, outside(), 1_000)));
    accepted(batch.decide(&to_be(TransferStatus::Processing, pay(3, BEAS, outside(), 50))));
    let decision = batch.reverse(&give_back(4, Some(251)), &mut original);
    assert_eq!(refused(&decision), Some(Refusal::InsufficientFunds));
    assert_eq!((original.reversed_minor, balances(&batch, ANAS)), (0, (700, 0)));
    accepted(batch.reverse(&give_back(5, Some(250)), &mut original));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((950, 0), (50, 50)));
}

#[test]
fn a_payer_whose_balance_would_overflow_gets_nothing_back() {
    let (mut batch, mut original) = paid();
    batch.accounts.get_mut(&ANAS).unwrap().posted = i64::MAX - 299;
    let refusal = Refusal::LimitExceeded { limit: LimitExceeded::PerTransfer { figures: None } };
    assert_eq!(refused(&batch.reverse(&give_back(2, None), &mut original)), Some(refusal));
    assert_eq!((balances(&batch, BEAS), original.reversed_minor), ((1_300, 0), 0));
    accepted(batch.reverse(&give_back(3, Some(299)), &mut original));
    assert_eq!(balances(&batch, ANAS), (i64::MAX, 0));
}

#[test]
fn a_reversal_is_no_spending_and_frees_no_limit() {
    let (mut batch, mut original) = paid();
    let before = (batch.accounts[&ANAS].spending, batch.accounts[&BEAS].spending);
    accepted(batch.reverse(&give_back(2, None), &mut original));
    assert_eq!((batch.accounts[&ANAS].spending, batch.accounts[&BEAS].spending), before);
    assert_eq!(before, (Spending { on: day(), in_day: 300, in_month: 300 }, Spending::default()));
}

#[test]
fn a_repeated_reversal_gives_back_once() {
    let (mut batch, mut original) = paid();
    let first = give_back(2, Some(100));
    let reversal = accepted(batch.reverse(&first, &mut original));
    let again = ReverseTransfer { key: first.key.clone(), at: at(90), ..give_back(3, Some(100)) };
    let replayed = Decision::Replayed(Outcome::Accepted(Box::new(reversal)));
    assert_eq!(batch.reverse(&again, &mut original), replayed);
    let other = ReverseTransfer { key: first.key.clone(), ..give_back(4, Some(101)) };
    assert_eq!(batch.reverse(&other, &mut original), Decision::KeyReused);
    assert_eq!(
        (original.reversed_minor, balances(&batch, BEAS), batch.new_transfers.len()),
        (100, (1_200, 0), 2)
    );
    assert_eq!(batch.new_outcomes.len(), 2);
}

#[test]
fn a_reversal_refused_for_funds_does_not_flip_when_money_comes() {
    let (mut batch, mut original) = paid();
    accepted(batch.decide(&pay(2, BEAS, outside(), 1_300)));
    let command = give_back(3, None);
    assert_eq!(refused(&batch.reverse(&command, &mut original)), Some(Refusal::InsufficientFunds));
    accepted(batch.decide(&pay(4, outside(), BEAS, 1_000)));
    let again = Decision::Replayed(Outcome::Refused(Refusal::InsufficientFunds));
    assert_eq!(batch.reverse(&command, &mut original), again);
    assert_eq!((original.reversed_minor, balances(&batch, BEAS)), (0, (1_000, 0)));
}

#[test]
fn a_reversal_of_too_much_stays_refused_under_its_key() {
    let (mut batch, mut original) = paid();
    let command = give_back(2, Some(301));
    assert_eq!(refused(&batch.reverse(&command, &mut original)), Some(LEFT_TO_REVERSE));
    let again = Decision::Replayed(Outcome::Refused(LEFT_TO_REVERSE));
    assert_eq!(batch.reverse(&command, &mut original), again);
}

#[test]
fn a_reversal_asked_too_early_may_be_asked_again() {
    let (mut batch, mut original) = paid();
    original.status = TransferStatus::Processing;
    let command = give_back(2, None);
    assert_eq!(refused(&batch.reverse(&command, &mut original)), Some(Refusal::NotReversible));
    assert_eq!(batch.new_outcomes.len(), 1, "only the transfer's own");
    original.status = TransferStatus::Completed;
    accepted(batch.reverse(&command, &mut original));
    assert_eq!(balances(&batch, ANAS), (1_000, 0));
}
