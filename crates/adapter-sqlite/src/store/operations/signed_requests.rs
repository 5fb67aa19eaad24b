//! Signed requests that were accepted; each is accepted once.

use crate::backend::DbTime;
use crate::store::{handle::Store, schema::signed_requests};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::{operations::SignedRequests, store_error::StoreResult};

#[async_trait]
impl SignedRequests for Store {
    async fn take_once(&self, client: &str, once: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        let (client, once) = (client.to_owned(), once.to_owned());
        self.database
            .write(move |conn| {
                async move {
                    // The primary key decides: a second insert waits for the first to commit, and then finds
                    // its row.
                    let taken = diesel::insert_into(signed_requests::table)
                        .values((
                            signed_requests::client.eq(client),
                            signed_requests::once.eq(once),
                            signed_requests::until.eq(DbTime(until)),
                        ))
                        .on_conflict_do_nothing()
                        .execute(conn)
                        .await?;
                    Ok(taken == 1)
                }
                .boxed()
            })
            .await
    }
}
