//! What did not come through, for operators: what it is and why, and to have it tried again.

use crate::http::json::time;
use crate::{
    composition::App,
    http::{
        caller::Caller,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use ports::operations::DeadLetter;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that did not come through.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterJson {
    id: String,
    /// `webhook` (can't be read), `inbound` (its turn failed each time) or `outbound` (nobody knows whether it
    /// went out).
    kind: &'static str,
    reason: String,
    attempts: u32,
    at: String,
}

/// A page of them, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterPage {
    items: Vec<DeadLetterJson>,
    next_cursor: Option<String>,
}

/// What came of trying again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayAnswer {
    id: String,
    /// `queued`: its worker has it again; `taken`: it could be read now; `unreadable`: it still can't be.
    status: &'static str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/dead-letters").route(web::get().to(list)))
        .service(web::resource("/api/v1/dead-letters/{id}/replay").route(web::post().to(replay)));
}

/// What did not come through, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "operation", params(PageQuery),
    responses((status = 200, body = DeadLetterPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<App>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    let (request, limit) = page.behind_id()?;
    let found = app.store.dead_letters(&request).await?;
    let (letters, next_cursor) = cut(found, limit, |letter| letter.id.to_string());
    let item = |letter: DeadLetter| DeadLetterJson {
        id: letter.id.to_string(),
        kind: letter.kind.name(),
        reason: letter.reason,
        attempts: letter.attempts,
        at: time(letter.at),
    };
    Ok(HttpResponse::Ok()
        .json(DeadLetterPage { items: letters.into_iter().map(item).collect(), next_cursor }))
}

/// Has one tried again. A message of ours of which nobody knows may then reach its recipient twice.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/replay", tag = "operation", params(("id" = String, Path)),
    responses((status = 200, body = ReplayAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn replay(
    app: web::Data<App>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    let unknown = || ApiError::not_found("There is no such dead letter.");
    let id = Uuid::try_parse(&id).map_err(|_malformed| unknown())?;
    let status = app.replay(id).await?.ok_or_else(unknown)?;
    wakeups.inbox.notify_one();
    wakeups.outbox.notify_one();
    Ok(HttpResponse::Ok().json(ReplayAnswer { id: id.to_string(), status }))
}
