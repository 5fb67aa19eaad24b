//! The one task that writes down what became of messages.

use super::{
    batch::{self, OutboxJob, Settled},
    new_row::LaneKey,
};
use crate::{
    backend::{Conn, Database},
    store::{error::SqlError, schema::outbox, subjects::Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use group_commit::{GroupCommit, GroupSize};
use ports::operations::WorkKind;
use std::collections::{BTreeSet, HashSet};

/// How many callers may wait for the writer, and how many settlements and reports it takes at once.
const SIZE: GroupSize = GroupSize { queue_max: 2_048, batch_max: 500 };

/// The answer to a delivery report: whether it is about a message of ours. Of a settlement: whether it counted.
pub(crate) type OutboxWriter = GroupCommit<OutboxJob, bool, SqlError>;

pub(crate) fn writer(database: &Database, vault: &Vault) -> OutboxWriter {
    let (shared, vault) = (database.clone(), vault.clone());
    GroupCommit::start(database.runtime(), SIZE, move |jobs: Vec<OutboxJob>| {
        let (database, vault) = (shared.clone(), vault.clone());
        async move {
            let now = jobs.iter().map(OutboxJob::now).max().unwrap_or_default();
            let work = database
                .write_batched(move |conn| async move { batch::run(conn, &vault, jobs).await }.boxed());
            let Settled { counted, freed } = work.await?;
            look_behind(&database, freed, now).await;
            Ok(counted)
        }
        .boxed()
    })
}

/// Tells if a message waits in one of these lanes, which became free. One that is stored at this moment is seen here, after
/// the commit, or its own transaction finds the lane free.
async fn look_behind(database: &Database, freed: HashSet<LaneKey>, now: DateTime<Utc>) {
    if freed.is_empty() {
        return;
    }
    let recipients: BTreeSet<String> = freed.iter().map(|(recipient, _, _)| recipient.clone()).collect();
    let open = database.query(move |conn| open_lanes(conn, recipients).boxed()).await;
    // What is not known is looked at.
    if open.map_or(true, |open| !open.is_disjoint(&freed)) {
        database.signals().tell(WorkKind::Messages, now);
    }
}

/// The lanes to these recipients that have an open message.
async fn open_lanes(conn: &mut Conn, recipients: BTreeSet<String>) -> Result<HashSet<LaneKey>, SqlError> {
    let open = outbox::table
        .filter(outbox::recipient_hash.eq_any(recipients))
        .filter(outbox::phase.ne("settled"))
        .select((outbox::recipient_hash, outbox::channel, outbox::lane));
    Ok(open.load::<LaneKey>(conn).await?.into_iter().collect())
}
