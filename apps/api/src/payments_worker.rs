//! The worker of payments to the outside bank: sends those that are due, asks about those under way or in doubt, and
//! reports the figures. What is done with a payment is decided by the use case.

use crate::{
    composition::{App, OutsideBank},
    telemetry::{set_findings, set_in_doubt},
    wakeups::WorkerWakeups,
};
use application::{error_chain::describe, money::reconcile::ReconcileTurn};
use futures_util::FutureExt;
use ports::money::LeasedPayment;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// Payments that are at the bank at once, from one process.
const AT_ONCE_MAX: usize = 16;
/// Longest wait before looking for payments again: other replicas send no wake-ups here.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often the figures are read.
const FIGURES_EVERY: Duration = Duration::from_secs(10);
/// How long to wait after a reconciliation that failed, and while another process does it.
const RECONCILE_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Carries payments out until it must stop. Where there is no outside bank it ends at once.
pub(crate) async fn carry_out(
    app: Arc<App>,
    wakeups: Arc<WorkerWakeups>,
    mut stopped: watch::Receiver<bool>,
) {
    let Some(bank) = app.money.bank.clone() else { return };
    if let Err(fault) = bank.carry_out.wake().await {
        tracing::error!(error = %describe(&fault), "payments that wait were not made due; they are later");
    }
    let free = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let Ok(permit) = free.clone().acquire_owned().await else { break };
        while running.try_join_next().is_some() {}
        match bank.carry_out.lease(1).await {
            Ok(mut leased) => match leased.pop() {
                Some(payment) => {
                    running.spawn(run(bank.clone(), wakeups.clone(), payment, permit));
                    continue;
                }
                None => drop(permit),
            },
            Err(fault) => {
                drop(permit);
                tracing::error!(error = %describe(&fault), "no payment could be leased");
            }
        }
        tokio::select! {
            () = wakeups.payments.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopped.changed() => break,
        }
    }
    while running.join_next().await.is_some() {}
}

async fn run(
    bank: Arc<OutsideBank>,
    wakeups: Arc<WorkerWakeups>,
    payment: LeasedPayment,
    _permit: OwnedSemaphorePermit,
) {
    let transfer = payment.payment.transfer;
    match AssertUnwindSafe(bank.carry_out.run(payment)).catch_unwind().await {
        Ok(Ok(_state)) => wakeups.alerts.notify_one(),
        // The lease expires by itself. A payment that was being sent is in doubt then.
        Ok(Err(fault)) => {
            tracing::error!(%transfer, error = %describe(&fault), "what became of a payment was not written down");
        }
        Err(_panic) => tracing::error!(%transfer, "the worker of payments panicked"),
    }
}

/// Reports how many payments are in doubt, also where there is no outside bank any more.
pub(crate) async fn report_figures(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match app.money.inquiries.in_doubt().await {
            Ok((count, oldest_seconds)) => set_in_doubt(count, oldest_seconds),
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "the payments in doubt were not counted")
            }
        }
        match app.money.reconciliations.open_findings().await {
            Ok(findings) => set_findings(&findings),
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "the open findings were not counted");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(FIGURES_EVERY) => {}
            _ = stopped.changed() => break,
        }
    }
}

/// Reconciles with the outside bank until it must stop. Where there is none it ends at once.
pub(crate) async fn reconcile(
    app: Arc<App>,
    wakeups: Arc<WorkerWakeups>,
    mut stopped: watch::Receiver<bool>,
) {
    let Some(bank) = app.money.bank.clone() else { return };
    while !*stopped.borrow() {
        let pause = match bank.reconcile_by_itself.run().await {
            Ok(ReconcileTurn::Done) => {
                wakeups.alerts.notify_one();
                bank.reconcile_by_itself.every().to_std().unwrap_or(RECONCILE_AGAIN_AFTER)
            }
            Ok(ReconcileTurn::Elsewhere) => RECONCILE_AGAIN_AFTER,
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "nothing was reconciled; it is tried again");
                RECONCILE_AGAIN_AFTER
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => break,
        }
    }
}
