//! The workers beside HTTP: turns, relay, fallback, alerts, payments, prices, polls, maintenance, audit seals. The loops wait,
//! spawn and count; what they carry out is decided by the use cases. They run in one process or in many; leases keep
//! them apart.

use crate::{
    composition::{App, Messaging},
    payments_worker,
    telemetry::{count_retention, count_send, count_taken, count_turn, set_clabes_left},
    wakeups::WorkerWakeups,
};
use application::{
    error_chain::describe,
    messaging::{
        poll_updates::{PollError, Polled, Position},
        turn_runner::TurnEnd,
    },
    operations::retention::{Pace, RetentionRun},
};
use futures_util::FutureExt;
use ports::messaging::{LeasedMessage, LeasedTurn, update_source::UpdateSourceError};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// Alerts that are leased at once.
const ALERTS_MAX: usize = 16;
/// Longest wait before looking for work again: other replicas send no wake-ups here.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Prices that are asked for in one go.
const PRICES_MAX: usize = 16;
/// How often prices that are due are looked for.
const PRICES_EVERY: Duration = Duration::from_secs(1);
/// How often the store is tidied.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// When retention is applied first, and how often after that.
const RETAIN_FIRST: Duration = Duration::from_mins(1);
const RETAIN_EVERY: Duration = Duration::from_hours(1);
/// How often wallets without a CLABE are looked for.
const CLABES_EVERY: Duration = Duration::from_mins(1);
/// How long a poll that failed waits before the next one.
const POLL_AGAIN: Duration = Duration::from_secs(2);
/// How long an export that failed waits before the next try.
const EXPORT_AGAIN: Duration = Duration::from_secs(30);
/// How often new audit rows are sealed.
const SEAL_EVERY: Duration = Duration::from_secs(1);

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
        tasks.spawn(turns(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(relay(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(next_fallbacks(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(tell(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::carry_out(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::reconcile(app.clone(), wakeups.clone(), stopped.clone()));
        tasks.spawn(payments_worker::report_figures(app.clone(), stopped.clone()));
        tasks.spawn(prices(app.clone(), stopped.clone()));
        tasks.spawn(clabes(app.clone(), stopped.clone()));
        tasks.spawn(sweep(app.clone(), stopped.clone()));
        tasks.spawn(erasures(app.clone(), stopped.clone()));
        tasks.spawn(exports(app.clone(), stopped.clone()));
        tasks.spawn(retain(app.clone(), stopped.clone()));
        if app.messaging.poll.is_some() {
            tasks.spawn(poll(app.clone(), wakeups.clone(), stopped.clone()));
        }
        tasks.spawn(seal(app.clone(), stopped));
        Self { stop, tasks }
    }

    /// Starts only the relay, for a command that waits until its message is sent. Leases keep it apart from
    /// the relays of servers.
    pub(crate) fn start_relay(app: &Arc<App>, wakeups: &Arc<WorkerWakeups>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(relay(app.clone(), wakeups.clone(), stopped));
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

async fn turns(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let free = Arc::new(Semaphore::new(app.settings.capacity.turn_workers));
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let Ok(permit) = free.clone().acquire_owned().await else { break };
        while running.try_join_next().is_some() {}
        match app.messaging.turns.lease().await {
            Ok(Some(turn)) => {
                running.spawn(take_turn(app.messaging.clone(), wakeups.clone(), turn, permit));
            }
            Ok(None) => {
                drop(permit);
                wait(&wakeups.inbox, &mut stopped, LOOK_EVERY).await;
            }
            Err(fault) => {
                drop(permit);
                tracing::error!(error = %describe(&fault), "no turn could be leased");
                wait(&wakeups.inbox, &mut stopped, LOOK_EVERY).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

async fn take_turn(
    messaging: Arc<Messaging>,
    wakeups: Arc<WorkerWakeups>,
    turn: LeasedTurn,
    _permit: OwnedSemaphorePermit,
) {
    // Nothing waits for it.
    let (shown, message) = (messaging.clone(), turn.message.clone());
    tokio::spawn(async move { shown.turns.acknowledge(&message).await });
    let end = messaging.turns.run(&turn, tokio::time::sleep).await;
    count_turn(end.name());
    if end == TurnEnd::Done {
        wakeups.payments.notify_one();
        wakeups.alerts.notify_one();
        wakeups.outbox.notify_one();
    }
    // The conversation is free again, and its next message may wait.
    wakeups.inbox.notify_one();
}

async fn relay(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let free = Arc::new(Semaphore::new(app.settings.capacity.relay_workers));
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let Ok(permit) = free.clone().acquire_owned().await else { break };
        while running.try_join_next().is_some() {}
        match app.messaging.relay.lease(1).await {
            Ok(mut leased) => match leased.pop() {
                Some(message) => {
                    running.spawn(send(app.clone(), wakeups.clone(), message, permit));
                }
                None => {
                    drop(permit);
                    wait(&wakeups.outbox, &mut stopped, LOOK_EVERY).await;
                }
            },
            Err(fault) => {
                drop(permit);
                tracing::error!(error = %describe(&fault), "no message could be leased");
                wait(&wakeups.outbox, &mut stopped, LOOK_EVERY).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

async fn send(
    app: Arc<App>,
    wakeups: Arc<WorkerWakeups>,
    message: LeasedMessage,
    _permit: OwnedSemaphorePermit,
) {
    let channel = message.message.channel;
    match AssertUnwindSafe(app.messaging.relay.handle(message)).catch_unwind().await {
        Ok(Ok(settlement)) => count_send(channel, &settlement),
        // The lease expires by itself, and the message's outcome stays unknown.
        Ok(Err(fault)) => tracing::error!(error = %describe(&fault), "a message was not settled"),
        Err(_panic) => tracing::error!("the relay panicked"),
    }
    // The next message to the same recipient may be sent.
    wakeups.outbox.notify_one();
}

/// Sends codes that did not arrive on their next fallback channel.
async fn next_fallbacks(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, LOOK_EVERY).await {
        match app.verification.verify.send_next_fallbacks().await {
            Ok(0) => {}
            Ok(taken) => {
                tracing::info!(taken, "codes are sent on their fallback channel");
                wakeups.outbox.notify_one();
            }
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "codes were not sent on their fallback channel");
            }
        }
    }
}

/// Tells people what happened to them.
async fn tell(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    while wait(&wakeups.alerts, &mut stopped, LOOK_EVERY).await {
        match app.messaging.tell.run(ALERTS_MAX).await {
            Ok(0) => {}
            Ok(told) => {
                wakeups.outbox.notify_one();
                if told == ALERTS_MAX {
                    wakeups.alerts.notify_one();
                }
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "people were not told"),
        }
    }
}

/// Asks providers what delivered messages cost.
async fn prices(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, PRICES_EVERY).await {
        if let Err(fault) = app.messaging.prices.run(PRICES_MAX).await {
            tracing::error!(error = %describe(&fault), "no prices were asked for");
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
async fn poll(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
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
                if taken.to_handle > 0 {
                    wakeups.inbox.notify_one();
                }
                continue;
            }
            Ok(Polled::Elsewhere) => LOOK_EVERY,
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

async fn sweep(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SWEEP_EVERY).await {
        app.operations.maintenance.sweep().await;
    }
}

/// Carries out erasures that are due.
async fn erasures(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SWEEP_EVERY).await {
        if let Err(fault) = app.privacy.erase.run_due().await {
            tracing::error!(error = %describe(&fault), "erasures were not carried out; they go on later");
        }
    }
}

/// Makes the copies of their data that people asked for.
async fn exports(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while wait(&app.privacy.wakeup, &mut stopped, LOOK_EVERY).await {
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
async fn seal(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SEAL_EVERY).await {
        match app.operations.maintenance.seal().await {
            Ok(None) => {}
            Ok(Some(head)) => {
                tracing::info!(block = head.number, code = %hex::encode(head.code), "the audit log was sealed");
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "the audit log was not sealed"),
        }
    }
}
