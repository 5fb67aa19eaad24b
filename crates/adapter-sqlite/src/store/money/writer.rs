//! The one task that posts to the ledger.

use super::post;
use crate::{backend::Database, store::error::SqlError};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::{
    crypto::Sealer,
    money::{PostOutcome, PostRequest},
};
use std::sync::Arc;

/// How many callers may wait for the writer, and how many requests it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 4_096, batch_max: 1_000 };

/// The one task that posts.
pub(crate) type LedgerWriter = GroupCommit<(PostRequest, DateTime<Utc>), PostOutcome, SqlError>;

pub(crate) fn writer(database: &Database, sealer: &Arc<dyn Sealer>) -> LedgerWriter {
    let (shared, sealer) = (database.clone(), sealer.clone());
    GroupCommit::start(database.runtime(), SIZE, move |requests: Vec<(PostRequest, DateTime<Utc>)>| {
        let (database, sealer) = (shared.clone(), sealer.clone());
        async move {
            let work = database.write_batched(move |conn| {
                async move { post::post(conn, sealer.as_ref(), &requests).await }.boxed()
            });
            work.await
        }
        .boxed()
    })
}
