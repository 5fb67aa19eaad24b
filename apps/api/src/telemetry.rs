//! Logs and metrics. Logs go to standard error: JSON in production, plain text in development.

use crate::config::{LogFormat, Settings};
use application::{messaging::accept_webhook::WebhookSummary, operations::retention::CategoryReport};
use chrono::{DateTime, Utc};
use domain::{
    message::Channel, messaging::opinion::ServiceFailure, money::reconciliation::ReconciliationClass,
    operations::retention::RetentionCategory,
};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use ports::messaging::Settlement;
use std::{collections::BTreeMap, sync::OnceLock};
use tracing_subscriber::{EnvFilter, fmt};

/// Our own crates, which log at `LOG_LEVEL`. Libraries log warnings only, because they don't know what is
/// secret. `actix_http` is off: it logs a client's broken HTTP as an error of ours.
const OURS: [&str; 15] = [
    "ventanilla",
    "application",
    "adapter_bank_http",
    "adapter_crypto",
    "adapter_flows",
    "adapter_locales",
    "adapter_meta_whatsapp",
    "adapter_postgres",
    "adapter_smtp",
    "adapter_sqlite",
    "adapter_telegram",
    "adapter_twilio",
    "group_commit",
    "provider_http",
    "sandbox",
];

pub(crate) fn init(settings: &Settings) {
    let level = &settings.log_level;
    let directives: Vec<String> = ["warn".to_owned(), "actix_http=off".to_owned()]
        .into_iter()
        .chain(OURS.iter().map(|name| format!("{name}={level}")))
        .collect();
    let filter = EnvFilter::new(directives.join(","));
    let base = fmt().with_writer(std::io::stderr).with_env_filter(filter);
    // A second start in one process (tests) keeps the first subscriber.
    let _set = match settings.log_format {
        LogFormat::Json => base.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Pretty => base.with_target(false).compact().try_init(),
    };
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
}

/// The one recorder of the process: a second start (tests) keeps it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

fn recorder() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // It fails only if another recorder was set before; then nothing is counted here.
        let _set = metrics::set_global_recorder(recorder);
        handle
    })
}

/// The rows that retention deleted.
const RETENTION_DELETED: &str = "ventanilla_retention_deleted_rows_total";

/// Sets the recorder and describes the metrics.
pub(crate) fn init_metrics() {
    recorder();
    describe_counter!("ventanilla_inbound_messages_total", "Inbound messages from webhooks, by outcome");
    describe_counter!("ventanilla_delivery_statuses_total", "Delivery reports of our messages");
    describe_counter!("ventanilla_notices_total", "Other notices of providers, stored");
    describe_counter!("ventanilla_turns_total", "Turns of conversations, by outcome");
    describe_counter!("ventanilla_outbound_messages_total", "Send attempts, by outcome");
    describe_counter!(
        "nlu_requests_total",
        "Texts that an understanding service was to be asked about, by outcome"
    );
    describe_counter!(RETENTION_DELETED, "Rows that were kept long enough and deleted, by category");
    describe_counter!("ventanilla_retention_failures_total", "Runs of retention that failed, by category");
    describe_gauge!(
        "ventanilla_retention_oldest_age_seconds",
        "Age of the oldest row after the last run of retention, by category; 0 where there is none"
    );
    describe_gauge!(
        "ventanilla_retention_last_run_timestamp_seconds",
        "When retention last worked off every category, in this process"
    );
    for category in RetentionCategory::ALL {
        counter!(RETENTION_DELETED, "category" => category.name()).increment(0);
    }
    describe_gauge!(
        "ventanilla_clabe_numbers_left",
        "CLABEs that can still be assigned under CLABE_PREFIX; at 0 wallets open without one"
    );
    describe_gauge!(
        "payments_in_doubt",
        "Payments of which it is not known whether the outside bank paid them"
    );
    describe_gauge!(
        "payments_in_doubt_oldest_seconds",
        "How long the oldest payment is in doubt; 0 when there is none"
    );
    describe_gauge!(
        "reconciliation_items",
        "Findings of the reconciliation that people must look at, by class"
    );
    describe_gauge!(
        "ventanilla_outbox_waiting",
        "Messages that wait to be sent, those with an unknown outcome included"
    );
}

/// Sets the number of CLABEs that can still be assigned under the prefix.
pub(crate) fn set_clabes_left(left: u64) {
    gauge!("ventanilla_clabe_numbers_left").set(u32::try_from(left).map_or(f64::MAX, f64::from));
}

/// Sets how many payments are in doubt, and the age of the oldest.
pub(crate) fn set_in_doubt(count: u64, oldest_seconds: i64) {
    gauge!("payments_in_doubt").set(u32::try_from(count).map_or(f64::MAX, f64::from));
    gauge!("payments_in_doubt_oldest_seconds").set(u32::try_from(oldest_seconds).map_or(f64::MAX, f64::from));
}

/// Sets how many findings of the reconciliation no run has closed, of each class that people must look at.
pub(crate) fn set_findings(findings: &BTreeMap<ReconciliationClass, u64>) {
    for class in ReconciliationClass::ALL.into_iter().filter(|class| class.is_open()) {
        let count = findings.get(&class).copied().unwrap_or_default();
        gauge!("reconciliation_items", "class" => class.name())
            .set(u32::try_from(count).map_or(f64::MAX, f64::from));
    }
}

/// Counts what retention deleted, and notes what is left. `at`: every category was worked off then.
pub(crate) fn count_retention(reports: &[CategoryReport], at: Option<DateTime<Utc>>) {
    let seconds = |seconds: i64| u32::try_from(seconds).map_or(f64::MAX, f64::from);
    for report in reports {
        let category = report.category.name();
        if report.deleted > 0 {
            tracing::info!(category, deleted = report.deleted, "old rows were deleted");
        }
        counter!(RETENTION_DELETED, "category" => category).increment(report.deleted);
        let oldest = report.oldest.map_or(0.0, |age| seconds(age.num_seconds()));
        gauge!("ventanilla_retention_oldest_age_seconds", "category" => category).set(oldest);
        counter!("ventanilla_retention_failures_total", "category" => category)
            .increment(u64::from(report.failure.is_some()));
    }
    if let Some(at) = at {
        gauge!("ventanilla_retention_last_run_timestamp_seconds").set(seconds(at.timestamp()));
    }
}

/// All metrics in the text format of Prometheus.
pub(crate) fn rendered() -> String {
    recorder().render()
}

/// Counts what a webhook brought.
pub(crate) fn count_taken(webhook: &'static str, taken: &WebhookSummary) {
    let count = |name: &'static str, outcome: &'static str, n: usize| {
        if n > 0 {
            counter!(name, "webhook" => webhook, "outcome" => outcome)
                .increment(u64::try_from(n).unwrap_or(0));
        }
    };
    count("ventanilla_inbound_messages_total", "new", taken.to_handle);
    count("ventanilla_inbound_messages_total", "foreign", taken.new.saturating_sub(taken.to_handle));
    count("ventanilla_inbound_messages_total", "duplicate", taken.duplicates);
    count("ventanilla_delivery_statuses_total", "ours", taken.statuses);
    count("ventanilla_notices_total", "kept", taken.notices);
}

/// Counts how a turn ended: `done`, `fenced`, `retry`, `parked`.
pub(crate) fn count_turn(outcome: &'static str) {
    counter!("ventanilla_turns_total", "outcome" => outcome).increment(1);
}

/// Counts what came of asking an understanding service. A service that isn't sure has answered well.
pub(crate) fn count_consultation(provider: &'static str, failure: Option<ServiceFailure>) {
    let outcome = match failure {
        None | Some(ServiceFailure::Unsure) => "ok",
        Some(failure) => failure.name(),
    };
    counter!("nlu_requests_total", "provider" => provider, "outcome" => outcome).increment(1);
}

/// Counts the outcome of a send attempt.
pub(crate) fn count_send(channel: Channel, settlement: &Settlement) {
    let outcome = match settlement {
        Settlement::Sent { .. } => "sent",
        Settlement::RetryAt { .. } => "retry",
        Settlement::InDoubt { .. } => "doubt",
        Settlement::Failed { .. } => "failed",
        Settlement::Dead { .. } => "dead",
    };
    counter!("ventanilla_outbound_messages_total", "channel" => channel.name(), "outcome" => outcome)
        .increment(1);
}

/// Sets the number of messages that wait to be sent.
pub(crate) fn set_backlog(waiting: u64) {
    gauge!("ventanilla_outbox_waiting").set(u32::try_from(waiting).map_or(f64::MAX, f64::from));
}
