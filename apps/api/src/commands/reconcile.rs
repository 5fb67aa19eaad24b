//! `reconcile`: compares an operating date with the outside bank's statement. It works while the server runs.

use crate::{
    composition::{kernel, open_to_read, outside_bank},
    config::Settings,
};
use application::error_chain::describe;
use chrono::NaiveDate;
use clap::Args;
use domain::{
    money::{Money, bank::OperatingDate, reconciliation::ReconciliationClass},
    operations::audit::Actor,
    principal::Principal,
};
use ports::{
    money::{FoundItem, Reconciliations},
    pagination::PageRequest,
};
use std::process::ExitCode;
use uuid::Uuid;

/// Findings that are read at once.
const PAGE: i64 = 1_000;

/// The date.
#[derive(Args)]
pub(super) struct ReconcileArgs {
    /// The operating date, such as 2026-11-30; the default is the one of now.
    #[arg(long)]
    date: Option<NaiveDate>,
}

pub(super) async fn run(settings: &Settings, args: &ReconcileArgs) -> Result<ExitCode, String> {
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let bank = outside_bank(settings, &store).map_err(|fault| describe(&fault))?;
    let bank = bank.ok_or("no outside bank is set up: BANK_CLIENT_MODE is local")?;
    let now = kernel().now();
    let date = args.date.map_or_else(|| bank.policy.date_at(now), OperatingDate::new);
    let actor = Actor { who: Principal::System, channel: "command".into(), request_id: "reconcile".into() };
    let run = bank.reconcile.run(date, actor).await.map_err(|fault| describe(&fault))?;
    let found = found(store.as_ref(), run.id).await?;
    let mut lines: Vec<String> = ReconciliationClass::ALL.map(|class| count(class, &found)).to_vec();
    if run.unreadable > 0 {
        lines.push(format!("{} lines of the statement could not be read", run.unreadable));
    }
    lines.extend(found.iter().filter(|found| found.item.class.is_open()).map(line));
    super::say(&lines.join("\n"))?;
    let is_clean = run.unreadable == 0 && found.iter().all(|found| !found.item.class.is_open());
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn found(store: &(impl Reconciliations + ?Sized), run: Uuid) -> Result<Vec<FoundItem>, String> {
    let mut all: Vec<FoundItem> = Vec::new();
    loop {
        let page = PageRequest { limit: PAGE, after: all.last().map(|found| found.id.to_string()) };
        let items = store.reconciliation_items(run, &page).await.map_err(|fault| describe(&fault))?;
        if items.is_empty() {
            return Ok(all);
        }
        all.extend(items);
    }
}

fn count(class: ReconciliationClass, found: &[FoundItem]) -> String {
    let count = found.iter().filter(|found| found.item.class == class).count();
    format!("{}: {count}", class.name())
}

/// A finding that people must look at.
fn line(found: &FoundItem) -> String {
    let item = &found.item;
    let named = |name: &str, value: Option<String>| value.map(|value| format!("{name} {value}"));
    let parts = [
        Some(item.class.name().to_owned()),
        named("reference", item.reference.clone()),
        named("entry", item.entry_id.clone()),
        named("transfer", item.transfer.map(|id| id.to_string())),
        named("ours", item.ours.map(Money::decimal)),
        named("theirs", item.theirs.map(Money::decimal)),
        named("since", Some(found.opened_at.to_rfc3339())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}
