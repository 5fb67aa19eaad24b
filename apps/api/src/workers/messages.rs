//! The queues of messaging: turns of the inbox, messages of the outbox.

use super::queues::Queue;
use crate::{
    composition::Messaging,
    telemetry::{count_send, count_turn},
    wakeups::{Wakeup, WorkerWakeups},
    workforce::Workforce,
};
use application::{error_chain::describe, messaging::turn_runner::TurnEnd};
use async_trait::async_trait;
use futures_util::FutureExt;
use ports::{
    messaging::{LeasedMessage, LeasedTurn},
    store_error::StoreResult,
};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// Turns of conversations.
pub(super) struct Turns {
    pub(super) messaging: Arc<Messaging>,
    pub(super) wakeups: Arc<WorkerWakeups>,
}

#[async_trait]
impl Queue for Turns {
    type Work = LeasedTurn;

    const NAME: &'static str = "turns";

    fn workers(&self) -> &Workforce<LeasedTurn> {
        &self.messaging.turn_workers
    }

    fn wakeup(&self) -> &Wakeup {
        &self.wakeups.inbox
    }

    async fn lease(&self, count: usize) -> StoreResult<Vec<LeasedTurn>> {
        self.messaging.turns.lease(count).await
    }

    async fn carry_out(&self, turn: LeasedTurn) {
        // Nothing waits for it.
        let (shown, message) = (self.messaging.clone(), turn.message.clone());
        tokio::spawn(async move { shown.turns.acknowledge(&message).await });
        let end = self.messaging.turns.run(&turn, tokio::time::sleep).await;
        count_turn(end.name());
        if end == TurnEnd::Done {
            self.wakeups.payments.notify_one();
        }
    }
}

/// Messages to send.
pub(super) struct Relay {
    pub(super) messaging: Arc<Messaging>,
    pub(super) wakeups: Arc<WorkerWakeups>,
}

#[async_trait]
impl Queue for Relay {
    type Work = LeasedMessage;

    const NAME: &'static str = "outbox";

    fn workers(&self) -> &Workforce<LeasedMessage> {
        &self.messaging.relay_workers
    }

    fn wakeup(&self) -> &Wakeup {
        &self.wakeups.outbox
    }

    async fn lease(&self, count: usize) -> StoreResult<Vec<LeasedMessage>> {
        self.messaging.relay.lease(count).await
    }

    async fn carry_out(&self, message: LeasedMessage) {
        let channel = message.message.channel;
        match AssertUnwindSafe(self.messaging.relay.handle(message)).catch_unwind().await {
            Ok(Ok(settlement)) => count_send(channel, &settlement),
            // The lease expires by itself, and the message's outcome stays unknown.
            Ok(Err(fault)) => tracing::error!(error = %describe(&fault), "a message was not settled"),
            Err(_panic) => tracing::error!("the relay panicked"),
        }
    }
}
