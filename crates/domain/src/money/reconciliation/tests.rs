use super::*;
use crate::money::Currency;
use chrono::{DateTime, Days, NaiveDate};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

fn day() -> NaiveDate {
    "2026-03-10".parse().unwrap()
}

fn date() -> OperatingDate {
    OperatingDate::new(day())
}

fn pesos(minor: i64) -> Money {
    Money::new(minor, Currency::MXN)
}

fn sent(n: u128, minor: i64, state: OutboundState) -> SentPayment {
    let transfer = TransferId(Uuid::from_u128(n));
    SentPayment {
        transfer,
        reference: BankReference::of(transfer),
        operating_date: date(),
        amount: pesos(minor),
        state,
        was_released: false,
    }
}

fn line(entry_id: &str, reference: Option<&str>, minor: i64) -> BankEntry {
    BankEntry {
        entry_id: entry_id.to_owned(),
        reference: reference.map(str::to_owned),
        bank_id: None,
        amount: pesos(minor),
        status: EntryStatus::Booked,
        booked_at: DateTime::UNIX_EPOCH,
        value_date: day(),
        creditor_account: None,
        counterparty_account: None,
        counterparty_name: None,
        concept: None,
    }
}

fn debit(entry_id: &str, payment: &SentPayment, minor: i64) -> BankEntry {
    line(entry_id, Some(payment.reference.as_str()), -minor)
}

fn found(payments: &[SentPayment], statement: &[BankEntry]) -> Vec<ReconciliationItem> {
    let ours = OurSide { payments: payments.to_vec(), deposits: BTreeMap::new() };
    reconcile(date(), &ours, statement)
}

fn classes(items: &[ReconciliationItem]) -> Vec<&'static str> {
    items.iter().map(|item| item.class.name()).collect()
}

#[test]
fn a_payment_that_both_have_is_matched() {
    let payment = sent(1, 500, OutboundState::Settled);
    let items = found(&[payment.clone()], &[debit("e1", &payment, 500)]);
    let expected = ReconciliationItem {
        class: ReconciliationClass::Matched,
        reference: Some(payment.reference.to_string()),
        entry_id: Some("e1".into()),
        transfer: Some(payment.transfer),
        ours: Some(pesos(-500)),
        theirs: Some(pesos(-500)),
    };
    assert_eq!(items, [expected]);
}

#[test]
fn another_amount_or_currency_differs_and_both_are_told() {
    let payment = sent(1, 500, OutboundState::Settled);
    let items = found(&[payment.clone()], &[debit("e1", &payment, 499)]);
    assert_eq!(classes(&items), ["amount_differs"]);
    assert_eq!((items[0].ours, items[0].theirs), (Some(pesos(-500)), Some(pesos(-499))));
    let dollars =
        BankEntry { amount: Money::new(-500, Currency::parse("USD").unwrap()), ..debit("e1", &payment, 500) };
    assert_eq!(classes(&found(&[payment], &[dollars])), ["amount_differs"]);
}

#[test]
fn a_payment_that_the_bank_has_not_is_missing_there_once_it_is_called_settled() {
    for (state, expected) in [
        (OutboundState::Settled, vec!["missing_at_bank"]),
        (OutboundState::Submitting, vec![]),
        (OutboundState::Accepted, vec![]),
        (OutboundState::Unknown, vec![]),
        (OutboundState::Manual, vec![]),
        (OutboundState::Voided, vec![]),
    ] {
        assert_eq!(classes(&found(&[sent(1, 500, state)], &[])), expected, "{state:?}");
    }
}

#[test]
fn a_payment_in_doubt_that_is_booked_is_matched() {
    for state in [OutboundState::Unknown, OutboundState::Accepted, OutboundState::Manual] {
        let payment = sent(1, 500, state);
        assert_eq!(classes(&found(&[payment.clone()], &[debit("e1", &payment, 500)])), ["matched"]);
    }
}

#[test]
fn what_the_bank_booked_and_we_called_failed_is_late_until_people_decide() {
    let one = |state, was_released| SentPayment { was_released, ..sent(1, 500, state) };
    for (payment, expected) in [
        (one(OutboundState::Voided, true), "late"),
        (one(OutboundState::Exception, true), "late"),
        (one(OutboundState::Exception, false), "matched"),
        (one(OutboundState::Settled, true), "matched"),
    ] {
        assert_eq!(classes(&found(&[payment.clone()], &[debit("e1", &payment, 500)])), [expected]);
    }
}

#[test]
fn a_second_line_of_a_payment_is_twice_there() {
    let payment = sent(1, 500, OutboundState::Settled);
    let lines = [debit("e1", &payment, 500), debit("e2", &payment, 500)];
    let items = found(&[payment.clone()], &lines);
    assert_eq!(classes(&items), ["matched", "twice_at_bank"]);
    assert_eq!(items[1].entry_id.as_deref(), Some("e2"));
    let shown_twice = [debit("e1", &payment, 500), debit("e1", &payment, 500)];
    assert_eq!(classes(&found(&[payment], &shown_twice)), ["matched"], "the same line on two pages");
}

#[test]
fn a_line_that_is_not_booked_counts_for_nothing() {
    let payment = sent(1, 500, OutboundState::Settled);
    let pending = BankEntry { status: EntryStatus::Pending, ..debit("e1", &payment, 500) };
    assert_eq!(classes(&found(&[payment], &[pending.clone()])), ["missing_at_bank"]);
    assert!(found(&[], &[pending]).is_empty());
}

#[test]
fn money_that_came_in_is_matched_with_its_deposit() {
    let (given, lost) = (line("e1", None, 7_525), line("e2", None, 6_660));
    let deposit = TransferId(Uuid::from_u128(9));
    let ours = OurSide { payments: vec![], deposits: BTreeMap::from([("e1".to_owned(), deposit)]) };
    let items = reconcile(date(), &ours, &[given, lost]);
    assert_eq!(classes(&items), ["matched", "missing_here"]);
    assert_eq!((items[0].transfer, items[0].ours), (Some(deposit), Some(pesos(7_525))));
    assert_eq!((items[1].transfer, items[1].entry_id.as_deref()), (None, Some("e2")));
}

#[test]
fn money_of_a_payment_that_comes_back_is_returned() {
    let payment = sent(1, 1_300, OutboundState::Settled);
    let back = line("e2", Some(payment.reference.as_str()), 1_300);
    let items = found(&[payment.clone()], &[debit("e1", &payment, 1_300), back]);
    assert_eq!(classes(&items), ["matched", "returned"]);
    assert_eq!(items[1].transfer, Some(payment.transfer));
}

#[test]
fn a_payment_of_nobody_is_missing_here() {
    let items = found(&[], &[line("e1", Some("GHST0000000000000001"), -555)]);
    assert_eq!(classes(&items), ["missing_here"]);
    assert_eq!(items[0].reference.as_deref(), Some("GHST0000000000000001"));
}

#[test]
fn each_line_is_reported_on_one_date() {
    let payment = sent(1, 500, OutboundState::Settled);
    let tomorrow = day().checked_add_days(Days::new(1)).unwrap();
    let next_day = BankEntry { value_date: tomorrow, ..debit("e1", &payment, 500) };
    let stray = BankEntry { value_date: tomorrow, ..line("e2", None, 700) };
    let statement = [next_day, stray];
    assert_eq!(classes(&found(&[payment.clone()], &statement)), ["matched"], "the payment's own date");
    let ours = OurSide { payments: vec![payment], deposits: BTreeMap::new() };
    let later = reconcile(OperatingDate::new(tomorrow), &ours, &statement);
    assert_eq!(classes(&later), ["missing_here"]);
    assert_eq!(later[0].entry_id.as_deref(), Some("e2"));
}

#[test]
fn a_name_is_read_as_it_was_written() {
    for class in ReconciliationClass::ALL {
        assert_eq!(ReconciliationClass::parse(class.name()), Some(class));
        assert_eq!(class.is_open(), class != ReconciliationClass::Matched);
    }
    assert_eq!(ReconciliationClass::parse("missing"), None);
}

/// What happened to a payment: is it settled here, how often did the bank book it, and did a cent get lost.
fn fates() -> impl Strategy<Value = Vec<(bool, u8, bool)>> {
    vec((any::<bool>(), 0..3_u8, any::<bool>()), 0..8)
}

proptest! {
    /// Every booked line is in one finding, every settled payment too, and the order of lines says nothing.
    #[test]
    fn nothing_is_lost_and_nothing_counts_twice(fates in fates(), strays in 0..4_u8, turn in 0..20_usize) {
        let mut payments = Vec::new();
        let mut statement: Vec<_> = (0..strays).map(|n| line(&format!("s{n}"), None, i64::from(n) + 1)).collect();
        for (n, (is_settled, lines, differs)) in (1..).zip(fates) {
            let state = if is_settled { OutboundState::Settled } else { OutboundState::Unknown };
            let payment = sent(n, 500, state);
            let booked = if differs { 499 } else { 500 };
            statement.extend((0..lines).map(|m| debit(&format!("p{n}-{m}"), &payment, booked)));
            payments.push(payment);
        }
        let items = found(&payments, &statement);
        let of = |class| items.iter().filter(|item| item.class == class).count();
        let mut lines: Vec<_> = items.iter().filter_map(|item| item.entry_id.clone()).collect();
        lines.sort();
        let mut booked: Vec<_> = statement.iter().map(|line| line.entry_id.clone()).collect();
        booked.sort();
        prop_assert_eq!(lines, booked);
        prop_assert_eq!(of(ReconciliationClass::MissingHere), usize::from(strays));
        for payment in payments.iter().filter(|payment| payment.state == OutboundState::Settled) {
            prop_assert!(items.iter().any(|item| item.transfer == Some(payment.transfer)));
        }
        if !statement.is_empty() {
            let middle = turn % statement.len();
            statement.rotate_left(middle);
        }
        prop_assert_eq!(found(&payments, &statement), items);
    }
}
