//! One key, one effect, one answer.

use super::*;

#[test]
fn a_repeated_request_is_answered_as_the_first_time() {
    let mut batch = batch();
    let first = under("k", pay(1, ANAS, BEAS, 300));
    let transfer = accepted(batch.decide(&first));
    let outcome = Outcome::Accepted(Box::new(transfer));
    assert_eq!(batch.new_outcomes, [(first.key.clone(), first.fingerprint, outcome.clone())]);
    assert_eq!(batch.outcomes[&first.key], (first.fingerprint, outcome.clone()));
    assert_eq!(batch.decide(&under("k", pay(2, ANAS, BEAS, 300))), Decision::Replayed(outcome));
    assert_eq!((balances(&batch, ANAS), balances(&batch, BEAS)), ((700, 0), (1_300, 0)));
    assert_eq!((batch.new_transfers.len(), batch.new_entries.len(), batch.new_outcomes.len()), (1, 2, 1));
}

#[test]
fn a_key_found_in_the_store_is_answered_without_deciding() {
    let mut batch = batch();
    let command = under("k", pay(2, ANAS, BEAS, 300));
    let outcome = Outcome::Accepted(Box::new(pay(1, ANAS, BEAS, 300).transfer));
    batch.outcomes.insert(command.key.clone(), (command.fingerprint, outcome.clone()));
    assert_eq!(batch.decide(&command), Decision::Replayed(outcome));
    assert_eq!((balances(&batch, ANAS), batch.new_outcomes.len()), ((1_000, 0), 0));
}

#[test]
fn another_request_under_a_used_key_is_refused() {
    let mut batch = batch();
    accepted(batch.decide(&under("k", pay(1, ANAS, BEAS, 300))));
    assert_eq!(batch.decide(&under("k", pay(2, ANAS, BEAS, 301))), Decision::KeyReused);
    assert_eq!(batch.decide(&under("k", pay(3, ANAS, ANAS_SAVINGS, 300))), Decision::KeyReused);
    assert_eq!((balances(&batch, ANAS), batch.new_outcomes.len()), ((700, 0), 1));
}

#[test]
fn the_same_key_of_another_caller_or_operation_is_another_key() {
    let mut batch = batch();
    accepted(batch.decide(&under("k", pay(1, ANAS, BEAS, 300))));
    let mut others = under("k", pay(2, ANAS, BEAS, 300));
    others.key.caller = Principal::Client("other".into());
    accepted(batch.decide(&others));
    let mut original = accepted(batch.decide(&pay(3, ANAS, BEAS, 100)));
    let mut reversal = give_back(4, None);
    reversal.key.key = "k".into();
    accepted(batch.reverse(&reversal, &mut original));
    assert_eq!(balances(&batch, ANAS), (400, 0));
}

#[test]
fn a_refusal_for_funds_does_not_flip_when_money_comes() {
    let mut batch = batch();
    let ask = |id| under("k", pay(id, ANAS, outside(), 1_500));
    let refusal = Refusal::InsufficientFunds;
    assert_eq!(refused(&batch.decide(&ask(1))), Some(refusal));
    accepted(batch.decide(&pay(2, BEAS, ANAS, 1_000)));
    assert_eq!(batch.decide(&ask(3)), Decision::Replayed(Outcome::Refused(refusal)));
    assert_eq!(balances(&batch, ANAS), (2_000, 0));
    assert_eq!(batch.new_outcomes[0], (ask(1).key, ask(1).fingerprint, Outcome::Refused(refusal)));
}

#[test]
fn a_refusal_for_limits_does_not_flip_when_the_day_is_over() {
    let mut batch = batch();
    let limits = Limits { per_transfer: 100, per_day: 100, ..Limits::none(Currency::MXN) };
    let ask = |id, day| PostTransfer { limits, day, ..under("k", pay(id, ANAS, outside(), 60)) };
    accepted(batch.decide(&PostTransfer { limits, ..pay(1, ANAS, outside(), 60) }));
    let refusal = Refusal::LimitExceeded { limit: LimitExceeded::PerDay { figures: Some(figures(100, 40)) } };
    assert_eq!(refused(&batch.decide(&ask(2, day()))), Some(refusal));
    let tomorrow = day().succ_opt().unwrap();
    assert_eq!(batch.decide(&ask(3, tomorrow)), Decision::Replayed(Outcome::Refused(refusal)));
}

#[test]
fn a_wrong_request_leaves_its_key_free() {
    let mut batch = batch();
    for (wrong, refusal) in [
        (pay(1, ANAS, ANAS, 10), Refusal::SameAccount),
        (pay(2, ANAS, NOBODYS, 10), Refusal::NoSuchAccount),
        (pay(3, ANAS, BEAS_DOLLARS, 10), Refusal::CurrencyMismatch),
    ] {
        assert_eq!(refused(&batch.decide(&under("k", wrong))), Some(refusal));
        assert!(batch.outcomes.is_empty() && batch.new_outcomes.is_empty());
    }
    accepted(batch.decide(&under("k", pay(4, ANAS, BEAS, 10))));
}

#[test]
fn only_refusals_that_depend_on_balances_and_limits_are_stored() {
    let limits = [
        LimitExceeded::PerTransfer { figures: None },
        LimitExceeded::PerDay { figures: None },
        LimitExceeded::PerMonth { figures: None },
        LimitExceeded::NewPayee { payable_at: at(30) },
        LimitExceeded::LeftToReverse,
    ];
    assert!(limits.into_iter().all(|limit| Refusal::LimitExceeded { limit }.is_remembered()));
    assert!(Refusal::InsufficientFunds.is_remembered());
    for wrong in
        [Refusal::CurrencyMismatch, Refusal::SameAccount, Refusal::NoSuchAccount, Refusal::NotReversible]
    {
        assert!(!wrong.is_remembered(), "{wrong:?}");
    }
}

#[test]
fn an_outcome_is_read_back_as_it_was_written() {
    let mut transfer = pay(1, ANAS, BEAS, 300).transfer;
    transfer.refusal = Some(Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { payable_at: at(30) } });
    for outcome in [Outcome::Accepted(Box::new(transfer)), Outcome::Refused(LEFT_TO_REVERSE)] {
        let written = serde_json::to_string(&outcome).unwrap();
        assert_eq!(serde_json::from_str::<Outcome>(&written).unwrap(), outcome, "{written}");
    }
}

/// The same under a second key too.
fn and_under(second: &str, mut command: PostTransfer) -> PostTransfer {
    command.second_key = Some(IdempotencyKey { key: second.into(), ..command.key.clone() });
    command
}

#[test]
fn two_keys_bind_both() {
    let mut batch = batch();
    let ask = |id, minor| under("tx", pay(id, ANAS, BEAS, minor));
    let first = accepted(batch.decide(&and_under("header", ask(1, 100))));
    let outcome = Outcome::Accepted(Box::new(first));
    assert_eq!(batch.new_outcomes.len(), 2, "one row for each key");
    assert_eq!(batch.decide(&and_under("header", ask(2, 100))), Decision::Replayed(outcome.clone()));
    assert_eq!(batch.decide(&ask(3, 100)), Decision::Replayed(outcome), "one of its keys alone");
    for (what, command) in [
        ("another second key", and_under("header-2", ask(4, 100))),
        ("another first key", and_under("header", under("tx-2", pay(5, ANAS, BEAS, 100)))),
        ("another body", and_under("header", ask(6, 101))),
        ("another body under both keys anew", and_under("header-3", ask(7, 101))),
    ] {
        assert_eq!(batch.decide(&command), Decision::KeyReused, "{what}");
    }
    assert_eq!((balances(&batch, ANAS), batch.new_outcomes.len()), ((900, 0), 2));
    accepted(batch.decide(&and_under("header-4", under("tx-4", pay(8, ANAS, BEAS, 100)))));
}

#[test]
fn keys_of_two_payments_are_no_replay_of_either() {
    let mut batch = batch();
    accepted(batch.decide(&under("one", pay(1, ANAS, BEAS, 100))));
    accepted(batch.decide(&under("two", pay(2, ANAS, BEAS, 100))));
    let both = and_under("two", under("one", pay(3, ANAS, BEAS, 100)));
    assert_eq!(batch.decide(&both), Decision::KeyReused);
}

#[test]
fn a_key_given_twice_is_one_key() {
    let mut batch = batch();
    accepted(batch.decide(&and_under("k", under("k", pay(1, ANAS, BEAS, 100)))));
    assert_eq!(batch.new_outcomes.len(), 1);
}
