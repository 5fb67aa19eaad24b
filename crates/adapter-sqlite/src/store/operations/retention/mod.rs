//! Retention: deletes old rows by category, a batch at a time. Each table is a part of one category.

mod codes;
mod contacts;
mod held;
mod messages;
mod part;
mod requests;
mod sign_ins;
mod walk;

use self::{held::Held, part::Part};
use crate::{backend::DbTime, store::handle::Store};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::retention::RetentionCategory;
use futures_util::FutureExt;
use ports::{
    operations::{RETENTION_BATCH_MAX, Retention},
    store_error::StoreResult,
};

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
        RetentionCategory::Webhooks => &[&messages::Unreadable, &messages::Notices, &messages::EarlyReports],
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
        before: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<u32> {
        let limit = usize::try_from(limit.min(RETENTION_BATCH_MAX)).unwrap_or(1);
        for part in parts(category) {
            let removed = part.remove(&self.database, DbTime(before), limit).await?;
            if removed > 0 {
                return Ok(u32::try_from(removed).unwrap_or(u32::MAX));
            }
        }
        Ok(0)
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
