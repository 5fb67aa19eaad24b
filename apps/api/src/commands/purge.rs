//! `purge`: deletes what was kept long enough, as the server does every hour. It works while the server runs.

use crate::{
    composition::{kernel, open_to_read, retention},
    config::Settings,
};
use application::{
    error_chain::describe,
    operations::retention::{ApplyRetention, CategoryReport, Pace, RetentionRun},
};
use clap::Args;
use domain::operations::retention::RetentionCategory;
use std::{process::ExitCode, time::Duration};

/// A person waits, so pauses are shorter than in the server.
const PACE: Pace = Pace { batch: 200, pause: Duration::from_millis(20) };
/// How often another process is looked after that applies retention now.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Whether to delete.
#[derive(Args)]
pub(super) struct PurgeArgs {
    /// Count what would be deleted, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(settings: &Settings, args: &PurgeArgs) -> Result<ExitCode, String> {
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let retention = retention(settings, &store, &kernel());
    if args.dry_run {
        return look(&retention).await;
    }
    let mut told = false;
    let reports = loop {
        let run = retention.run(PACE, |pause| async move {
            tokio::time::sleep(pause).await;
            true
        });
        match run.await.map_err(|fault| describe(&fault))? {
            RetentionRun::Done(reports) => break reports,
            RetentionRun::Stopped(_) => return Err("another process took over; run this again".into()),
            RetentionRun::Elsewhere => {
                if !told {
                    tracing::info!("another process deletes old rows now; waiting for its end");
                    told = true;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    };
    tell(&retention, &reports)
}

async fn look(retention: &ApplyRetention) -> Result<ExitCode, String> {
    let found = retention.look().await.map_err(|fault| describe(&fault))?;
    let line = |(category, rows): &(RetentionCategory, u64)| {
        format!("{}: {rows} older than {} days", category.name(), retention.term(*category).num_days())
    };
    super::say(&found.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn tell(retention: &ApplyRetention, reports: &[CategoryReport]) -> Result<ExitCode, String> {
    let line = |report: &CategoryReport| {
        let (name, days) = (report.category.name(), retention.term(report.category).num_days());
        let failed =
            report.failure.as_ref().map(|failure| format!("; then it failed: {}", describe(failure)));
        format!("{name}: {} deleted, older than {days} days{}", report.deleted, failed.unwrap_or_default())
    };
    super::say(&reports.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    let has_failed = reports.iter().any(|report| report.failure.is_some());
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
