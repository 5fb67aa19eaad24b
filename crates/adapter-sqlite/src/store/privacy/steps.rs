//! The steps of an erasure. A step does a bounded part in each call; doing a part again changes nothing.

mod access;
mod codes;
mod identity;
mod keys;
mod messages;

use crate::{
    backend::{Conn, DbId},
    store::{error::SqlError, money::kept_names, schema::contacts, subjects::Vault},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, privacy::ErasureStep};
use ports::subject_keys::SubjectKeyId;

/// Rows that one part changes, and after which a transaction ends.
pub(super) const BATCH: usize = 500;
/// The same, for queries.
const LIMIT: i64 = 500;

/// What one part did.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Rows that it changed or deleted.
    pub(super) rows: usize,
    /// True if the step is done.
    pub(super) is_last: bool,
    /// Keys that are destroyed or blocked when this commits.
    pub(super) gone: Vec<SubjectKeyId>,
}

impl Part {
    /// A step that is done in one part.
    fn whole(rows: usize) -> Self {
        Self { rows, is_last: true, gone: Vec::new() }
    }

    /// A part of at most [`BATCH`] rows: the step is done when there was none left.
    fn of(rows: usize) -> Self {
        Self { rows, is_last: rows == 0, gone: Vec::new() }
    }
}

/// Does a part of a step.
pub(super) async fn carry_out(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    step: ErasureStep,
    now: DateTime<Utc>,
) -> Result<Part, SqlError> {
    match step {
        ErasureStep::EndAccess => access::end(conn, user).await,
        ErasureStep::KeepNames => Ok(Part::whole(kept_names::keep_names(conn, vault, user, now).await?)),
        ErasureStep::ForgetIdentity => identity::forget(conn, vault, user, now).await,
        ErasureStep::WipeOutbound => messages::wipe_outbound(conn, user).await,
        ErasureStep::WipeInbound => messages::wipe_inbound(conn, user, now).await,
        ErasureStep::WipeConversations => messages::wipe_conversations(conn, user).await,
        ErasureStep::DeleteAnswers => messages::delete_answers(conn, user).await,
        ErasureStep::WipeCodes => codes::wipe(conn, user).await,
        ErasureStep::DestroyKeys => keys::destroy(conn, user, now).await,
    }
}

/// The contacts that the person proved.
async fn contacts_of(conn: &mut Conn, user: UserId) -> Result<Vec<DbId>, SqlError> {
    let own = contacts::table.filter(contacts::user_id.eq(Some(DbId(user.0))));
    Ok(own.select(contacts::id).load(conn).await?)
}
