//! Sessions: refresh, sign out, list, end.

use super::{SignedInJson, let_in};
use crate::{
    composition::Accounts,
    http::{
        caller::Caller,
        idempotency::detached,
        json::JsonBody,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use domain::ids::SessionId;
use ports::accounts::SessionView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    refresh_token: String,
}

/// A session: a person is signed in on one device.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionJson {
    id: String,
    /// The device's `User-Agent`; `null` if it sent none.
    #[schema(example = "Mozilla/5.0 (Android 15; Mobile)")]
    device: Option<String>,
    /// True for the session of this request.
    current: bool,
    created_at: String,
    last_used_at: String,
    expires_at: String,
}

/// A page of sessions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionPage {
    items: Vec<SessionJson>,
    next_cursor: Option<String>,
}

impl SessionJson {
    fn new(view: SessionView, current: SessionId) -> Self {
        let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            id: view.id.to_string(),
            device: view.device,
            current: view.id == current,
            created_at: time(view.created_at),
            last_used_at: time(view.last_used_at),
            expires_at: time(view.expires_at),
        }
    }
}

/// Exchanges a refresh token for new tokens.
///
/// A refresh token works once. Used again within ten seconds it gives the same new tokens; used later it ends
/// the session. Error: `unauthorized` (401).
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refresh_tokens",
    tag = "accounts", request_body = RefreshBody,
    responses((status = 200, body = SignedInJson), (status = 401, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn refresh(
    app: web::Data<Accounts>,
    body: JsonBody<RefreshBody>,
) -> Result<HttpResponse, ApiError> {
    let shared = app.into_inner();
    let refreshed = detached(async move { shared.sessions.refresh(&body.0.refresh_token).await }).await??;
    match refreshed {
        Some(signed_in) => Ok(let_in(HttpResponse::Ok(), signed_in)),
        None => Err(ApiError::unauthorized("Refresh token expired or revoked.")),
    }
}

/// Signs out: ends the session of a refresh token.
///
/// Error: `unauthorized` (401) if the token belongs to another person.
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "log_out",
    tag = "accounts", request_body = RefreshBody,
    responses((status = 204), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn log_out(
    app: web::Data<Accounts>,
    caller: Caller,
    body: JsonBody<RefreshBody>,
) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    if app.sessions.log_out(person.user, &body.0.refresh_token, &caller.actor()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ApiError::unauthorized("The refresh token is not one of this person."))
    }
}

/// Lists the signed-in person's sessions, newest first.
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "list_sessions",
    tag = "accounts", params(PageQuery),
    responses((status = 200, body = SessionPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Accounts>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    let (request, limit) = page.behind_id()?;
    let found = app.sessions.list(person.user, &request).await?;
    let (views, next_cursor) = cut(found, limit, |view| view.id.to_string());
    let items = views.into_iter().map(|view| SessionJson::new(view, person.session)).collect();
    Ok(HttpResponse::Ok().json(SessionPage { items, next_cursor }))
}

/// Ends one session of the signed-in person.
///
/// Error: `not_found` (404).
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "end_session",
    tag = "accounts", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn end(
    app: web::Data<Accounts>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    let unknown = || ApiError::not_found("Session not found.");
    let id = id.parse::<SessionId>().map_err(|_malformed| unknown())?;
    if app.sessions.end(id, person.user, &caller.actor()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(unknown())
    }
}
