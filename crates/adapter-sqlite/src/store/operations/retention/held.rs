//! Legal holds: the people whose rows stay, and by what their rows are known.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        schema::{contacts, legal_holds},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, principal::Principal};

/// Everybody under a legal hold. There are few.
pub(super) struct Held {
    pub(super) users: Vec<DbId>,
    /// The contacts that they proved.
    pub(super) contacts: Vec<DbId>,
    /// The hashes of those contacts' addresses.
    pub(super) lookups: Vec<String>,
}

impl Held {
    pub(super) async fn load(conn: &mut Conn) -> Result<Self, SqlError> {
        let users = legal_holds::table.select(legal_holds::user_id).load::<DbId>(conn).await?;
        if users.is_empty() {
            return Ok(Self::nobody());
        }
        let rows = contacts::table
            .filter(contacts::user_id.eq_any(users.iter().copied().map(Some)))
            .select((contacts::id, contacts::lookup))
            .load::<(DbId, Option<String>)>(conn)
            .await?;
        let (ids, lookups): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        Ok(Self { users, contacts: ids, lookups: lookups.into_iter().flatten().collect() })
    }

    pub(super) const fn nobody() -> Self {
        Self { users: Vec::new(), contacts: Vec::new(), lookups: Vec::new() }
    }

    /// The people as they stand in columns of requesters and callers.
    pub(super) fn callers(&self) -> Vec<String> {
        self.users.iter().map(|id| Principal::User(UserId(id.0)).key()).collect()
    }
}
