//! The outside world: the provider of codes, number lookup, and the person's phone.

use crate::faults::Plan;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    message::Channel, messaging::price::MessagePrice, phone::PhoneNumber, verification::otp::OtpCode,
};
use ports::{
    clock::Clock,
    messaging::message_channel::{LookupFailed, MessageChannel, OutboundMessage, SendLookup, SendOutcome},
    verification::{
        code_provider::{CodeProvider, CodeProviderError, CodeVerdict, StartCode, StartedCode},
        number_lookup::{LineType, LookupUnavailable, NumberInfo, NumberLookup},
    },
};
use std::sync::{Arc, Mutex};

/// The code that the provider sends.
pub(crate) const CODE: &str = "428193";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Challenge {
    Open,
    Approved,
    Canceled,
}

/// A code provider that behaves like a real one: asked again while a code is open it sends that code again,
/// and it does not check a challenge that it has approved.
pub(crate) struct Codes {
    plan: Arc<Plan>,
    challenges: Mutex<Vec<Challenge>>,
}

impl Codes {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        Self { plan, challenges: Mutex::default() }
    }

    fn open_one(&self) -> usize {
        let mut all = self.challenges.lock().unwrap();
        if all.last() != Some(&Challenge::Open) {
            all.push(Challenge::Open);
        }
        all.len() - 1
    }

    /// Finds the challenge with that reference, and changes it.
    fn at<T>(&self, provider_ref: &str, look: impl FnOnce(&mut Challenge) -> T) -> T {
        let number: usize = provider_ref.trim_start_matches("VE").parse().unwrap();
        look(&mut self.challenges.lock().unwrap()[number])
    }

    fn judge(&self, provider_ref: &str, code: &OtpCode) -> CodeVerdict {
        self.at(provider_ref, |challenge| match (&challenge, code.reveal() == CODE) {
            (Challenge::Open, true) => {
                *challenge = Challenge::Approved;
                CodeVerdict::Approved
            }
            (Challenge::Open, false) => CodeVerdict::Wrong,
            _ => CodeVerdict::Gone,
        })
    }
}

#[async_trait]
impl CodeProvider for Codes {
    fn name(&self) -> &'static str {
        "fake"
    }

    async fn start(&self, request: &StartCode) -> Result<StartedCode, CodeProviderError> {
        let provider_ref = async { format!("VE{}", self.open_one()) };
        let provider_ref = self.plan.provider("start", provider_ref).await;
        Ok(StartedCode { provider_ref, channel: request.channel, send_ref: None })
    }

    async fn price(&self, _send_ref: &str) -> Result<Option<MessagePrice>, CodeProviderError> {
        Ok(None)
    }

    async fn check(&self, provider_ref: &str, code: &OtpCode) -> Result<CodeVerdict, CodeProviderError> {
        Ok(self.plan.provider("check", async { self.judge(provider_ref, code) }).await)
    }

    async fn is_approved(&self, provider_ref: &str) -> Result<bool, CodeProviderError> {
        let is_approved = async { self.at(provider_ref, |challenge| *challenge == Challenge::Approved) };
        Ok(self.plan.provider("is_approved", is_approved).await)
    }

    async fn cancel(&self, provider_ref: &str) -> Result<(), CodeProviderError> {
        let cancel = async { self.at(provider_ref, |challenge| *challenge = Challenge::Canceled) };
        self.plan.provider("cancel", cancel).await;
        Ok(())
    }
}

/// A number lookup in which each number is in order.
pub(crate) struct Numbers(pub(crate) Arc<Plan>);

#[async_trait]
impl NumberLookup for Numbers {
    async fn look_up(&self, _number: &PhoneNumber) -> Result<NumberInfo, LookupUnavailable> {
        let facts = NumberInfo { valid: true, line_type: LineType::Ordinary, country: None, carrier: None };
        Ok(self.0.provider("look_up", async { facts }).await)
    }
}

/// What has come to the person's phone, by SMS and in the chat, in order.
pub(crate) struct Telephone {
    plan: Arc<Plan>,
    clock: Arc<dyn Clock>,
    received: Mutex<Vec<(OutboundMessage, DateTime<Utc>)>>,
}

impl Telephone {
    pub(crate) fn new(plan: Arc<Plan>, clock: Arc<dyn Clock>) -> Self {
        Self { plan, clock, received: Mutex::default() }
    }

    /// The texts that came on one channel.
    pub(crate) fn texts(&self, channel: Channel) -> Vec<String> {
        let received = self.received.lock().unwrap();
        let over_it = received.iter().filter(|(message, _)| message.channel == channel);
        over_it.map(|(message, _)| message.text.clone()).collect()
    }

    fn receive(&self, message: &OutboundMessage) -> String {
        let mut received = self.received.lock().unwrap();
        received.push((message.clone(), self.clock.now()));
        format!("SM{}", received.len())
    }

    fn find(&self, message: &OutboundMessage, since: DateTime<Utc>, known: &[String]) -> Option<String> {
        let received = self.received.lock().unwrap();
        let names = (1..=received.len()).map(|number| format!("SM{number}"));
        let mut named = names.zip(received.iter());
        let is_it = |(name, (sent, at)): &(String, &(OutboundMessage, DateTime<Utc>))| {
            (&sent.recipient, &sent.text) == (&message.recipient, &message.text)
                && *at >= since
                && !known.contains(name)
        };
        named.find(is_it).map(|(name, _)| name)
    }
}

#[async_trait]
impl MessageChannel for Telephone {
    async fn send(&self, message: &OutboundMessage) -> SendOutcome {
        let provider_id = self.plan.provider("send", async { self.receive(message) }).await;
        SendOutcome::Sent { provider_id }
    }

    async fn find_sent(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<SendLookup, LookupFailed> {
        let found = self.plan.provider("find_sent", async { self.find(message, since, known) }).await;
        Ok(found.map_or(SendLookup::NoneYet, SendLookup::Found))
    }
}
