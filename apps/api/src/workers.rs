//! The workers beside HTTP: turns, relay, fallback, maintenance, audit seals. They run in one process or in
//! many; leases keep them apart.

use crate::{
    composition::App,
    error_chain::describe,
    telemetry::{count_send, count_turn},
    wakeups::WorkerWakeups,
};
use chrono::Duration as Span;
use futures_util::FutureExt;
use ports::messaging::{Committed, LeasedMessage, LeasedTurn, TurnFailure, inbound_webhook::InboundMessage};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// Turns that run at once.
const TURNS_MAX: usize = 8;
/// Sends that run at once.
const SENDS_MAX: usize = 16;
/// Length of a lease on a conversation; it is renewed while its turn runs.
const LEASE: Span = Span::seconds(5);
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// Longest wait before looking for work again: other replicas send no wake-ups here.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Failures after which a turn is parked.
const TRIES_MAX: u32 = 5;
/// How often expired transfers are ended.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How often new audit rows are sealed.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// How long handled messages are kept.
const KEEP: Span = Span::days(31);

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
        tasks.spawn(sweep(app.clone(), stopped.clone()));
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
    let free = Arc::new(Semaphore::new(TURNS_MAX));
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let Ok(permit) = free.clone().acquire_owned().await else { break };
        while running.try_join_next().is_some() {}
        let now = app.clock.now();
        let leased = app.store.lease_next(now, now.checked_add_signed(LEASE).unwrap_or(now)).await;
        match leased {
            Ok(Some(turn)) => {
                running.spawn(take_turn(app.clone(), wakeups.clone(), turn, permit));
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
    app: Arc<App>,
    wakeups: Arc<WorkerWakeups>,
    turn: LeasedTurn,
    _permit: OwnedSemaphorePermit,
) {
    let work = AssertUnwindSafe(carry_out(&app, &turn)).catch_unwind();
    let outcome = tokio::select! {
        outcome = work => outcome.unwrap_or_else(|_panic| Err("the turn panicked".into())),
        () = keep_lease(&app, &turn) => Err("the lease was lost".into()),
    };
    match outcome {
        Ok(Committed::Done) => {
            tracing::debug!(event = %turn.event, conversation = %turn.conversation, "a turn was carried out");
            count_turn("done");
            wakeups.outbox.notify_one();
        }
        Ok(Committed::Fenced) => {
            count_turn("fenced");
            tracing::warn!(event = %turn.event, "a turn was left to another worker");
        }
        Err(reason) => give_back(&app, &turn, &reason).await,
    }
    // The conversation is free again, and its next message may wait.
    wakeups.inbox.notify_one();
}

async fn carry_out(app: &App, turn: &LeasedTurn) -> Result<Committed, String> {
    acknowledge(app, &turn.message);
    let done = app.handle.run(turn).await.map_err(|fault| describe(&fault))?;
    app.store.commit_turn(&done, app.clock.now()).await.map_err(|fault| describe(&fault))
}

/// Shows the sender that their message is being answered, if the channel can. Nothing waits for it.
fn acknowledge(app: &App, message: &InboundMessage) {
    let channel = app.relay.channels.get(&message.channel_account).cloned();
    if let Some(channel) = channel.filter(|_| message.content.is_by_sender()) {
        let message = message.clone();
        tokio::spawn(async move { channel.acknowledge(&message).await });
    }
}

/// Renews the lease again and again; returns when it is lost.
async fn keep_lease(app: &App, turn: &LeasedTurn) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let now = app.clock.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        if let Ok(false) = app.store.renew_lease(turn.conversation, turn.fence, until).await {
            return;
        }
    }
}

async fn give_back(app: &App, turn: &LeasedTurn, reason: &str) {
    let tries = turn.tries.saturating_add(1);
    let failure = if tries >= TRIES_MAX {
        tracing::error!(event = %turn.event, tries, error = reason, "a turn was parked");
        count_turn("parked");
        TurnFailure::Park
    } else {
        count_turn("retry");
        tracing::warn!(event = %turn.event, tries, error = reason, "a turn will be tried again");
        let pause = Span::seconds(1_i64.checked_shl(tries.min(4)).unwrap_or(16));
        let now = app.clock.now();
        TurnFailure::RetryAt(now.checked_add_signed(pause).unwrap_or(now))
    };
    if let Err(fault) = app.store.fail(turn, &failure, reason).await {
        // The lease expires by itself.
        tracing::error!(event = %turn.event, error = %describe(&fault), "a turn was not given back");
    }
}

async fn relay(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let free = Arc::new(Semaphore::new(SENDS_MAX));
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let Ok(permit) = free.clone().acquire_owned().await else { break };
        while running.try_join_next().is_some() {}
        match app.relay.lease(1).await {
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
    match AssertUnwindSafe(app.relay.handle(message)).catch_unwind().await {
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
        match app.store.take_next_fallbacks(&app.settings.otp, app.clock.now()).await {
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

async fn sweep(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SWEEP_EVERY).await {
        let now = app.clock.now();
        loop {
            match app.store.expire(now).await {
                Ok(0) => break,
                Ok(ended) => tracing::info!(ended, "transfers without confirmation were ended"),
                Err(fault) => {
                    tracing::error!(error = %describe(&fault), "expired transfers were not ended");
                    break;
                }
            }
        }
        let before = now.checked_sub_signed(KEEP).unwrap_or(now);
        let purged = async {
            app.store.forget_ended(before).await?;
            app.store.purge(before).await?;
            app.store.purge_notices(before).await?;
            app.store.wipe_codes(now).await?;
            app.store.forget_taken(now).await?;
            app.store.purge_pages(before).await
        };
        if let Err(fault) = purged.await {
            tracing::error!(error = %describe(&fault), "the purge failed");
        }
    }
}

/// Seals the audit log. The head is written to the process log, which the owner of the database does not
/// control.
async fn seal(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SEAL_EVERY).await {
        match app.audit.seal().await {
            Ok(None) => {}
            Ok(Some(head)) => {
                tracing::info!(block = head.number, code = %hex::encode(head.code), "the audit log was sealed");
            }
            Err(fault) => tracing::error!(error = %describe(&fault), "the audit log was not sealed"),
        }
    }
}
