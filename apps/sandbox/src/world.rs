//! The state of the sandbox: settings, memory, HTTP client and random numbers.

use crate::{
    config::SandboxConfig,
    memory::{Memory, Request, Subject, TelegramMemory},
    wire,
};
use actix_web::web;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The state of the sandbox.
pub(crate) struct World {
    pub(crate) config: SandboxConfig,
    pub(crate) http: reqwest::Client,
    memory: Mutex<Memory>,
    /// Told when there are news for `getUpdates`.
    pub(crate) updates: Notify,
    random: SystemRandom,
    /// A random name, by which a page sees that the sandbox was restarted.
    name: String,
}

/// The state, shared by the server's threads and tasks.
pub(crate) type Shared = web::Data<World>;

impl World {
    pub(crate) fn new(config: SandboxConfig, http: reqwest::Client) -> Self {
        let mut world = Self {
            config,
            http,
            memory: Mutex::default(),
            updates: Notify::new(),
            random: SystemRandom::new(),
            name: String::new(),
        };
        world.name = hex::encode(world.random_bytes::<8>());
        world.memory().telegram = TelegramMemory::new(
            u32::from_be_bytes(world.random_bytes()),
            u32::from_be_bytes(world.random_bytes()),
        );
        world
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name of this life of the sandbox: another one after a restart or when everything was forgotten.
    pub(crate) fn life(&self, memory: &Memory) -> String {
        format!("{}-{}", self.name, memory.lives())
    }

    /// The person and the message of a call or webhook.
    pub(crate) fn subject(&self, provider: &str, path: &str, body: &Value, answer: &Value) -> Subject {
        wire::subject(provider, path, body, answer, &[&self.config.whatsapp_from, &self.config.sms_from])
    }

    pub(crate) fn log_request(&self, request: Request) {
        self.memory().log(request, false);
    }

    pub(crate) fn log_webhook(&self, request: Request) {
        self.memory().log(request, true);
    }

    pub(crate) fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        if self.random.fill(&mut bytes).is_err() {
            tracing::error!("the operating system returned no random bytes");
        }
        bytes
    }

    /// A random number from 0 to 1, for the probability of a fault.
    pub(crate) fn chance(&self) -> f64 {
        f64::from(u16::from_be_bytes(self.random_bytes())) / f64::from(u16::MAX)
    }

    /// A new Twilio SID: the prefix (`SM`) and 32 hex digits.
    pub(crate) fn new_sid(&self, prefix: &str) -> String {
        format!("{prefix}{}", hex::encode(self.random_bytes::<16>()))
    }

    /// A random code of six digits.
    pub(crate) fn new_code(&self) -> String {
        let number = u64::from_be_bytes(self.random_bytes::<8>());
        format!("{:06}", number.checked_rem(1_000_000).unwrap_or(0))
    }
}
