//! The one task that posts to the ledger.

use super::post;
use crate::{
    backend::Database,
    store::{error::SqlError, subjects::Vault},
};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::money::{PostOutcome, PostRequest};

/// How many callers may wait for the writer, and how many requests it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 4_096, batch_max: 1_000 };

/// The one task that posts.
pub(crate) type LedgerWriter = GroupCommit<(PostRequest, DateTime<Utc>), PostOutcome, SqlError>;

pub(crate) fn writer(database: &Database, vault: &Vault) -> LedgerWriter {
    let (shared, vault) = (database.clone(), vault.clone());
    GroupCommit::start(database.runtime(), SIZE, move |requests: Vec<(PostRequest, DateTime<Utc>)>| {
        let (database, vault) = (shared.clone(), vault.clone());
        async move {
            let work = database
                .write_batched(move |conn| async move { post::post(conn, &vault, &requests).await }.boxed());
            work.await
        }
        .boxed()
    })
}
