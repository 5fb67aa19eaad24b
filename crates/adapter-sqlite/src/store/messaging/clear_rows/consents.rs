//! Consents and their history.

use super::{BATCH, HASHES};
use crate::{
    backend::Conn,
    store::{
        error::SqlError,
        messaging::consent_rows::seal_recipient,
        schema::{consent_history, consents},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// What each recipient decided last.
pub(super) async fn current(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = consents::table
        .filter(consents::recipient_hash.not_like(HASHES))
        .limit(BATCH)
        .select((consents::channel, consents::recipient_hash))
        .load::<(String, String)>(conn)
        .await?;
    for (channel, recipient) in &rows {
        let hash = vault.address(recipient);
        let sealed = seal_recipient(conn, vault, (channel, &hash), Some(recipient), now).await?;
        diesel::update(consents::table.find((channel, recipient)))
            .set((consents::recipient_hash.eq(hash), consents::sealed.eq(sealed)))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

/// Every change.
pub(super) async fn history(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = consent_history::table
        .filter(consent_history::recipient_hash.not_like(HASHES))
        .limit(BATCH)
        .select((consent_history::seq, consent_history::channel, consent_history::recipient_hash))
        .load::<(i64, String, String)>(conn)
        .await?;
    for (seq, channel, recipient) in &rows {
        let hash = vault.address(recipient);
        let sealed = seal_recipient(conn, vault, (channel, &hash), Some(recipient), now).await?;
        diesel::update(consent_history::table.find(seq))
            .set((consent_history::recipient_hash.eq(hash), consent_history::sealed.eq(sealed)))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}
