//! Retention: deletes old rows by category, a batch at a time. Each table is a part of one category.

mod codes;
mod contacts;
mod held;
mod messages;
mod part;
mod requests;
mod sign_ins;

use self::{held::Held, part::Part};
use crate::{
    backend::{DbId, DbTime},
    store::handle::Store,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::retention::RetentionCategory;
use futures_util::FutureExt;
use ports::{
    operations::{RETENTION_BATCH_MAX, Retention, RetentionBatch, RetentionPosition},
    store_error::StoreResult,
};
use uuid::Uuid;

/// The parts of a category, in their order: what refers to a row goes before the row.
const fn parts(category: RetentionCategory) -> &'static [&'static dyn Part] {
    match category {
        RetentionCategory::Texts => &[
            &messages::Handled,
            &messages::Parked,
            &messages::Foreign,
            &messages::SentTexts,
            &messages::Idle,
        ],
        RetentionCategory::Webhooks => {
            &[&messages::RawBodies, &messages::Unreadable, &messages::Notices, &messages::EarlyReports]
        }
        RetentionCategory::Codes => &[&codes::Pages, &codes::Challenges, &codes::Failures, &codes::LookUps],
        RetentionCategory::Flows => &[&messages::FlowAnswers],
        RetentionCategory::Deliveries => &[&messages::Sent],
        RetentionCategory::SignIns => &[
            &sign_ins::ExpiredSessions,
            &sign_ins::EndedSessions,
            &sign_ins::Challenges,
            &sign_ins::ResetTokens,
            &sign_ins::LinkCodes,
            &sign_ins::Tries,
            &sign_ins::NewAccounts,
        ],
        RetentionCategory::Requests => &[&requests::KeptAnswers, &requests::SignedIds],
        RetentionCategory::Contacts => &[&contacts::Retire, &contacts::Delete],
        RetentionCategory::Keys => &[&contacts::OrphanKeys],
    }
}

#[async_trait]
impl Retention for Store {
    async fn delete_old(
        &self,
        category: RetentionCategory,
        from: RetentionPosition,
        before: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<RetentionBatch> {
        let limit = usize::try_from(limit.min(RETENTION_BATCH_MAX)).unwrap_or(1);
        let parts = parts(category);
        let Some(part) = parts.get(from.part) else { return Ok(RetentionBatch { deleted: 0, next: None }) };
        let removed = part.remove(&self.database, DbId(from.after), DbTime(before), limit).await?;
        let next_part = from.part.saturating_add(1);
        let next = match removed.next {
            Some(after) => Some(RetentionPosition { after: after.0, ..from }),
            None if next_part < parts.len() => {
                Some(RetentionPosition { part: next_part, after: Uuid::nil() })
            }
            None => None,
        };
        Ok(RetentionBatch { deleted: u32::try_from(removed.rows).unwrap_or(u32::MAX), next })
    }

    async fn count_old(&self, category: RetentionCategory, before: DateTime<Utc>) -> StoreResult<u64> {
        let count = self.database.read(move |conn| {
            async move {
                let held = Held::load(conn).await?;
                let mut found = 0_u64;
                for part in parts(category) {
                    let rows = part.count(conn, &held, DbTime(before)).await?;
                    found = found.saturating_add(u64::try_from(rows).unwrap_or(0));
                }
                Ok(found)
            }
            .boxed()
        });
        count.await
    }

    async fn oldest(&self, category: RetentionCategory) -> StoreResult<Option<DateTime<Utc>>> {
        let look = self.database.read(move |conn| {
            async move {
                let mut oldest = None;
                for part in parts(category) {
                    let of_part = part.oldest(conn).await?.map(|at| at.0);
                    oldest = [oldest, of_part].into_iter().flatten().min();
                }
                Ok(oldest)
            }
            .boxed()
        });
        look.await
    }
}
