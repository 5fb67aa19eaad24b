//! The audit log: its rows and its seals.

use crate::{
    composition::Operations,
    http::{
        caller::Caller,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use domain::operations::audit::AuditRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A row of the audit log: who decided what.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventJson {
    #[schema(example = "17")]
    id: String,
    at: String,
    /// `client:<id>`, `chat:<conversation>`, `user:<id>` or `system`.
    #[schema(example = "client:team")]
    who: String,
    /// `rest`, `whatsapp`, `worker` and so on.
    #[schema(example = "rest")]
    channel: String,
    #[schema(example = "01a22c9e-a228-7761-a5d3-258e5814605f")]
    request_id: String,
    /// What was decided, such as `transfer.completed`.
    #[schema(example = "transfer.completed")]
    action: String,
    /// The id of what it was decided about.
    #[schema(example = "01a22c9e-971a-73e7-8f55-99ed33b329f1")]
    subject: String,
    /// Whose money, number or consent it is: `user:<id>`, or `contact:<id>` where the person is not known.
    #[schema(example = "user:01a22c9e-971a-73e7-8f55-99ed33b329f1")]
    on_behalf_of: Option<String>,
    /// The state before. Of a person's value a commitment only, such as `phone=c:<32 hexadecimal digits>`.
    #[schema(example = "processing")]
    before: Option<String>,
    /// The state after, in the same form.
    #[schema(example = "completed 150.50 MXN")]
    after: Option<String>,
}

/// A page of rows, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPage {
    items: Vec<EventJson>,
    next_cursor: Option<String>,
}

/// The result of checking the seals.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChainJson {
    ok: bool,
    /// The number of sealed rows that were checked.
    checked: u64,
    /// The first error, such as `row 17 was changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "row 17 was changed")]
    first_bad: Option<String>,
}

impl From<&AuditRow> for EventJson {
    fn from(row: &AuditRow) -> Self {
        let record = row.record.clone();
        Self {
            id: row.seq.to_string(),
            at: row.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            who: record.actor.who.key(),
            channel: record.actor.channel,
            request_id: record.actor.request_id,
            action: record.action,
            subject: record.subject,
            on_behalf_of: record.on_behalf_of,
            before: record.before,
            after: record.after,
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/events").route(web::get().to(list)))
        .service(web::resource("/api/v1/events/verify").route(web::get().to(verify)));
}

/// Lists the rows of the audit log, newest first.
///
/// Needs the scope `audit`.
#[utoipa::path(get, path = "/api/v1/events", operation_id = "list_events",
    tag = "audit", params(PageQuery),
    responses((status = 200, body = EventPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Operations>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Audit)?;
    let (request, limit) = page.behind_number()?;
    let found = app.audit.events(&request).await?;
    let (rows, next_cursor) = cut(found, limit, |row| row.seq.to_string());
    Ok(HttpResponse::Ok().json(EventPage { items: rows.iter().map(EventJson::from).collect(), next_cursor }))
}

/// Checks every seal of the audit log.
///
/// `ok` is false if a row was changed, removed or inserted. Needs the scope `audit`.
#[utoipa::path(get, path = "/api/v1/events/verify", operation_id = "verify_events",
    tag = "audit",
    responses((status = 200, body = ChainJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn verify(app: web::Data<Operations>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Audit)?;
    let report = app.audit.verify().await?;
    let first_bad = report.faults.first().map(ToString::to_string);
    Ok(HttpResponse::Ok().json(ChainJson { ok: first_bad.is_none(), checked: report.checked, first_bad }))
}
