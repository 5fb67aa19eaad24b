//! What runs beside HTTP: turns, the outbox relay, the sweeper. Tasks of one process or of many; leases
//! keep them apart.

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

/// Turns under way at once.
const TURNS_MAX: usize = 8;
/// Sends under way at once.
const SENDS_MAX: usize = 16;
/// A lease on a talk, renewed while its turn takes long.
const LEASE: Span = Span::seconds(5);
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// How long to wait for news before looking again: other replicas don't ring our bell.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Tries before a turn is set aside.
const TRIES_MAX: u32 = 5;
/// How often lapsed transfers are ended.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How often new audit rows are sealed.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// How long handled messages are kept.
const KEEP: Span = Span::days(31);

/// The workers, as long as they run.
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts them.
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

    /// Starts the relay alone, for a command that waits until its message is out. Leases keep it apart from those
    /// of servers.
    pub(crate) fn start_relay(app: &Arc<App>, wakeups: &Arc<WorkerWakeups>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(relay(app.clone(), wakeups.clone(), stopped));
        Self { stop, tasks }
    }

    /// Lets them finish what they have begun.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Waits for the bell or for a while; false when it is time to stop.
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
                tracing::error!(fault = %describe(&fault), "no turn could be leased");
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
        outcome = work => outcome.unwrap_or_else(|_panic| Err("a panic; it is a fault of ours".into())),
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
    // The talk is free again, and its next message may wait.
    wakeups.inbox.notify_one();
}

async fn carry_out(app: &App, turn: &LeasedTurn) -> Result<Committed, String> {
    acknowledge(app, &turn.message);
    let done = app.handle.run(turn).await.map_err(|fault| describe(&fault))?;
    app.store.commit_turn(&done, app.clock.now()).await.map_err(|fault| describe(&fault))
}

/// Shows the sender that his message is being answered, where his channel can. Nothing waits for it.
fn acknowledge(app: &App, message: &InboundMessage) {
    let channel = app.relay.channels.get(&message.channel_account).cloned();
    if let Some(channel) = channel.filter(|_| message.content.is_by_sender()) {
        let message = message.clone();
        tokio::spawn(async move { channel.acknowledge(&message).await });
    }
}

/// Ends when the lease is lost.
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
        tracing::error!(event = %turn.event, tries, reason, "a turn was set aside");
        count_turn("parked");
        TurnFailure::Park
    } else {
        count_turn("retry");
        tracing::warn!(event = %turn.event, tries, reason, "a turn will be tried again");
        let pause = Span::seconds(1_i64.checked_shl(tries.min(4)).unwrap_or(16));
        let now = app.clock.now();
        TurnFailure::RetryAt(now.checked_add_signed(pause).unwrap_or(now))
    };
    if let Err(fault) = app.store.fail(turn, &failure, reason).await {
        // The lease runs out by itself.
        tracing::error!(event = %turn.event, fault = %describe(&fault), "a turn was not given back");
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
                tracing::error!(fault = %describe(&fault), "no message could be leased");
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
        // The lease runs out by itself, and leaves the message in doubt.
        Ok(Err(fault)) => tracing::error!(fault = %describe(&fault), "a message was not settled"),
        Err(_panic) => tracing::error!("a panic in the relay; it is a fault of ours"),
    }
    // The next one to the same recipient may go.
    wakeups.outbox.notify_one();
}

/// Has codes that did not arrive go out by their next way.
async fn next_fallbacks(app: Arc<App>, wakeups: Arc<WorkerWakeups>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, LOOK_EVERY).await {
        match app.store.take_next_fallbacks(&app.settings.otp, app.clock.now()).await {
            Ok(0) => {}
            Ok(taken) => {
                tracing::info!(taken, "codes go out by their next way");
                wakeups.outbox.notify_one();
            }
            Err(fault) => tracing::error!(fault = %describe(&fault), "codes were not sent by their next way"),
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
                Ok(ended) => tracing::info!(ended, "transfers that nobody confirmed were ended"),
                Err(fault) => {
                    tracing::error!(fault = %describe(&fault), "the sweep failed");
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
            tracing::error!(fault = %describe(&fault), "the purge failed");
        }
    }
}

/// Seals the audit log. The head goes into the log of the process, which the owner of the database does
/// not have.
async fn seal(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let never = Notify::new();
    while wait(&never, &mut stopped, SEAL_EVERY).await {
        match app.audit.seal().await {
            Ok(None) => {}
            Ok(Some(head)) => {
                tracing::info!(block = head.number, code = %hex::encode(head.code), "the audit log was sealed");
            }
            Err(fault) => tracing::error!(fault = %describe(&fault), "the audit log was not sealed"),
        }
    }
}
