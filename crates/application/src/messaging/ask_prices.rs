//! Ask providers what delivered messages cost. It runs apart from the sends, and gives up in time.

use crate::kernel::Kernel;
use chrono::Duration;
use domain::{channel_account::ChannelAccount, messaging::price::next_ask};
use ports::{
    messaging::{Outbox, PriceAnswer, UnpricedMessage, message_channel::MessageChannel},
    store_error::StoreResult,
};
use std::{collections::HashMap, sync::Arc};

/// How long a worker has the messages of a round. They are asked for one after the other, each within the provider's
/// time-out, and all of them must end within it.
const LEASE: Duration = Duration::minutes(5);

/// Asks for the prices of messages.
pub struct AskPrices {
    outbox: Arc<dyn Outbox>,
    channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
    kernel: Kernel,
}

impl AskPrices {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        outbox: Arc<dyn Outbox>,
        channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
        kernel: Kernel,
    ) -> Self {
        Self { outbox, channels, kernel }
    }

    /// Asks for up to `count` prices that are due, one after the other, and returns how many it asked for.
    ///
    /// # Errors
    /// If the store fails. What was leased is asked again later.
    #[tracing::instrument(name = "ask_prices", level = "debug", skip_all)]
    pub async fn run(&self, count: usize) -> StoreResult<usize> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let due = self.outbox.lease_unpriced(now, until, count).await?;
        for message in &due {
            let answer = self.ask(message).await;
            self.outbox.settle_price(message, &answer).await?;
        }
        Ok(due.len())
    }

    async fn ask(&self, message: &UnpricedMessage) -> PriceAnswer {
        let Some(channel) = self.channels.get(&message.channel_account) else { return PriceAnswer::GivenUp };
        let outbox = message.id;
        match channel.price(&message.provider_id).await {
            Ok(Some(price)) => return PriceAnswer::Told(price),
            Ok(None) => {}
            Err(error) => tracing::info!(%outbox, %error, "the price of a message can't be asked now"),
        }
        let now = self.kernel.now();
        match next_ask(message.asks).and_then(|wait| now.checked_add_signed(wait)) {
            Some(at) => PriceAnswer::AskAt(at),
            None => {
                tracing::info!(%outbox, asks = message.asks, "the provider tells no price; it is given up");
                PriceAnswer::GivenUp
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        ids::MessageId,
        messaging::price::{MessagePrice, PRICE_ASKS_MAX},
    };
    use ports::messaging::{
        MockOutbox,
        message_channel::{LookupFailed, MockMessageChannel},
    };
    use testkit::{CountedIds, MovableClock, SeededRandom, at, id};

    /// What is stored when the provider answers so at the n-th time.
    async fn answered(asks: u32, told: Result<Option<MessagePrice>, LookupFailed>) -> PriceAnswer {
        let account: ChannelAccount = "twilio:sms:+14155238887".parse().unwrap();
        let message = UnpricedMessage {
            id: MessageId(id()),
            channel_account: account.clone(),
            provider_id: "SM1".into(),
            asks,
        };
        let mut outbox = MockOutbox::new();
        let leased = message.clone();
        outbox.expect_lease_unpriced().return_once(move |_, _, _| Ok(vec![leased]));
        let (sender, stored) = std::sync::mpsc::channel();
        outbox.expect_settle_price().times(1).returning(move |_, answer| {
            sender.send(answer.clone()).unwrap();
            Ok(())
        });
        let mut channel = MockMessageChannel::new();
        channel.expect_price().times(1).return_once(move |_| told);
        let channel: Arc<dyn MessageChannel> = Arc::new(channel);
        let channels = HashMap::from([(account, channel)]);
        let kernel = Kernel {
            clock: Arc::new(MovableClock::default()),
            ids: Arc::new(CountedIds::default()),
            random: Arc::new(SeededRandom::of(1)),
        };
        assert_eq!(AskPrices::new(Arc::new(outbox), channels, kernel).run(10).await.unwrap(), 1);
        stored.recv().unwrap()
    }

    #[tokio::test]
    async fn a_price_is_kept_or_asked_again_and_given_up_in_time() {
        let price = MessagePrice::read("-0.0075", "USD").unwrap();
        assert_eq!(answered(1, Ok(Some(price.clone()))).await, PriceAnswer::Told(price));
        assert_eq!(answered(1, Ok(None)).await, PriceAnswer::AskAt(at(2)));
        let down = LookupFailed { reason: "time-out".into() };
        assert_eq!(answered(3, Err(down)).await, PriceAnswer::AskAt(at(8)));
        assert_eq!(answered(PRICE_ASKS_MAX, Ok(None)).await, PriceAnswer::GivenUp);
    }
}
