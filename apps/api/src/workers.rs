//! The workers beside HTTP: turns, relay, fallback, alerts, payments, prices, polls, maintenance, audit seals. The loops
//! wait, spawn and count; what they carry out is decided by the use cases. They run in one process or in many; leases keep
//! them apart. A loop is woken by the transaction that queued its work; what nobody told is found by one question about
//! all queues, every few seconds.

mod messages;
mod queues;

use self::messages::{Relay, Turns};
use crate::{
    composition::App,
    payments_worker,
    telemetry::{count_retention, count_taken, set_clabes_left},
    wakeups::{Wakeup, WorkerWakeups},
};
use application::{
    error_chain::describe,
    messaging::poll_updates::{PollError, Polled, Position},
    operations::retention::{Pace, RetentionRun},
};
use ports::{messaging::update_source::UpdateSourceError, operations::WorkKind};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

/// Alerts that are leased at once.
const ALERTS_MAX: usize = 16;
/// How often the database is asked which queues have work: what another process queued, or left when it died.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Prices that are asked for in one go.
const PRICES_MAX: usize = 256;
/// The pause after prices were asked for, so that they are asked for together.
const PRICES_EVERY: Duration = Duration::from_mins(1);
/// How often erasures that are due are looked for.
const ERASE_EVERY: Duration = Duration::from_mins(1);
/// When retention is applied first, and how often after that.
const RETAIN_FIRST: Duration = Duration::from_mins(1);
const RETAIN_EVERY: Duration = Duration::from_hours(1);
/// How often wallets without a CLABE are looked for.
const CLABES_EVERY: Duration = Duration::from_mins(1);
/// How long a poll that failed, or that another process makes, waits before the next one.
const POLL_AGAIN: Duration = Duration::from_secs(2);
/// How long an export that failed waits before the next try.
const EXPORT_AGAIN: Duration = Duration::from_secs(30);

/// The workers that run.
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts all workers.
    pub(crate) fn start(app: &Arc<App>, wakeups: &Arc<WorkerWakeups>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let turns = Turns { messaging: app.messaging.clone(), wakeups: wakeups.clone() };
        let relay = Relay { messaging: app.messaging.clone(), wakeups: wakeups.clone() };
        // The last turns hand their replies to the relay, which so ends after them.
        let (ended, turns_ended) = watch::channel(false);
        let turns = queues::run(Arc::new(turns), stopped.clone());
        tasks.spawn(async move {
            turns.await;
            ended.send_replace(true);
        });
        tasks.spawn(queues::run(Arc::new(relay), turns_ended));
        tasks.spawn(next_fallbacks(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(tell(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::carry_out(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::reconcile(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::report_figures(app.clone(), stopped.clone()));
        tasks.spawn(prices(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(clabes(app.clone(), stopped.clone()));
        tasks.spawn(sweep(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(erasures(app.clone(), stopped.clone()));
        tasks.spawn(exports(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(retain(app.clone(), stopped.clone()));
        if app.messaging.poll.is_some() {
            tasks.spawn(poll(app.clone(), stopped.clone()));
        }
        tasks.spawn(seal(app.clone(), wakeups.clone(), stopped.clone()));
        wake_by_commits(app, wakeups);
        tasks.spawn(look(app.clone(), wakeups.clone(), stopped));
        Self { stop, tasks }
    }

    /// Starts only the relay, for a command that waits until its message is sent. Leases keep it apart from
    /// the relays of servers.
    pub(crate) fn start_relay(app: &Arc<App>, wakeups: &Arc<WorkerWakeups>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let relay = Relay { messaging: app.messaging.clone(), wakeups: wakeups.clone() };
        tasks.spawn(queues::run(Arc::new(relay), stopped.clone()));
        wake_by_commits(app, wakeups);
        tasks.spawn(look(app.clone(), wakeups.clone(), stopped));
        Self { stop, tasks }
    }

    /// Stops the workers after their current work.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Waits for a wake-up, at most for `most`. False when the worker must stop.
async fn wait(wakeup: &Notify, stopped: &mut watch::Receiver<bool>, most: Duration) -> bool {
    if *stopped.borrow() {
        return false;
    }
    tokio::select! {
        () = wakeup.notified() => true,
        () = tokio::time::sleep(most) => true,
        _ = stopped.changed() => false,
    }
}

/// The same, for as long as it takes.
async fn awaited(wakeup: &Wakeup, stopped: &mut watch::Receiver<bool>) -> bool {
    if *stopped.borrow() {
        return false;
    }
    tokio::select! {
        () = wakeup.notified() => true,
        _ = stopped.changed() => false,
    }
}

/// Lets each commit of this process wake the workers that it left work to.
fn wake_by_commits(app: &App, wakeups: &Arc<WorkerWakeups>) {
    let (wakeups, kernel) = (wakeups.clone(), app.kernel.clone());
    let wake = move |kind, due_at| wakeups.of(kind).notify_at(due_at, kernel.now());
    app.operations.store.on_queued(Arc::new(wake));
}

/// Asks now and then which queues have work.
async fn look(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    loop {
        match app.operations.store.open_work(app.kernel.now()).await {
            Ok(kinds) => {
                for kind in kinds {
                    wakeups.of(kind).notify_one();
                }
            }
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "the queues could not be looked at");
                // Each loop finds out by itself.
                for kind in WorkKind::ALL {
                    wakeups.of(kind).notify_one();
                }
            }
        }
        if !wait(&never, &mut stopped, LOOK_EVERY).await {
            return;
        }
    }
}

/// Sends codes that did not arrive on their next fallback channel.
async fn next_fallbacks(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    while awaited(&wakeups.fallbacks, &mut stopped).await {
        match app.verification.verify.send_next_fallbacks().await {
            Ok(0) => {}
            Ok(taken) => tracing::info!(taken, "codes are sent on their fallback channel"),
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "codes were not sent on their fallback channel");
            }
        }
    }
}

/// Tells people what happened to them.
async fn tell(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    while awaited(&wakeups.alerts, &mut stopped).await {
        match app.messaging.tell.run(ALERTS_MAX).await {
            Ok(ALERTS_MAX) => wakeups.alerts.notify_one(),
            Ok(_told) => {}
            Err(fault) => tracing::error!(error = %describe(&fault), "people were not told"),
        }
    }
}

/// Asks providers what delivered messages cost: those of a minute together.
async fn prices(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while awaited(&wakeups.prices, &mut stopped).await {
        match app.messaging.prices.run(PRICES_MAX).await {
            Ok(asked) if asked >= PRICES_MAX => wakeups.prices.notify_one(),
            Ok(_asked) => {
                if !wait(&never, &mut stopped, PRICES_EVERY).await {
                    return;
                }
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "no prices were asked for"),
        }
    }
}

/// Gives CLABEs to wallets that were opened before there was a prefix, and reports how many numbers are left.
async fn clabes(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    loop {
        match app.money.receiving.assign_clabes().await {
            Ok(done) => {
                if done.assigned > 0 {
                    tracing::info!(assigned = done.assigned, "wallets got their CLABE");
                }
                if let Some(left) = done.left {
                    set_clabes_left(left);
                }
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "no CLABEs were assigned"),
        }
        if !wait(&never, &mut stopped, CLABES_EVERY).await {
            return;
        }
    }
}

/// Fetches the updates of a bot that has no webhook. The process that holds the lease does.
async fn poll(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let Some(poll) = &app.messaging.poll else { return };
    let (never, mut position) = (Notify::new(), Position::default());
    while !*stopped.borrow() {
        let polled = tokio::select! {
            polled = poll.run(&mut position) => polled,
            // What was fetched and not stored yet is not confirmed either.
            _ = stopped.changed() => break,
        };
        let pause = match polled {
            Ok(Polled::Stored(taken)) => {
                count_taken("telegram", &taken);
                continue;
            }
            Ok(Polled::Elsewhere) => POLL_AGAIN,
            Err(PollError::Source(UpdateSourceError::Unavailable { reason, retry_after })) => {
                tracing::warn!(error = reason, "updates of Telegram could not be fetched");
                retry_after.map_or(POLL_AGAIN, Duration::from_secs)
            }
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "updates of Telegram were not taken");
                POLL_AGAIN
            }
        };
        if !wait(&never, &mut stopped, pause).await {
            break;
        }
    }
    if let Err(fault) = poll.stop().await {
        tracing::warn!(error = %describe(&fault), "the lease of the poll ends by itself");
    }
}

/// Ends and wipes what has expired.
async fn sweep(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    while awaited(&wakeups.expiry, &mut stopped).await {
        app.operations.maintenance.sweep().await;
    }
}

/// Carries out erasures that are due.
async fn erasures(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, ERASE_EVERY).await {
        if let Err(fault) = app.privacy.erase.run_due().await {
            tracing::error!(error = %describe(&fault), "erasures were not carried out; they go on later");
        }
    }
}

/// Makes the copies of their data that people asked for.
async fn exports(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            woken = awaited(&wakeups.exports, &mut stopped) => if !woken { return },
            () = app.privacy.wakeup.notified() => {}
        }
        loop {
            match app.privacy.export.run().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => {
                    tracing::error!(error = %describe(&fault), "an export was not made; it is tried again");
                    if !wait(&Notify::new(), &mut stopped, EXPORT_AGAIN).await {
                        return;
                    }
                    break;
                }
            }
        }
    }
}

/// Deletes what was kept long enough, in one process at a time.
async fn retain(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    let mut next = RETAIN_FIRST;
    while wait(&never, &mut stopped, next).await {
        next = RETAIN_EVERY;
        let pause = |pause| {
            let mut stopped = stopped.clone();
            async move { wait(&Notify::new(), &mut stopped, pause).await }
        };
        match app.operations.retention.run(Pace::default(), pause).await {
            Ok(RetentionRun::Elsewhere) => {}
            Ok(RetentionRun::Stopped(reports)) => count_retention(&reports, None),
            Ok(RetentionRun::Done(reports)) => count_retention(&reports, Some(app.kernel.now())),
            Err(fault) => tracing::error!(error = %describe(&fault), "retention was not applied"),
        }
    }
}

/// Seals the audit log. The head is written to the process log, which the owner of the database does not
/// control.
async fn seal(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    while awaited(&wakeups.audit_seals, &mut stopped).await {
        match app.operations.maintenance.seal().await {
            Ok(None) => {}
            Ok(Some(head)) => {
                tracing::info!(block = head.number, code = %hex::encode(head.code), "the audit log was sealed");
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "the audit log was not sealed"),
        }
    }
}
