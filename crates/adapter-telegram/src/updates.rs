//! Updates that the bot asks for (getUpdates), instead of having them posted.

use crate::{
    client::{Answer, TelegramClient},
    setup::ALLOWED_UPDATES,
};
use async_trait::async_trait;
use ports::messaging::update_source::{FetchedUpdate, UpdateSource, UpdateSourceError};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long Telegram holds a call open when there is nothing. Short, so that the lease of a process that died
/// ends soon.
const WAIT_SECONDS: u64 = 3;
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(6);
/// The most updates of one answer. A long text that quotes a long text takes some 80 kB as JSON, and an answer may have
/// 1 MiB: one that is longer would come again and again, and nothing behind it would ever be seen.
const LIMIT: u8 = 10;

/// The updates of one bot. Its client is its own, so that a failing poll opens no breaker of the messages.
pub struct TelegramUpdates {
    /// Client for the Bot API.
    pub client: Arc<TelegramClient>,
}

#[async_trait]
impl UpdateSource for TelegramUpdates {
    async fn fetch(&self, after: Option<i64>) -> Result<Vec<FetchedUpdate>, UpdateSourceError> {
        let mut parameters =
            json!({"timeout": WAIT_SECONDS, "limit": LIMIT, "allowed_updates": ALLOWED_UPDATES});
        if let (Some(after), Some(fields)) = (after, parameters.as_object_mut()) {
            fields.insert("offset".into(), json!(after.saturating_add(1)));
        }
        let answer = self.client.call_within(TIMEOUT, "getUpdates", &parameters).await;
        let answer = answer.map_err(|fault| unavailable(fault.reason(), None))?;
        match answer.result().and_then(Value::as_array) {
            Some(updates) => updates.iter().map(fetched).collect(),
            None => Err(refused(&answer)),
        }
    }
}

fn unavailable(reason: &str, retry_after: Option<u64>) -> UpdateSourceError {
    UpdateSourceError::Unavailable { reason: reason.to_owned(), retry_after }
}

fn refused(answer: &Answer) -> UpdateSourceError {
    if answer.refusal() == Some(409) {
        UpdateSourceError::Conflict(answer.describe())
    } else {
        unavailable(&answer.describe(), answer.retry_after())
    }
}

/// An update without a number can't be confirmed, so the answer can't be used.
fn fetched(update: &Value) -> Result<FetchedUpdate, UpdateSourceError> {
    let id = update.get("update_id").and_then(Value::as_i64);
    let id = id.ok_or_else(|| unavailable("an update without a number", None))?;
    Ok(FetchedUpdate { id, body: update.to_string().into_bytes() })
}
