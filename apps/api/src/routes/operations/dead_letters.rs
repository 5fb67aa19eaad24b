//! Dead letters, for operators: list them, and try them again.

use crate::http::json::time;
use crate::{
    composition::{Messaging, Operations},
    http::{
        caller::Caller,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        words::words,
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use ports::operations::DeadLetter;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

words! {
    DeadLetterWord "DeadLetterKind" "The kind of a dead letter." ["webhook", "inbound", "outbound"];
    ReplayWord "ReplayStatus" "What became of a dead letter that was tried again." ["queued", "taken", "unreadable"];
}

/// Something that could not be processed.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterJson {
    id: String,
    /// `webhook` (can't be read), `inbound` (its turn failed each time) or `outbound` (it is not known
    /// whether it was sent).
    #[schema(value_type = DeadLetterWord)]
    kind: &'static str,
    #[schema(example = "From is missing")]
    reason: String,
    attempts: u32,
    at: String,
}

/// A page of dead letters, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterPage {
    items: Vec<DeadLetterJson>,
    next_cursor: Option<String>,
}

/// The outcome of a replay.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayAnswer {
    id: String,
    /// `queued`: it will be processed again; `taken`: the webhook could be read now; `unreadable`: it still
    /// can't.
    #[schema(value_type = ReplayWord)]
    status: &'static str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/dead-letters").route(web::get().to(list)))
        .service(web::resource("/api/v1/dead-letters/{id}/replay").route(web::post().to(replay)));
}

/// Lists dead letters, newest first.
///
/// Needs the scope `operate`.
#[utoipa::path(get, path = "/api/v1/dead-letters", operation_id = "list_dead_letters",
    tag = "operation", params(PageQuery),
    responses((status = 200, body = DeadLetterPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Operations>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    let (request, limit) = page.behind_id()?;
    let found = app.dead_letters.dead_letters(&request).await?;
    let (dead_letters, next_cursor) = cut(found, limit, |dead_letter| dead_letter.id.to_string());
    let item = |dead_letter: DeadLetter| DeadLetterJson {
        id: dead_letter.id.to_string(),
        kind: dead_letter.kind.name(),
        reason: dead_letter.reason,
        attempts: dead_letter.attempts,
        at: time(dead_letter.at),
    };
    Ok(HttpResponse::Ok()
        .json(DeadLetterPage { items: dead_letters.into_iter().map(item).collect(), next_cursor }))
}

/// Tries a dead letter again.
///
/// A message with an unknown outcome may then reach its recipient twice. Needs the scope `operate`. Error:
/// `not_found` (404).
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/replay", operation_id = "replay_dead_letter",
    tag = "operation", params(("id" = String, Path)),
    responses((status = 200, body = ReplayAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn replay(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    let unknown = || ApiError::not_found("Dead letter not found.");
    let id = Uuid::try_parse(&id).map_err(|_malformed| unknown())?;
    let status = app.accept.replay(id, &app.webhooks).await?.ok_or_else(unknown)?.name();
    wakeups.inbox.notify_one();
    wakeups.outbox.notify_one();
    Ok(HttpResponse::Ok().json(ReplayAnswer { id: id.to_string(), status }))
}
