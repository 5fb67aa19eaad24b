//! Limits: what a person may send, over all their wallets of a currency.

use super::*;

fn day_limit(per_day: i64) -> Limits {
    Limits { per_day, ..Limits::none(Currency::MXN) }
}

fn within(limits: Limits, command: PostTransfer) -> PostTransfer {
    PostTransfer { limits, ..command }
}

fn exceeded(decision: &Decision) -> Option<LimitExceeded> {
    match refused(decision) {
        Some(Refusal::LimitExceeded { limit }) => Some(limit),
        _ => None,
    }
}

fn later(days: u64) -> NaiveDate {
    day().checked_add_days(chrono::Days::new(days)).unwrap()
}

#[test]
fn a_transfer_reaches_its_limit_and_does_not_pass_it() {
    let mut batch = batch();
    let limits = Limits { per_transfer: 150, ..Limits::none(Currency::MXN) };
    let decision = batch.decide(&within(limits, pay(1, ANAS, BEAS, 151)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerTransfer { figures: Some(figures(150, 150)) }));
    accepted(batch.decide(&within(limits, pay(2, ANAS, BEAS, 150))));
    accepted(batch.decide(&within(limits, pay(3, ANAS, BEAS, 150))));
    assert_eq!(balances(&batch, ANAS), (700, 0));
}

#[test]
fn the_limit_of_a_day_counts_what_went_before_in_the_same_batch() {
    let mut batch = batch();
    accepted(batch.decide(&within(day_limit(150), pay(1, ANAS, BEAS, 100))));
    let decision = batch.decide(&within(day_limit(150), pay(2, ANAS, BEAS, 51)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerDay { figures: Some(figures(150, 50)) }));
    accepted(batch.decide(&within(day_limit(150), pay(3, ANAS, BEAS, 50))));
    assert_eq!(batch.accounts[&ANAS].spending, Spending { on: day(), in_day: 150, in_month: 150 });
}

#[test]
fn a_new_day_starts_at_zero_and_the_month_continues() {
    let mut batch = batch();
    let limits = Limits { per_day: 100, per_month: 150, ..Limits::none(Currency::MXN) };
    let ask = |id, minor, day| PostTransfer { limits, day, ..pay(id, ANAS, BEAS, minor) };
    accepted(batch.decide(&ask(1, 100, day())));
    assert_eq!(
        exceeded(&batch.decide(&ask(2, 51, later(1)))),
        Some(LimitExceeded::PerMonth { figures: Some(figures(150, 50)) })
    );
    accepted(batch.decide(&ask(3, 50, later(1))));
    assert_eq!(
        exceeded(&batch.decide(&ask(4, 1, later(1)))),
        Some(LimitExceeded::PerMonth { figures: Some(figures(150, 0)) })
    );
    accepted(batch.decide(&ask(5, 100, later(2))));
    assert_eq!(batch.accounts[&ANAS].spending, Spending { on: later(2), in_day: 100, in_month: 100 });
}

#[test]
fn the_limit_of_a_month_alone_looks_back_too() {
    let mut batch = batch();
    let limits = Limits { per_month: 150, ..Limits::none(Currency::MXN) };
    accepted(batch.decide(&within(limits, pay(1, ANAS, BEAS, 150))));
    let decision = batch.decide(&within(limits, pay(2, ANAS, BEAS, 1)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerMonth { figures: Some(figures(150, 0)) }));
}

#[test]
fn who_has_several_wallets_in_a_currency_has_one_limit() {
    let mut batch = batch();
    accepted(batch.decide(&within(day_limit(150), pay(1, ANAS, BEAS, 100))));
    let decision = batch.decide(&within(day_limit(150), pay(2, ANAS_SAVINGS, BEAS, 51)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerDay { figures: Some(figures(150, 50)) }));
    accepted(batch.decide(&within(day_limit(150), pay(3, ANAS_SAVINGS, BEAS, 50))));
    let decision = batch.decide(&within(day_limit(150), pay(4, ANAS, BEAS, 1)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerDay { figures: Some(figures(150, 0)) }));
    assert_eq!(batch.accounts[&ANAS_SAVINGS].spending, Spending { on: day(), in_day: 50, in_month: 50 });
}

#[test]
fn other_senders_and_other_currencies_do_not_count() {
    let mut batch = batch();
    accepted(batch.decide(&pay(1, BEAS, outside(), 100)));
    accepted(batch.decide(&pay_dollars(2, ANAS_DOLLARS, BEAS_DOLLARS, 100)));
    accepted(batch.decide(&within(day_limit(150), pay(3, ANAS, BEAS, 150))));
}

#[test]
fn a_limit_in_pesos_does_not_bind_dollars() {
    let mut batch = batch();
    let limits = Limits { per_transfer: 10, per_day: 10, ..Limits::none(Currency::MXN) };
    accepted(batch.decide(&within(limits, pay_dollars(1, ANAS_DOLLARS, BEAS_DOLLARS, 11))));
}

#[test]
fn incoming_money_has_no_limit_and_is_no_spending() {
    let mut batch = batch();
    let limits = Limits { per_transfer: 10, per_day: 10, per_month: 10, ..Limits::none(Currency::MXN) };
    accepted(batch.decide(&within(limits, pay(1, outside(), ANAS, 11))));
    assert_eq!(batch.accounts[&ANAS].spending, Spending::default());
    assert_eq!(batch.accounts[&outside()].spending, Spending::default());
}

#[test]
fn the_receiver_has_spent_nothing() {
    let mut batch = batch();
    accepted(batch.decide(&pay(1, ANAS, BEAS, 300)));
    assert_eq!(batch.accounts[&BEAS].spending, Spending::default());
}

#[test]
fn an_exceeded_limit_is_named_before_missing_funds() {
    let mut batch = batch();
    let decision = batch.decide(&within(day_limit(1_000), pay(1, ANAS, BEAS, 1_001)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerDay { figures: Some(figures(1_000, 1_000)) }));
}

#[test]
fn a_refused_transfer_does_not_count() {
    let mut batch = batch();
    let decision = batch.decide(&within(day_limit(2_000), pay(1, ANAS, BEAS, 1_001)));
    assert_eq!(refused(&decision), Some(Refusal::InsufficientFunds));
    assert_eq!(batch.accounts[&ANAS].spending, Spending::default());
}

#[test]
fn a_hold_counts_until_it_is_voided() {
    let mut batch = batch();
    let hold =
        |id, minor| within(day_limit(150), to_be(TransferStatus::Processing, pay(id, ANAS, BEAS, minor)));
    accepted(batch.decide(&hold(1, 100)));
    assert_eq!(
        exceeded(&batch.decide(&hold(2, 51))),
        Some(LimitExceeded::PerDay { figures: Some(figures(150, 50)) })
    );
    let set_aside = batch.new_holds[0];
    assert_eq!(batch.void(&set_aside), Ok(()));
    accepted(batch.decide(&hold(3, 150)));
    assert_eq!(
        exceeded(&batch.decide(&hold(4, 1))),
        Some(LimitExceeded::PerDay { figures: Some(figures(150, 0)) })
    );
}

#[test]
fn a_captured_hold_still_counts() {
    let mut batch = batch();
    let held = within(day_limit(150), to_be(TransferStatus::Processing, pay(1, ANAS, BEAS, 100)));
    accepted(batch.decide(&held));
    let set_aside = batch.new_holds[0];
    assert_eq!(batch.capture(&set_aside, &held.transfer), Ok(()));
    let decision = batch.decide(&within(day_limit(150), pay(2, ANAS, BEAS, 51)));
    assert_eq!(exceeded(&decision), Some(LimitExceeded::PerDay { figures: Some(figures(150, 50)) }));
    accepted(batch.decide(&within(day_limit(150), pay(3, ANAS, BEAS, 50))));
}

#[test]
fn a_hold_voided_on_a_later_day_frees_nothing_in_that_day() {
    let mut batch = batch();
    let limits = Limits { per_day: 100, per_month: 180, ..Limits::none(Currency::MXN) };
    let ask = |id, minor, day| PostTransfer { limits, day, ..pay(id, ANAS, BEAS, minor) };
    accepted(batch.decide(&to_be(TransferStatus::Processing, ask(1, 80, day()))));
    accepted(batch.decide(&ask(2, 100, later(1))));
    let set_aside = batch.new_holds[0];
    assert_eq!(batch.void(&set_aside), Ok(()));
    assert_eq!(
        exceeded(&batch.decide(&ask(3, 1, later(1)))),
        Some(LimitExceeded::PerDay { figures: Some(figures(100, 0)) })
    );
    assert_eq!(batch.accounts[&ANAS].spending, Spending { on: later(1), in_day: 100, in_month: 100 });
}

#[test]
fn a_filed_transfer_counts_on_the_day_it_is_paid() {
    let mut batch = batch();
    let filed = within(day_limit(150), to_be(TransferStatus::PendingVerification, pay(1, ANAS, BEAS, 100)));
    accepted(batch.decide(&filed));
    accepted(batch.decide(&within(day_limit(150), pay(2, ANAS, BEAS, 100))));
    let refusal =
        Err(Refusal::LimitExceeded { limit: LimitExceeded::PerDay { figures: Some(figures(150, 50)) } });
    assert_eq!(batch.post_filed(&filed.transfer, day_limit(150), day(), filed.transfer.created_at), refusal);
    assert_eq!(
        batch.post_filed(&filed.transfer, day_limit(150), later(1), filed.transfer.created_at),
        Ok(())
    );
    assert_eq!(batch.accounts[&ANAS].spending, Spending { on: later(1), in_day: 100, in_month: 200 });
}
