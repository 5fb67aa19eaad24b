//! Erasures: asked for, taken back, begun, carried out part by part.

use super::{blocked, course, erasure_rows, standing, wishes};
use crate::store::handle::Store;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::UserId,
    operations::audit::Actor,
    privacy::{Obstacle, obstacles},
};
use futures_util::FutureExt;
use ports::{
    privacy::{
        Advanced, AskErasure, BeginErasure, Begun, Erasure, ErasureAsked, Erasures, JournalEntry, TakenBack,
    },
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};

#[async_trait]
impl Erasures for Store {
    async fn ask_erasure(&self, request: &AskErasure, now: DateTime<Utc>) -> StoreResult<ErasureAsked> {
        let (request, vault) = (request.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { wishes::ask(conn, &vault, &request, now).await }.boxed())
            .await
    }

    async fn take_erasure_back(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<TakenBack> {
        let actor = actor.clone();
        self.database
            .write(move |conn| async move { wishes::take_back(conn, user, &actor, now).await }.boxed())
            .await
    }

    async fn erasure_obstacles(&self, user: UserId) -> StoreResult<Vec<Obstacle>> {
        let standing =
            self.database.read(move |conn| async move { standing::standing(conn, user).await }.boxed());
        Ok(obstacles(standing.await?))
    }

    async fn find_erasure(&self, user: UserId) -> StoreResult<Option<Erasure>> {
        self.database.query(move |conn| async move { erasure_rows::find(conn, user).await }.boxed()).await
    }

    async fn due_erasures(&self, most: i64, now: DateTime<Utc>) -> StoreResult<Vec<UserId>> {
        self.database.query(move |conn| async move { erasure_rows::due(conn, most, now).await }.boxed()).await
    }

    async fn begin_erasure(&self, request: &BeginErasure, now: DateTime<Utc>) -> StoreResult<Begun> {
        let request = request.clone();
        self.database.write(move |conn| async move { course::begin(conn, &request, now).await }.boxed()).await
    }

    async fn advance_erasure(
        &self,
        user: UserId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Advanced> {
        let (actor, vault) = (actor.clone(), self.vault.clone());
        let advanced = self
            .database
            .write(move |conn| async move { course::advance(conn, &vault, user, &actor, now).await }.boxed())
            .await?;
        let (advanced, gone) = advanced;
        for key in gone {
            self.vault.forget(key);
        }
        Ok(advanced)
    }

    async fn erasure_journal(&self, after: Option<UserId>) -> StoreResult<Vec<JournalEntry>> {
        self.database.query(move |conn| async move { erasure_rows::journal(conn, after).await }.boxed()).await
    }

    async fn restore_wishes(
        &self,
        asked: &[JournalEntry],
        made_at: DateTime<Utc>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let (asked, actor) = (asked.to_vec(), actor.clone());
        self.database
            .write(move |conn| {
                async move { wishes::restore_wishes(conn, &asked, made_at, &actor, now).await }.boxed()
            })
            .await
    }

    async fn end_kept(&self, now: DateTime<Utc>) -> StoreResult<usize> {
        let ended = self
            .database
            .write(move |conn| async move { blocked::end_kept(conn, now).await }.boxed())
            .await?;
        let count = ended.len();
        for user in ended {
            self.vault.forget(SubjectKeyId::money(user.0));
        }
        Ok(count)
    }

    async fn open_blocked(
        &self,
        user: UserId,
        reason: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<String>> {
        let (reason, actor, vault) = (reason.to_owned(), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move { blocked::open(conn, &vault, user, &reason, &actor, now).await }.boxed()
            })
            .await
    }
}
