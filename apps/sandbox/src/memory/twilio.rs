//! What Twilio stores: sent messages and verifications.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A message as Twilio stores it.
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

/// A verification as Twilio Verify stores it.
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

/// Everything that Twilio stores.
#[derive(Default)]
pub(crate) struct TwilioMemory {
    pub(crate) messages: BTreeMap<String, TwilioMessage>,
    pub(crate) verifications: BTreeMap<String, TwilioVerification>,
}
