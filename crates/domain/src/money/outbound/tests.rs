//! Each rule of payments to an outside bank.

mod model;

use super::*;
use crate::{
    ids::TransferId,
    money::{
        Currency, Money,
        bank::{
            BankEntry, BankReason, BankReference, BankStatus, EntryStatus, NotSentCause, OperatingDate,
            PaymentReport, StatusOutcome, SubmitOutcome,
        },
        transfer::TransferStatus,
    },
    principal::Principal,
};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

const RULES: OutboundRules = OutboundRules { horizon: Duration::minutes(60) };
const ACCOUNT: &str = "012180001183597196";
const TRANSFER: TransferId = TransferId(Uuid::from_u128(7));

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn pesos(minor: i64) -> Money {
    Money::new(minor, Currency::MXN)
}

fn ordered() -> Ordered<'static> {
    Ordered { amount: pesos(500), creditor: Some(ACCOUNT) }
}

fn date() -> OperatingDate {
    OperatingDate::new(at(0).date_naive())
}

fn reserved() -> OutboundPayment {
    OutboundPayment::reserved(TRANSFER, at(0))
}

fn submitting() -> OutboundPayment {
    reserved().begin_submit(date(), at(0), at(30)).unwrap()
}

fn closed() -> BankReason {
    BankReason::try_new("AC04", "Closed").unwrap()
}

fn report(status: BankStatus, minor: i64) -> PaymentReport {
    PaymentReport {
        reference: BankReference::of(TRANSFER),
        bank_id: None,
        status,
        reason: None,
        amount: Some(pesos(minor)),
        creditor_account: None,
        booked_at: None,
    }
}

fn said(word: BankWord) -> OutboundEvent {
    OutboundEvent::Said(word)
}

/// The payment after these events, ten seconds apart, and the last decision.
fn after(mut payment: OutboundPayment, events: &[OutboundEvent]) -> OutboundDecision {
    let mut last = OutboundDecision { payment: payment.clone(), hold: HoldEffect::Keep, is_alarm: false };
    for (n, event) in (1..).zip(events) {
        last = payment.decide(event, &RULES, at(n * 10));
        payment = last.payment.clone();
    }
    last
}

#[test]
fn a_payment_that_the_bank_settles_is_captured_once() {
    let taken = after(submitting(), &[said(BankWord::Accepted)]);
    assert_eq!((taken.payment.state, taken.hold), (OutboundState::Accepted, HoldEffect::Keep));
    assert_eq!(taken.payment.next_at, Some(at(12)), "a bank without notices is asked soon");
    let settled = after(taken.payment, &[said(BankWord::Settled)]);
    assert_eq!((settled.payment.state, settled.hold), (OutboundState::Settled, HoldEffect::Capture));
    assert_eq!(settled.payment.next_at, None);
    let again = after(settled.payment, &[said(BankWord::Settled), said(BankWord::Accepted)]);
    assert_eq!((again.payment.state, again.hold), (OutboundState::Settled, HoldEffect::Keep));
    assert!(!again.is_alarm);
}

#[test]
fn a_refusal_releases_the_hold_with_its_reason() {
    let refused = after(submitting(), &[said(BankWord::Refused(Some(closed())))]);
    assert_eq!((refused.payment.state, refused.hold), (OutboundState::Voided, HoldEffect::Release));
    assert_eq!(refused.payment.reason, Some(closed()));
    let again = after(refused.payment, &[said(BankWord::Refused(None))]);
    assert_eq!((again.payment.reason, again.hold), (Some(closed()), HoldEffect::Keep));
}

#[test]
fn no_clear_answer_leaves_it_in_doubt_and_it_is_never_sent_again() {
    for event in [OutboundEvent::SubmitUnclear, OutboundEvent::Interrupted] {
        let unclear = after(submitting(), &[event]);
        assert_eq!((unclear.payment.state, unclear.hold), (OutboundState::Unknown, HoldEffect::Keep));
        assert_eq!(unclear.payment.doubt_since, Some(at(10)));
        assert_eq!(unclear.payment.begin_submit(date(), at(20), at(50)), None);
        let late = after(unclear.payment, &[OutboundEvent::NotSent(ParkReason::Unreachable)]);
        assert_eq!(late.payment.state, OutboundState::Unknown, "a late word of our own proves nothing");
    }
}

#[test]
fn it_is_asked_less_and_less_often() {
    let mut payment = after(submitting(), &[OutboundEvent::SubmitUnclear]).payment;
    let mut waits = Vec::new();
    let mut now = at(10);
    for _ in 0..8 {
        let next = payment.next_at.unwrap();
        waits.push((next - now).num_minutes());
        now = next;
        payment = payment.decide(&OutboundEvent::NoAnswer, &RULES, now).payment;
    }
    assert_eq!(waits, [1, 2, 5, 10, 20, 40, 60, 60]);
}

#[test]
fn not_found_is_for_people_only_after_the_horizon() {
    let unknown = after(submitting(), &[OutboundEvent::SubmitUnclear]).payment;
    let early = unknown.decide(&OutboundEvent::NotFound, &RULES, at(3599));
    assert_eq!((early.payment.state, early.hold), (OutboundState::Unknown, HoldEffect::Keep));
    let late = early.payment.decide(&OutboundEvent::NotFound, &RULES, at(3600));
    assert_eq!((late.payment.state, late.hold), (OutboundState::Manual, HoldEffect::Keep));
    assert_eq!(late.payment.doubt_since, unknown.doubt_since);
    let found = late.payment.decide(&said(BankWord::Settled), &RULES, at(9000));
    assert_eq!((found.payment.state, found.hold), (OutboundState::Settled, HoldEffect::Capture));
}

#[test]
fn a_payment_that_the_bank_forgets_is_in_doubt() {
    let forgotten = after(submitting(), &[said(BankWord::Accepted), OutboundEvent::NotFound]);
    assert_eq!((forgotten.payment.state, forgotten.hold), (OutboundState::Unknown, HoldEffect::Keep));
    let back = after(forgotten.payment, &[said(BankWord::Accepted)]).payment;
    assert_eq!((back.state, back.doubt_since), (OutboundState::Accepted, None));
}

#[test]
fn what_was_certainly_not_sent_is_sent_later() {
    let parked = after(submitting(), &[OutboundEvent::NotSent(ParkReason::Credentials)]).payment;
    assert_eq!((parked.state, parked.parked), (OutboundState::Reserved, Some(ParkReason::Credentials)));
    assert_eq!(parked.next_at, Some(at(10 + 300)));
    let next_day = OperatingDate::new(at(86_400).date_naive());
    let again = parked.begin_submit(next_day, at(400), at(430)).unwrap();
    assert_eq!((again.operating_date, again.parked), (Some(next_day), None));
    assert_eq!(again.reference, submitting().reference);
    let mut payment = submitting();
    let waits: Vec<i64> = (0..6)
        .map(|_| {
            let back = payment.decide(&OutboundEvent::NotSent(ParkReason::Unreachable), &RULES, at(0));
            payment = back.payment.begin_submit(date(), at(0), at(30)).unwrap();
            (back.payment.next_at.unwrap() - at(0)).num_seconds()
        })
        .collect();
    assert_eq!(waits, [2, 5, 10, 30, 60, 60]);
}

#[test]
fn paid_after_it_was_refused_is_for_people_and_moves_nothing() {
    let refused = after(submitting(), &[said(BankWord::Refused(Some(closed())))]).payment;
    let late = after(refused, &[said(BankWord::Settled)]);
    assert_eq!((late.payment.state, late.hold), (OutboundState::Exception, HoldEffect::Keep));
    assert!(late.is_alarm && late.payment.contradicted_at.is_some());
    assert_eq!(late.payment.reason, Some(closed()));
    let again = after(late.payment.clone(), &[said(BankWord::Settled), said(BankWord::Refused(None))]);
    assert_eq!((again.payment.state, again.hold), (OutboundState::Exception, HoldEffect::Keep));
    let settled = after(late.payment.clone(), &[OutboundEvent::Resolved(Resolution::Settled)]);
    assert_eq!((settled.payment.state, settled.hold), (OutboundState::Settled, HoldEffect::PostLate));
    let not_paid = after(late.payment, &[OutboundEvent::Resolved(Resolution::NotPaid)]);
    assert_eq!((not_paid.payment.state, not_paid.hold), (OutboundState::Voided, HoldEffect::Keep));
}

#[test]
fn refused_after_it_was_paid_stays_paid_with_an_alarm() {
    let settled = after(submitting(), &[said(BankWord::Settled)]).payment;
    let late = after(settled, &[said(BankWord::Refused(None))]);
    assert_eq!((late.payment.state, late.hold), (OutboundState::Settled, HoldEffect::Keep));
    assert!(late.is_alarm && late.payment.contradicted_at.is_some());
}

#[test]
fn an_old_word_after_a_refusal_is_followed_by_a_question() {
    let refused = after(submitting(), &[said(BankWord::Refused(None))]).payment;
    let old = after(refused, &[said(BankWord::Accepted)]);
    assert_eq!((old.payment.state, old.is_alarm), (OutboundState::Voided, false));
    assert!(old.payment.next_at.is_some());
    assert_eq!(after(old.payment, &[said(BankWord::Refused(None))]).payment.next_at, None);
}

#[test]
fn another_amount_or_account_than_ordered_is_for_people() {
    let word = |status, minor| BankWord::of(&report(status, minor), ordered());
    assert_eq!(word(BankStatus::AcceptedWithChange, 499), BankWord::Changed);
    assert_eq!(word(BankStatus::AcceptedWithChange, 500), BankWord::Accepted);
    assert_eq!(word(BankStatus::SettledByDebtor, 501), BankWord::Changed);
    assert_eq!(word(BankStatus::SettledByCreditor, 500), BankWord::Settled);
    assert_eq!(word(BankStatus::Canceled, 499), BankWord::Refused(None));
    let elsewhere = PaymentReport {
        creditor_account: Some("012180001183597190".into()),
        ..report(BankStatus::AcceptedWithChange, 500)
    };
    assert_eq!(BankWord::of(&elsewhere, ordered()), BankWord::Changed);
    let erased = Ordered { creditor: None, ..ordered() };
    assert_eq!(BankWord::of(&elsewhere, erased), BankWord::Accepted);
    let changed = after(submitting(), &[said(BankWord::Changed)]);
    assert_eq!((changed.payment.state, changed.hold), (OutboundState::Exception, HoldEffect::Keep));
    assert!(changed.is_alarm);
}

#[test]
fn answers_mean_what_the_table_says() {
    let submit = |outcome| OutboundEvent::of_submit(&outcome, ordered());
    assert_eq!(submit(SubmitOutcome::Refused(closed())), said(BankWord::Refused(Some(closed()))));
    assert_eq!(submit(SubmitOutcome::TakenBefore), OutboundEvent::SubmitUnclear);
    assert_eq!(submit(SubmitOutcome::NoUsableAnswer), OutboundEvent::SubmitUnclear);
    assert_eq!(submit(SubmitOutcome::Unauthorized), OutboundEvent::NotSent(ParkReason::Credentials));
    let taken = SubmitOutcome::Taken(report(BankStatus::Pending, 500));
    assert_eq!(submit(taken), said(BankWord::Accepted));
    let asked = |outcome| OutboundEvent::of_status(&outcome, ordered());
    assert_eq!(asked(StatusOutcome::NotFound), OutboundEvent::NotFound);
    for nothing in [
        StatusOutcome::Unauthorized,
        StatusOutcome::NoUsableAnswer,
        StatusOutcome::NotSent(NotSentCause::Unreachable),
    ] {
        assert_eq!(asked(nothing), OutboundEvent::NoAnswer);
    }
}

#[test]
fn only_a_booked_line_of_money_that_left_is_evidence() {
    let entry = |minor, status| BankEntry {
        entry_id: "E1".into(),
        reference: Some(BankReference::of(TRANSFER).to_string()),
        bank_id: None,
        amount: pesos(minor),
        status,
        booked_at: at(0),
        value_date: at(0).date_naive(),
        creditor_account: None,
        counterparty_account: None,
        counterparty_name: None,
        concept: None,
    };
    let meaning = |minor, status| OutboundEvent::of_entry(&entry(minor, status), ordered());
    assert_eq!(meaning(-500, EntryStatus::Booked), Some(said(BankWord::Settled)));
    assert_eq!(meaning(-499, EntryStatus::Booked), Some(said(BankWord::Changed)));
    assert_eq!(meaning(-500, EntryStatus::Pending), None);
    assert_eq!(meaning(500, EntryStatus::Booked), None, "it came back");
}

#[test]
fn two_operators_decide_and_only_together() {
    let [one, two] = ["one", "two"].map(|id| Principal::Client(id.to_owned()));
    let unknown = after(submitting(), &[OutboundEvent::SubmitUnclear]).payment;
    assert_eq!(unknown.weigh(&one, Resolution::NotPaid), ResolutionStep::NeedsSecond);
    let first = FirstResolution { by: one.clone(), verdict: Resolution::NotPaid };
    let heard = OutboundPayment { first_resolution: Some(first), ..unknown };
    assert_eq!(heard.weigh(&one, Resolution::NotPaid), ResolutionStep::SameOperator);
    assert_eq!(heard.weigh(&one, Resolution::Settled), ResolutionStep::SameOperator);
    assert_eq!(heard.weigh(&two, Resolution::Settled), ResolutionStep::Differs);
    assert_eq!(heard.weigh(&two, Resolution::NotPaid), ResolutionStep::Agreed);
    let asked = heard.decide(&OutboundEvent::NotFound, &RULES, at(60)).payment;
    assert!(asked.first_resolution.is_some(), "nothing definite was said");
    let paid = asked.decide(&said(BankWord::Settled), &RULES, at(70)).payment;
    assert_eq!(
        (paid.weigh(&two, Resolution::Settled), paid.first_resolution),
        (ResolutionStep::NotInDoubt, None)
    );
    assert_eq!(submitting().weigh(&one, Resolution::NotPaid), ResolutionStep::NotInDoubt);
}

#[test]
fn only_what_is_in_doubt_is_resolved() {
    for payment in [reserved(), submitting(), after(submitting(), &[said(BankWord::Accepted)]).payment] {
        for verdict in [Resolution::Settled, Resolution::NotPaid] {
            let kept = payment.decide(&OutboundEvent::Resolved(verdict), &RULES, at(5));
            assert_eq!((kept.payment.state, kept.hold), (payment.state, HoldEffect::Keep));
        }
    }
}

#[test]
fn every_change_of_status_is_one_that_a_transfer_may_make() {
    let words = [BankWord::Accepted, BankWord::Settled, BankWord::Refused(None), BankWord::Changed];
    let mut events: Vec<OutboundEvent> = words.into_iter().map(said).collect();
    events.extend([
        OutboundEvent::NotSent(ParkReason::Unreachable),
        OutboundEvent::SubmitUnclear,
        OutboundEvent::Interrupted,
        OutboundEvent::NotFound,
        OutboundEvent::NoAnswer,
        OutboundEvent::Resolved(Resolution::Settled),
        OutboundEvent::Resolved(Resolution::NotPaid),
    ]);
    for state in OutboundState::ALL {
        assert_eq!(OutboundState::parse(state.name()), Some(state));
        for event in &events {
            let payment = OutboundPayment { state, ..submitting() };
            let next = payment.decide(event, &RULES, at(9000)).payment.state.transfer_status();
            let now = state.transfer_status();
            assert!(now == next || now.may_become(next), "{state:?} by {event:?}: {now:?} to {next:?}");
            assert!(now != TransferStatus::Completed || now == next, "what has left has left");
        }
    }
}
