//! Leases of work that one process at a time does.

use crate::backend::DbTime;
use crate::store::{handle::Store, schema::leases};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::{operations::Leases, store_error::StoreResult};
use uuid::Uuid;

#[async_trait]
impl Leases for Store {
    async fn hold_lease(
        &self,
        name: &str,
        holder: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let (name, holder) = (name.to_owned(), holder.to_string());
        self.database
            .write(move |conn| {
                async move {
                    // The primary key decides: a second insert waits for the first to commit, and then finds
                    // its row.
                    let made = diesel::insert_into(leases::table)
                        .values((
                            leases::name.eq(&name),
                            leases::holder.eq(&holder),
                            leases::held_until.eq(DbTime(until)),
                        ))
                        .on_conflict_do_nothing()
                        .execute(conn)
                        .await?;
                    if made == 1 {
                        return Ok(true);
                    }
                    let free = leases::holder.eq(&holder).or(leases::held_until.le(DbTime(now)));
                    let taken = diesel::update(leases::table.filter(leases::name.eq(&name)).filter(free))
                        .set((leases::holder.eq(&holder), leases::held_until.eq(DbTime(until))))
                        .execute(conn)
                        .await?;
                    Ok(taken == 1)
                }
                .boxed()
            })
            .await
    }

    async fn release_lease(&self, name: &str, holder: Uuid) -> StoreResult<()> {
        let (name, holder) = (name.to_owned(), holder.to_string());
        self.database
            .write(move |conn| {
                async move {
                    let own = leases::table.filter(leases::name.eq(name)).filter(leases::holder.eq(holder));
                    diesel::delete(own).execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
