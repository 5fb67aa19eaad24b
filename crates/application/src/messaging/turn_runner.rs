//! Run leased turns: lease, renew, commit, hand the replies over, try again with a growing pause, park. The worker's loop
//! brings the timer; everything else is decided here.

use crate::{
    error_chain::describe,
    kernel::Kernel,
    messaging::{
        handle_message::{HandleMessage, TurnError},
        relay_outbox,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::channel_account::ChannelAccount;
use futures_util::{
    FutureExt,
    future::{Either, select},
};
use ports::{
    messaging::{
        Committed, Handover, LeaseAtOnce, LeasedMessage, LeasedTurn, NoWorkers, Turn, TurnFailure, TurnQueue,
        inbound_webhook::InboundMessage, message_channel::MessageChannel,
    },
    store_error::StoreResult,
};
use std::{collections::HashMap, panic::AssertUnwindSafe, pin::pin, sync::Arc};

/// How long a worker has a conversation, and what happens to turns that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnPolicy {
    /// The length of a lease. It is renewed while its turn runs.
    pub lease: Duration,
    /// How often the lease is renewed.
    pub renew_every: std::time::Duration,
    /// The number of failures after which a turn is parked.
    pub tries_max: u32,
}

impl Default for TurnPolicy {
    /// Leases of 5 seconds that are renewed every 2 seconds; parked after 5 failures.
    fn default() -> Self {
        Self { lease: Duration::seconds(5), renew_every: std::time::Duration::from_secs(2), tries_max: 5 }
    }
}

/// Decides what a turn does. It commits nothing.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait TurnHandler: Send + Sync {
    /// Everything that the turn has to commit.
    async fn run(&self, turn: &LeasedTurn) -> Result<Turn, TurnError>;
}

#[async_trait]
impl TurnHandler for HandleMessage {
    async fn run(&self, turn: &LeasedTurn) -> Result<Turn, TurnError> {
        self.run(turn).await
    }
}

/// What became of a leased turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnEnd {
    /// It was carried out and committed.
    Done,
    /// Another worker has the conversation by now; nothing was committed.
    Fenced,
    /// It failed and will be tried again.
    Retry,
    /// It failed too often and waits for an operator.
    Parked,
}

impl TurnEnd {
    /// The name in the metric of turns.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Fenced => "fenced",
            Self::Retry => "retry",
            Self::Parked => "parked",
        }
    }
}

/// Leases turns and carries them out.
pub struct TurnRunner {
    queue: Arc<dyn TurnQueue>,
    handler: Arc<dyn TurnHandler>,
    channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
    kernel: Kernel,
    policy: TurnPolicy,
    relay: Arc<dyn Handover<LeasedMessage>>,
}

impl TurnRunner {
    /// Builds the runner. `channels` are the message channels by channel account.
    #[must_use]
    pub fn new(
        queue: Arc<dyn TurnQueue>,
        handler: Arc<dyn TurnHandler>,
        channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
        kernel: Kernel,
        policy: TurnPolicy,
    ) -> Self {
        Self { queue, handler, channels, kernel, policy, relay: Arc::new(NoWorkers) }
    }

    /// The same runner, which hands replies over to these workers when it commits them.
    #[must_use]
    pub fn handing_over(mut self, relay: Arc<dyn Handover<LeasedMessage>>) -> Self {
        self.relay = relay;
        self
    }

    /// Leases the oldest messages of up to `count` conversations that no worker has. Fewer: no more are due.
    pub async fn lease(&self, count: usize) -> StoreResult<Vec<LeasedTurn>> {
        let now = self.kernel.now();
        self.queue.lease_turns(now, later(now, self.policy.lease), count).await
    }

    /// Shows the sender that their message is being answered, if the channel can. Nothing should wait for it.
    pub async fn acknowledge(&self, message: &InboundMessage) {
        if message.content.is_by_sender()
            && let Some(channel) = self.channels.get(&message.channel_account)
        {
            channel.acknowledge(message).await;
        }
    }

    /// Carries a turn out and commits it, and renews its lease meanwhile. A turn that fails, panics or loses
    /// its lease is given back. `sleep` is the timer: its future ends after the time that it is given.
    #[tracing::instrument(name = "turn", level = "info", skip_all, fields(event = %turn.event, conversation = %turn.conversation))]
    pub async fn run<S: Future<Output = ()>>(
        &self,
        turn: &LeasedTurn,
        sleep: impl Fn(std::time::Duration) -> S,
    ) -> TurnEnd {
        let work = pin!(AssertUnwindSafe(self.handler.run(turn)).catch_unwind());
        let lost = pin!(self.keep_lease(turn, sleep));
        let done = match select(work, lost).await {
            Either::Left((Ok(done), _)) => done.map_err(|error| describe(&error)),
            Either::Left((Err(_panic), _)) => Err("the turn panicked".into()),
            Either::Right(((), _)) => Err("the lease was lost".into()),
        };
        // The lease is not renewed any more: once the commit has freed the conversation, a renewal fails.
        let outcome = match done {
            Ok(done) => self.commit_caught(&done).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(Committed::Done) => {
                tracing::debug!(event = %turn.event, conversation = %turn.conversation, "a turn was carried out");
                TurnEnd::Done
            }
            Ok(Committed::Fenced) => {
                tracing::warn!(event = %turn.event, "a turn was left to another worker");
                TurnEnd::Fenced
            }
            Err(error) => self.give_back(turn, &error).await,
        }
    }

    async fn commit_caught(&self, done: &Turn) -> Result<Committed, String> {
        let committed = AssertUnwindSafe(self.commit(done)).catch_unwind().await;
        let committed = committed.map_err(|_panic| "the commit panicked".to_owned())?;
        committed.map_err(|error| describe(&error))
    }

    /// Commits a turn, and hands over those of its replies that workers are free for.
    async fn commit(&self, done: &Turn) -> StoreResult<Committed> {
        let now = self.kernel.now();
        let slots = self.relay.reserve(done.replies.len());
        let lease = (!slots.is_empty())
            .then(|| LeaseAtOnce { count: slots.len(), until: later(now, relay_outbox::LEASE) });
        let committed = self.queue.commit_turns(std::slice::from_ref(done), lease, now).await?;
        let Some(committed) = committed.into_iter().next() else { return Ok(Committed::Fenced) };
        // A reply behind another one of its lane waits until that one is settled.
        for (slot, message) in slots.into_iter().zip(committed.to_send) {
            slot(message);
        }
        Ok(committed.committed)
    }

    /// Renews the lease again and again; returns when it is lost. A renewal that fails is tried again.
    async fn keep_lease<S: Future<Output = ()>>(
        &self,
        turn: &LeasedTurn,
        sleep: impl Fn(std::time::Duration) -> S,
    ) {
        loop {
            sleep(self.policy.renew_every).await;
            let until = later(self.kernel.now(), self.policy.lease);
            if let Ok(false) = self.queue.renew_lease(turn.conversation, turn.fence, until).await {
                return;
            }
        }
    }

    async fn give_back(&self, turn: &LeasedTurn, error: &str) -> TurnEnd {
        let tries = turn.tries.saturating_add(1);
        let (end, failure) = if tries >= self.policy.tries_max {
            tracing::error!(event = %turn.event, tries, error, "a turn was parked");
            (TurnEnd::Parked, TurnFailure::Park)
        } else {
            tracing::warn!(event = %turn.event, tries, error, "a turn will be tried again");
            (TurnEnd::Retry, TurnFailure::RetryAt(later(self.kernel.now(), pause_after(tries))))
        };
        if let Err(error) = self.queue.fail(turn, &failure, error).await {
            // The lease expires by itself.
            tracing::error!(event = %turn.event, error = %describe(&error), "a turn was not given back");
        }
        end
    }
}

/// The pause after so many failures: 2, 4, 8, 16 seconds.
fn pause_after(tries: u32) -> Duration {
    Duration::seconds(1_i64.checked_shl(tries.min(4)).unwrap_or(16))
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

#[cfg(test)]
mod tests;
