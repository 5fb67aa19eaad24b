//! Flows: the versions that were in use, and the saved answers.

use super::sealed::{ResponseBody, answers_of, open};
use crate::backend::{Conn, Db, DbId, DbTime, lock_names};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::corrupt,
    schema::{flow_responses, flow_versions},
    subjects::{Keys, Vault},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{EventId, FlowResponseId},
    messaging::flow::Slug,
    operations::idempotency::Fingerprint,
};
use futures_util::FutureExt;
use ports::{
    messaging::{FlowResponse, FlowVersion, Flows, KeptVersions, NewFlowResponse},
    pagination::PageRequest,
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = flow_versions, check_for_backend(Db))]
struct EditionRow {
    flow: String,
    version: i64,
    source: String,
    catalogue: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = flow_responses, check_for_backend(Db))]
struct ResponseRow {
    id: DbId,
    version: i64,
    body: Vec<u8>,
    completed_at: DbTime,
}

impl TryFrom<EditionRow> for FlowVersion {
    type Error = SqlError;
    fn try_from(row: EditionRow) -> Result<Self, SqlError> {
        Ok(Self {
            flow: Slug::parse(&row.flow).map_err(corrupt)?,
            version: u32::try_from(row.version).map_err(corrupt)?,
            source: row.source,
            catalogue: row.catalogue,
        })
    }
}

#[async_trait]
impl Flows for Store {
    async fn keep_versions(&self, versions: &[FlowVersion], now: DateTime<Utc>) -> StoreResult<KeptVersions> {
        let versions = versions.to_vec();
        self.database.write(move |conn| async move { keep(conn, &versions, now).await }.boxed()).await
    }

    async fn versions(&self) -> StoreResult<Vec<FlowVersion>> {
        self.database
            .query(move |conn| {
                async move {
                    let rows = flow_versions::table
                        .order((flow_versions::flow.asc(), flow_versions::version.asc()))
                        .select(EditionRow::as_select())
                        .load(conn)
                        .await?;
                    rows.into_iter().map(FlowVersion::try_from).collect()
                }
                .boxed()
            })
            .await
    }

    async fn responses(&self, flow: &Slug, page: &PageRequest) -> StoreResult<Vec<FlowResponse>> {
        let (flow, page, vault) = (flow.clone(), page.clone(), self.vault.clone());
        self.database
            .query(move |conn| async move { responses(conn, &vault, &flow, &page).await }.boxed())
            .await
    }
}

fn checksum(version: &FlowVersion) -> Vec<u8> {
    let fields = [("source", Some(version.source.as_str())), ("catalogue", version.catalogue.as_deref())];
    Fingerprint::of(&fields).0.to_vec()
}

async fn keep(
    conn: &mut Conn,
    versions: &[FlowVersion],
    now: DateTime<Utc>,
) -> Result<KeptVersions, SqlError> {
    // Replicas start together: one stores the versions, the others compare.
    lock_names(conn, &["flow versions".to_owned()]).await?;
    let mut changed = Vec::new();
    for version in versions {
        let kept = flow_versions::table
            .find((version.flow.as_str(), i64::from(version.version)))
            .select(flow_versions::checksum)
            .first::<Vec<u8>>(conn)
            .await
            .optional()?;
        if kept.is_some_and(|kept| kept != checksum(version)) {
            changed.push((version.flow.clone(), version.version));
        }
    }
    if !changed.is_empty() {
        return Ok(KeptVersions::Changed(changed));
    }
    for version in versions {
        diesel::insert_into(flow_versions::table)
            .values((
                flow_versions::flow.eq(version.flow.as_str()),
                flow_versions::version.eq(i64::from(version.version)),
                flow_versions::source.eq(&version.source),
                flow_versions::catalogue.eq(&version.catalogue),
                flow_versions::checksum.eq(checksum(version)),
                flow_versions::kept_at.eq(DbTime(now)),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(KeptVersions::Kept)
}

/// Saves the answers that a turn ended with, once, even if the turn runs again. They are sealed under the key of the
/// contact that the turn's conversation is with.
pub(crate) async fn keep_response(
    conn: &mut Conn,
    keys: &Keys,
    contact: Uuid,
    event: EventId,
    response: &NewFlowResponse,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let completed = &response.completed;
    let body =
        ResponseBody { v: 1, respondent: response.respondent.clone(), answers: completed.answers.clone() };
    diesel::insert_into(flow_responses::table)
        .values((
            flow_responses::id.eq(DbId(response.id.0)),
            flow_responses::event_id.eq(DbId(event.0)),
            flow_responses::flow.eq(completed.flow.as_str()),
            flow_responses::version.eq(i64::from(completed.version)),
            flow_responses::contact_id.eq(Some(DbId(contact))),
            flow_responses::body.eq(keys.seal(
                SubjectKeyId::chat(contact),
                answers_of(&response.id.0),
                &body,
            )?),
            flow_responses::completed_at.eq(DbTime(now)),
        ))
        .on_conflict(flow_responses::event_id)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

async fn responses(
    conn: &mut Conn,
    vault: &Vault,
    flow: &Slug,
    page: &PageRequest,
) -> Result<Vec<FlowResponse>, SqlError> {
    let mut query = flow_responses::table
        .filter(flow_responses::flow.eq(flow.as_str()))
        .order(flow_responses::id.desc())
        .limit(page.limit)
        .select(ResponseRow::as_select())
        .into_boxed();
    if let Some(after) = &page.after {
        let after = after.parse::<FlowResponseId>().map_err(corrupt)?;
        query = query.filter(flow_responses::id.lt(DbId(after.0)));
    }
    let rows = query.load(conn).await?;
    let sealed: Vec<_> = rows.iter().map(|row| row.body.as_slice()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    rows.into_iter()
        .map(|row| {
            let body = open::<ResponseBody>(&keys, answers_of(&row.id.0), Some(&row.body)).ok().flatten();
            let is_unreadable = body.is_none();
            let (respondent, answers) = body.map(|body| (body.respondent, body.answers)).unwrap_or_default();
            Ok(FlowResponse {
                id: FlowResponseId(row.id.0),
                version: u32::try_from(row.version).map_err(corrupt)?,
                respondent,
                answers,
                is_unreadable,
                completed_at: row.completed_at.0,
            })
        })
        .collect()
}
