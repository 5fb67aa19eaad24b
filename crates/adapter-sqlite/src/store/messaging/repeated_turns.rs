//! Turns whose commit is run again because its answer was lost.

use super::outbox::new_row::leased_as_stored;
use crate::{
    backend::{Conn, DbId},
    store::{error::SqlError, schema::outbox},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ports::messaging::{LeasedMessage, Turn};
use std::collections::HashMap;

/// The replies of a turn that were leased with it and that nobody has sent, if the same run of the turn is committed
/// already: each run gives its replies ids of their own. `None`: there are none.
pub(super) async fn committed_before(
    conn: &mut Conn,
    turn: &Turn,
) -> Result<Option<Vec<LeasedMessage>>, SqlError> {
    if turn.replies.is_empty() {
        return Ok(None);
    }
    let ids: Vec<_> = turn.replies.iter().map(|reply| DbId(reply.message.id.0)).collect();
    let stored = outbox::table
        .filter(outbox::id.eq_any(ids))
        .select((outbox::id, outbox::phase, outbox::fence))
        .load::<(DbId, String, i64)>(conn)
        .await?;
    let stored: HashMap<_, _> = stored.into_iter().map(|(id, phase, fence)| (id.0, (phase, fence))).collect();
    let leased = turn.replies.iter().filter(|reply| {
        stored.get(&reply.message.id.0).is_some_and(|(phase, fence)| phase == "leased" && *fence == 1)
    });
    let leased: Vec<_> = leased.map(leased_as_stored).collect();
    Ok(Some(leased).filter(|leased| !leased.is_empty()))
}
