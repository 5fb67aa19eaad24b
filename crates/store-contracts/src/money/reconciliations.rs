//! Reconciliations: a finding is one row for as long as it is found.

use super::outbound::{date, reserved, submitting};
use crate::{
    Stores,
    examples::{actor, at, id, person},
};
use chrono::Days;
use domain::{
    ids::TransferId,
    money::{
        Currency, Money,
        bank::{BankReference, OperatingDate},
        outbound::OutboundState,
        reconciliation::{ReconciliationClass, ReconciliationItem, SentPayment},
    },
};
use futures_util::future::join_all;
use ports::{
    money::{FoundItem, NewReconciliation, ReconciliationRun, ReconciliationSaved},
    pagination::PageRequest,
};
use std::collections::BTreeMap;

const EVERYTHING: PageRequest = PageRequest { limit: 200, after: None };

fn finding(class: ReconciliationClass, entry_id: &str) -> ReconciliationItem {
    ReconciliationItem {
        class,
        reference: Some("GHST0000000000000001".into()),
        entry_id: Some(entry_id.into()),
        transfer: Some(TransferId(id())),
        ours: None,
        theirs: Some(Money::new(-555, Currency::MXN)),
    }
}

fn run(items: &[&ReconciliationItem], second: i64) -> NewReconciliation {
    NewReconciliation {
        id: id(),
        date: date(),
        started_at: at(second),
        items: items.iter().map(|item| (id(), (*item).clone())).collect(),
        unreadable: 2,
        actor: actor(),
    }
}

async fn saved(store: &dyn Stores, new: NewReconciliation, second: i64) -> ReconciliationRun {
    match store.save_reconciliation(&new, at(second)).await.unwrap() {
        ReconciliationSaved::Saved(run) => run,
        ReconciliationSaved::Busy => panic!("nobody else writes"),
    }
}

/// What a run found: the line, since when, and when it was gone.
async fn found(store: &dyn Stores, run: &ReconciliationRun) -> Vec<(String, i64, Option<i64>)> {
    let second = |at: chrono::DateTime<chrono::Utc>| (at - self::at(0)).num_seconds();
    let items = store.reconciliation_items(run.id, &EVERYTHING).await.unwrap();
    let row = |found: FoundItem| {
        (found.item.entry_id.unwrap(), second(found.opened_at), found.closed_at.map(second))
    };
    items.into_iter().map(row).collect()
}

/// A finding that is found again keeps its time; one that is not is closed, and the earlier run still shows it.
pub async fn a_finding_stays_open_until_it_is_gone(store: impl Stores) {
    use ReconciliationClass::{Late, Matched, MissingHere};
    let [ghost, late, matched] = [finding(MissingHere, "E1"), finding(Late, "E2"), finding(Matched, "E3")];
    let first = saved(&store, run(&[&ghost, &matched], 1), 2).await;
    assert_eq!(
        (first.date, first.started_at, first.finished_at, first.unreadable),
        (date(), at(1), at(2), 2)
    );
    let second = saved(&store, run(&[&ghost, &late], 3), 4).await;
    let third = saved(&store, run(&[&late], 5), 6).await;
    let row = |entry: &str, opened, closed| (entry.to_owned(), opened, closed);
    assert_eq!(found(&store, &first).await, [row("E1", 2, Some(6)), row("E3", 2, Some(4))]);
    assert_eq!(found(&store, &second).await, [row("E1", 2, Some(6)), row("E2", 4, None)]);
    assert_eq!(found(&store, &third).await, [row("E2", 4, None)]);
    assert_eq!(store.open_findings().await.unwrap(), BTreeMap::from([(Late, 1)]));
    let again = saved(&store, run(&[&ghost], 7), 8).await;
    assert_eq!(found(&store, &again).await, [row("E1", 8, None)], "it opened anew");
    let items = store.reconciliation_items(again.id, &EVERYTHING).await.unwrap();
    assert_eq!(items[0].item, ghost, "as it was found");
}

/// Two dates have nothing to do with each other, and runs are listed newest first.
pub async fn a_run_is_about_its_date(store: impl Stores) {
    let item = finding(ReconciliationClass::MissingHere, "E1");
    let first = saved(&store, run(&[&item], 1), 2).await;
    let next_day = OperatingDate::new(date().date().checked_add_days(Days::new(1)).unwrap());
    let other = saved(&store, NewReconciliation { date: next_day, ..run(&[], 3) }, 4).await;
    assert_eq!(found(&store, &first).await.len(), 1);
    assert_eq!(found(&store, &other).await, []);
    let listed = store.reconciliations(&EVERYTHING).await.unwrap();
    assert_eq!(listed, [other.clone(), first.clone()]);
    let page = PageRequest { limit: 1, after: Some(other.id.to_string()) };
    assert_eq!(store.reconciliations(&page).await.unwrap(), [first.clone()]);
    assert_eq!(store.find_reconciliation(first.id).await.unwrap(), Some(first));
    assert_eq!(store.find_reconciliation(id()).await.unwrap(), None);
    assert_eq!(store.reconciliation_items(id(), &EVERYTHING).await.unwrap(), []);
}

/// Ten runs of a date at once leave each finding once.
pub async fn runs_at_once_leave_each_finding_once(store: impl Stores) {
    let items = [finding(ReconciliationClass::Late, "E1"), finding(ReconciliationClass::MissingHere, "E2")];
    let runs: Vec<_> = (0..10).map(|_| run(&[&items[0], &items[1]], 1)).collect();
    let answers = join_all(runs.iter().map(|run| store.save_reconciliation(run, at(2)))).await;
    let written: Vec<_> = answers
        .into_iter()
        .filter_map(|answer| match answer.unwrap() {
            ReconciliationSaved::Saved(run) => Some(run),
            ReconciliationSaved::Busy => None,
        })
        .collect();
    assert!(!written.is_empty());
    for run in &written {
        assert_eq!(found(&store, run).await.len(), 2);
    }
    assert_eq!(store.open_findings().await.unwrap().values().sum::<u64>(), 2);
}

/// The audit log is told once of what people must look at.
pub async fn people_are_alarmed_once(store: impl Stores) {
    let late = finding(ReconciliationClass::Late, "E1");
    let matched = finding(ReconciliationClass::Matched, "E2");
    saved(&store, run(&[&matched], 1), 1).await;
    let second = saved(&store, run(&[&late, &matched], 2), 2).await;
    saved(&store, run(&[&late, &matched], 3), 3).await;
    let rows = store.events(&EVERYTHING).await.unwrap();
    let alarms: Vec<_> = rows.iter().filter(|row| row.record.action == "reconciliation.found").collect();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].record.subject, second.id.to_string());
    assert!(alarms[0].record.after.as_ref().unwrap().ends_with("late 1"));
}

/// The payments of a date are those that were sent with it, with their amounts and states.
pub async fn payments_are_those_of_their_date(store: impl Stores) {
    let payer = person(&store, 1, 100_000).await;
    let sent = [submitting(&store, &payer, 500).await, submitting(&store, &payer, 700).await];
    let waiting = reserved(&store, &payer, 900).await;
    let payment = |transfer, minor| SentPayment {
        transfer,
        reference: BankReference::of(transfer),
        operating_date: date(),
        amount: Money::new(minor, Currency::MXN),
        state: OutboundState::Submitting,
        was_released: false,
    };
    let mut expected = [payment(sent[0], 500), payment(sent[1], 700)];
    expected.sort_by_key(|payment| payment.reference);
    assert_eq!(store.sent_payments(date(), None).await.unwrap(), expected);
    let rest = store.sent_payments(date(), Some(expected[0].reference)).await.unwrap();
    assert_eq!(rest, [expected[1].clone()]);
    let other_day = OperatingDate::new(date().date().pred_opt().unwrap());
    assert_eq!(store.sent_payments(other_day, None).await.unwrap(), []);
    let names = [BankReference::of(sent[0]), BankReference::of(waiting), BankReference::of(TransferId(id()))];
    assert_eq!(store.payments_named(&names).await.unwrap(), [payment(sent[0], 500)]);
}
