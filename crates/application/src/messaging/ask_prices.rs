//! Ask providers what delivered messages and sends of codes cost. It runs apart from the sends, and gives up in time.

use crate::kernel::Kernel;
use chrono::{DateTime, Duration, Utc};
use domain::{
    channel_account::ChannelAccount,
    messaging::price::{MessagePrice, next_ask},
};
use ports::{
    messaging::{Outbox, PriceAnswer, UnpricedMessage, message_channel::MessageChannel},
    store_error::StoreResult,
    verification::{VerificationReports, code_provider::CodeProvider},
};
use std::{collections::HashMap, sync::Arc};

/// How long a worker has the messages of a round. They are asked for one after the other, each within the provider's
/// time-out, and all of them must end within it.
const LEASE: Duration = Duration::minutes(5);

/// Asks for the prices of messages.
pub struct AskPrices {
    outbox: Arc<dyn Outbox>,
    channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
    codes: CodePrices,
    kernel: Kernel,
}

/// Where the sends of codes are, and who sent them.
pub struct CodePrices {
    /// The sends.
    pub sends: Arc<dyn VerificationReports>,
    /// The provider of codes; `None` if we send our own.
    pub provider: Option<Arc<dyn CodeProvider>>,
}

impl AskPrices {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        outbox: Arc<dyn Outbox>,
        channels: HashMap<ChannelAccount, Arc<dyn MessageChannel>>,
        codes: CodePrices,
        kernel: Kernel,
    ) -> Self {
        Self { outbox, channels, codes, kernel }
    }

    /// Asks for up to `count` prices of messages and as many of codes that are due, one after the other, and returns how
    /// many it asked for.
    ///
    /// # Errors
    /// If the store fails. What was leased is asked again later.
    #[tracing::instrument(name = "ask_prices", level = "debug", skip_all)]
    pub async fn run(&self, count: usize) -> StoreResult<usize> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let due = self.outbox.lease_unpriced(now, until, count).await?;
        let mut answers = Vec::with_capacity(due.len());
        for message in due {
            let answer = self.ask(&message).await;
            answers.push((message, answer));
        }
        self.outbox.settle_prices(&answers).await?;
        Ok(answers.len().saturating_add(self.ask_codes(now, until, count).await?))
    }

    async fn ask_codes(&self, now: DateTime<Utc>, until: DateTime<Utc>, count: usize) -> StoreResult<usize> {
        let Some(provider) = &self.codes.provider else { return Ok(0) };
        let due = self.codes.sends.lease_unpriced_sends(now, until, count).await?;
        for send in &due {
            let told = provider.price(&send.send_ref).await;
            let told = told
                .map_err(|fault| tracing::info!(error = %fault, "the price of a code can't be asked now"));
            let answer = self.answer_of(told.ok().flatten(), send.asks);
            self.codes.sends.settle_send_price(send, &answer).await?;
        }
        Ok(due.len())
    }

    async fn ask(&self, message: &UnpricedMessage) -> PriceAnswer {
        let Some(channel) = self.channels.get(&message.channel_account) else { return PriceAnswer::GivenUp };
        let outbox = message.id;
        let told = channel.price(&message.provider_id).await;
        let told = told
            .map_err(|error| tracing::info!(%outbox, %error, "the price of a message can't be asked now"));
        self.answer_of(told.ok().flatten(), message.asks)
    }

    /// What becomes of asking for the `asks`th time.
    fn answer_of(&self, told: Option<MessagePrice>, asks: u32) -> PriceAnswer {
        if let Some(price) = told {
            return PriceAnswer::Told(price);
        }
        match next_ask(asks).and_then(|wait| self.kernel.now().checked_add_signed(wait)) {
            Some(at) => PriceAnswer::AskAt(at),
            None => {
                tracing::info!(asks, "the provider tells no price; it is given up");
                PriceAnswer::GivenUp
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::MessageId, messaging::price::PRICE_ASKS_MAX};
    use ports::{
        messaging::{
            MockOutbox,
            message_channel::{LookupFailed, MockMessageChannel},
        },
        verification::{
            MockVerificationReports, UnpricedSend,
            code_provider::{CodeProviderError, MockCodeProvider},
        },
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
        outbox.expect_settle_prices().times(1).returning(move |answers| {
            sender.send(answers[0].1.clone()).unwrap();
            Ok(())
        });
        let mut channel = MockMessageChannel::new();
        channel.expect_price().times(1).return_once(move |_| told);
        let channel: Arc<dyn MessageChannel> = Arc::new(channel);
        let channels = HashMap::from([(account, channel)]);
        let codes = CodePrices { sends: Arc::new(MockVerificationReports::new()), provider: None };
        assert_eq!(AskPrices::new(Arc::new(outbox), channels, codes, kernel()).run(10).await.unwrap(), 1);
        stored.recv().unwrap()
    }

    fn kernel() -> Kernel {
        Kernel {
            clock: Arc::new(MovableClock::default()),
            ids: Arc::new(CountedIds::default()),
            random: Arc::new(SeededRandom::of(1)),
        }
    }

    /// What is stored when the provider of codes answers so at the n-th time.
    async fn answered_of_code(
        asks: u32,
        told: Result<Option<MessagePrice>, CodeProviderError>,
    ) -> PriceAnswer {
        let mut outbox = MockOutbox::new();
        outbox.expect_lease_unpriced().return_once(|_, _, _| Ok(Vec::new()));
        outbox.expect_settle_prices().withf(<[_]>::is_empty).return_once(|_| Ok(()));
        let mut sends = MockVerificationReports::new();
        let leased = UnpricedSend { seq: 7, send_ref: "VL1".into(), asks };
        sends.expect_lease_unpriced_sends().return_once(|_, _, _| Ok(vec![leased]));
        let (sender, stored) = std::sync::mpsc::channel();
        sends.expect_settle_send_price().times(1).returning(move |send, answer| {
            assert_eq!(send.seq, 7);
            sender.send(answer.clone()).unwrap();
            Ok(())
        });
        let mut provider = MockCodeProvider::new();
        provider.expect_price().withf(|send_ref| send_ref == "VL1").times(1).return_once(move |_| told);
        let codes = CodePrices { sends: Arc::new(sends), provider: Some(Arc::new(provider)) };
        let prices = AskPrices::new(Arc::new(outbox), HashMap::new(), codes, kernel());
        assert_eq!(prices.run(10).await.unwrap(), 1);
        stored.recv().unwrap()
    }

    #[tokio::test]
    async fn the_price_of_a_code_likewise() {
        let price = MessagePrice::read("0.05", "USD").unwrap();
        assert_eq!(answered_of_code(1, Ok(Some(price.clone()))).await, PriceAnswer::Told(price));
        assert_eq!(answered_of_code(2, Ok(None)).await, PriceAnswer::AskAt(at(4)));
        let down = CodeProviderError::Unavailable("time-out".into());
        assert_eq!(answered_of_code(3, Err(down)).await, PriceAnswer::AskAt(at(8)));
        assert_eq!(answered_of_code(PRICE_ASKS_MAX, Ok(None)).await, PriceAnswer::GivenUp);
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
