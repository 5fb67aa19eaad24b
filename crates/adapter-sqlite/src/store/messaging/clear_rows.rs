//! Seals rows that an earlier version wrote in the clear.

mod consents;
mod inbound;
mod outbound;
mod references;

use crate::{
    backend::Conn,
    store::{error::SqlError, subjects::Vault},
};
use chrono::{DateTime, Utc};

/// How many rows a batch has at most.
const BATCH: i64 = 200;
/// How every hash begins. What does not begin so is in the clear.
const HASHES: &str = "1:%";

/// Seals a batch of rows that are in the clear. Returns how many were; none: there are no more. Conversations come before
/// their messages, which are sealed for the conversation's contact.
pub(crate) async fn seal_batch(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let mut sealed = inbound::conversations(conn, vault, now).await?;
    if sealed == 0 {
        sealed = inbound::messages(conn, vault, now).await?;
    }
    if sealed == 0 {
        sealed = inbound::flow_responses(conn, vault, now).await?;
    }
    if sealed == 0 {
        sealed = outbound::messages(conn, vault, now).await?;
    }
    if sealed == 0 {
        sealed = consents::current(conn, vault, now).await?;
    }
    if sealed == 0 {
        sealed = consents::history(conn, vault, now).await?;
    }
    if sealed == 0 {
        sealed = references::early_reports(conn, vault).await?;
    }
    if sealed == 0 {
        sealed = references::notices(conn, vault).await?;
    }
    if sealed == 0 {
        sealed = references::answers(conn, vault).await?;
    }
    Ok(sealed)
}
