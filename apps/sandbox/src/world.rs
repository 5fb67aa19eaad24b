//! Everything that is remembered: phones, messages, challenges, requests, faults. In memory only.

use crate::{config::SandboxConfig, faults::Faults};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::phone::PhoneNumber;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Requests kept; older ones are forgotten.
const REQUESTS_MAX: usize = 20_000;

/// A message on a phone.
#[derive(Clone, Serialize)]
pub(crate) struct Delivered {
    pub(crate) seq: u64,
    pub(crate) channel: String,
    pub(crate) provider: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) buttons: Vec<Value>,
    pub(crate) template: Option<Value>,
    pub(crate) at: String,
    /// The provider's id, by which a phone that shows it reports it read.
    pub(crate) id: String,
}

/// A call of ours that the world received, or a webhook that it posted.
#[derive(Clone, Serialize)]
pub(crate) struct Request {
    pub(crate) seq: u64,
    pub(crate) provider: String,
    pub(crate) operation: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
    pub(crate) fault: Option<String>,
    pub(crate) at: String,
}

/// A message as Twilio keeps it.
#[derive(Clone)]
pub(crate) struct TwilioMessage {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) body: String,
    pub(crate) status: String,
    pub(crate) status_callback: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
}

/// A challenge as Twilio Verify keeps it.
#[derive(Clone)]
pub(crate) struct TwilioVerification {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) channel: String,
    pub(crate) code: String,
    pub(crate) status: String,
    pub(crate) sends: Vec<(DateTime<Utc>, String, String)>,
    pub(crate) checks: u32,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Memory {
    seq: u64,
    phones: BTreeMap<String, Vec<Delivered>>,
    pub(crate) requests: VecDeque<Request>,
    pub(crate) webhooks: VecDeque<Request>,
    pub(crate) messages: BTreeMap<String, TwilioMessage>,
    pub(crate) verifications: BTreeMap<String, TwilioVerification>,
    pub(crate) faults: Faults,
}

impl Memory {
    pub(crate) fn next_seq(&mut self) -> u64 {
        self.seq = self.seq.saturating_add(1);
        self.seq
    }

    /// Puts a message on a phone.
    pub(crate) fn deliver(&mut self, mut message: Delivered) {
        message.seq = self.next_seq();
        self.phones.entry(phone_key(&message.to)).or_default().push(message);
    }

    /// What a phone shows that is newer than `since`.
    pub(crate) fn on_phone(&self, phone: &str, since: u64) -> Vec<Delivered> {
        let all = self.phones.get(&phone_key(phone)).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|message| message.seq > since).cloned().collect()
    }

    pub(crate) fn log(&mut self, mut request: Request, is_webhook: bool) {
        request.seq = self.next_seq();
        let list = if is_webhook { &mut self.webhooks } else { &mut self.requests };
        if list.len() >= REQUESTS_MAX {
            list.pop_front();
        }
        list.push_back(request);
    }
}

/// The name under which a phone is kept: its canonical number, else the address as it is.
pub(crate) fn phone_key(address: &str) -> String {
    PhoneNumber::parse_international(address)
        .map_or_else(|_| address.to_owned(), |phone| phone.e164().to_owned())
}

/// The world.
pub(crate) struct World {
    pub(crate) config: SandboxConfig,
    pub(crate) http: reqwest::Client,
    memory: Mutex<Memory>,
    random: SystemRandom,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, http: reqwest::Client) -> Self {
        Self { config, http, memory: Mutex::default(), random: SystemRandom::new() }
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn forget(&self) {
        // Sequence numbers go on, so that a phone's `since` stays meaningful.
        let mut memory = self.memory();
        let seq = memory.seq;
        *memory = Memory { seq, ..Memory::default() };
    }

    pub(crate) fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        if self.random.fill(&mut bytes).is_err() {
            tracing::error!("the operating system gives no randomness");
        }
        bytes
    }

    /// `SM` and 32 hex digits.
    pub(crate) fn new_sid(&self, prefix: &str) -> String {
        format!("{prefix}{}", hex::encode(self.random_bytes::<16>()))
    }

    /// Six digits.
    pub(crate) fn new_code(&self) -> String {
        let number = u64::from_be_bytes(self.random_bytes::<8>());
        format!("{:06}", number.checked_rem(1_000_000).unwrap_or(0))
    }
}

#[allow(clippy::disallowed_methods, reason = "the sandbox is the outside world: it has a clock of its own")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

pub(crate) fn timestamp() -> String {
    now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
