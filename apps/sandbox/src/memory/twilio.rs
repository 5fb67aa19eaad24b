//! What Twilio stores: sent messages and verifications.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A message as Twilio stores it.
#[derive(Clone, Debug)]
pub(crate) struct TwilioMessage {
    pub(crate) sid: String,
    /// Its place among all messages; newer ones have greater numbers.
    pub(crate) order: u64,
    pub(crate) to: String,
    /// The sender. A messaging service has chosen it from its pool.
    pub(crate) from: String,
    pub(crate) messaging_service: Option<String>,
    pub(crate) body: String,
    /// The addresses of the media.
    pub(crate) media: Vec<String>,
    pub(crate) status: String,
    /// Why it failed: code and message.
    pub(crate) error: Option<(u32, &'static str)>,
    pub(crate) status_callback: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl TwilioMessage {
    pub(crate) fn is_whatsapp(&self) -> bool {
        self.to.starts_with("whatsapp:")
    }

    /// True once nothing more happens to it but being read.
    pub(crate) fn is_done(&self) -> bool {
        !["queued", "accepted", "sending", "sent", "scheduled"].contains(&self.status.as_str())
    }
}

/// A sent code.
#[derive(Clone, Debug)]
pub(crate) struct SendAttempt {
    pub(crate) sid: String,
    /// Its place among all attempts; newer ones have greater numbers.
    pub(crate) order: u64,
    pub(crate) channel: String,
    pub(crate) at: DateTime<Utc>,
    /// True for the attempt whose code was entered.
    pub(crate) is_converted: bool,
}

/// A verification as Twilio Verify stores it.
#[derive(Clone, Debug)]
pub(crate) struct TwilioVerification {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) channel: String,
    pub(crate) code: String,
    pub(crate) status: String,
    pub(crate) amount: Option<String>,
    pub(crate) payee: Option<String>,
    pub(crate) attempts: Vec<SendAttempt>,
    pub(crate) checks: u32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl TwilioVerification {
    /// Approves it: the newest code was the one that was entered.
    pub(crate) fn approve(&mut self, at: DateTime<Utc>) {
        self.status = "approved".into();
        self.updated_at = at;
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.is_converted = true;
        }
    }
}

/// Everything that Twilio stores.
#[derive(Default)]
pub(crate) struct TwilioMemory {
    pub(crate) messages: BTreeMap<String, TwilioMessage>,
    pub(crate) verifications: BTreeMap<String, TwilioVerification>,
}
