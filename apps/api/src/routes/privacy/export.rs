//! Ask for a copy of one's data, and download it.

use super::{StepUpBody, no_proof, proof_of};
use crate::{
    composition::Privacy,
    http::{
        caller::{Caller, VisitorOf, person_not_found},
        idempotency::detached,
        json::MaybeJson,
        problem::{ApiError, Problem},
        words::words,
    },
};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, LOCATION},
    web,
};
use application::{error_chain::describe, privacy::export::ExportPerson};
use domain::{
    ids::{ExportId, UserId},
    operations::audit::Actor,
    privacy::ExportState,
};
use futures_util::stream;
use ports::privacy::ExportAsked;
use serde::Serialize;
use std::{io, sync::Arc};
use utoipa::ToSchema;

words! {
    MakingWord "ExportStatus" "How far an export is." ["making"];
}

/// An export that is being made.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportJson {
    id: String,
    /// The status, `making`.
    #[schema(value_type = MakingWord)]
    status: &'static str,
}

/// Asks for a copy of a person's data.
///
/// It is made within moments; its address is in `Location`. The ZIP file has `data.json` (`"schema":
/// "ventanilla-export/1"`), `statement.csv`, `conversation.html` and a README in the person's language. It has nothing of
/// other people, and no codes, hashes or keys.
///
/// Needs the scope `people`, or the person's own token with their password or a code. Errors: `code_invalid_or_expired`
/// (400), `unauthorized` (401) for a wrong password, `step_up_required` (403) without a proof, `not_found` (404),
/// `otp_locked` (423), `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/people/{user_id}/export", operation_id = "ask_export", tag = "accounts",
    params(("user_id" = String, Path)), request_body = StepUpBody,
    responses((status = 202, body = ExportJson), (status = 403, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn ask(
    app: web::Data<Privacy>,
    caller: Caller,
    visitor: VisitorOf,
    id: web::Path<String>,
    body: MaybeJson<StepUpBody>,
) -> Result<HttpResponse, ApiError> {
    let user = caller.person_in_path(&id)?;
    let proof = proof_of(&app, &caller, visitor.0, body).await?;
    let locale = app.locale_of(user).await?;
    let (use_case, actor) = (app.export.clone(), caller.actor());
    let (export, asked) =
        detached(async move { use_case.ask(user, proof, None, locale, &actor).await }).await??;
    match asked {
        ExportAsked::Accepted => {
            app.wakeup.notify_one();
            Ok(making(user, export))
        }
        ExportAsked::NoProof => Err(no_proof()),
        ExportAsked::NoSuchPerson => Err(person_not_found()),
    }
}

fn making(user: UserId, export: ExportId) -> HttpResponse {
    HttpResponse::Accepted()
        .insert_header((LOCATION, format!("/api/v1/people/{user}/export/{export}")))
        .json(ExportJson { id: export.to_string(), status: "making" })
}

/// Downloads a copy of a person's data.
///
/// 202 until it is ready; then the file, once and within 24 hours. Needs the scope `people`, or the person's own token.
/// Error: `not_found` (404), also after the download.
#[utoipa::path(get, path = "/api/v1/people/{user_id}/export/{id}", operation_id = "download_export",
    tag = "accounts", params(("user_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, content_type = "application/zip", body = String, description = "The ZIP file.",
            example = "UEsDBA=="),
        (status = 202, body = ExportJson, description = "It is still being made."),
        (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn download(
    app: web::Data<Privacy>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (user, id) = path.into_inner();
    let user = caller.person_in_path(&user)?;
    let gone = || ApiError::not_found("Export not found, downloaded before, or expired.");
    let id: ExportId = id.parse().map_err(|_malformed| gone())?;
    let export = app.export.find(id).await?.filter(|export| export.user == user).ok_or_else(gone)?;
    match export.state {
        ExportState::Making => Ok(making(user, id)),
        ExportState::Gone => Err(gone()),
        ExportState::Ready(_) => file(&app, id, caller.actor()).await?.ok_or_else(gone),
    }
}

/// The file, if this is the one download. It is sent part by part.
pub(crate) async fn file(
    app: &Privacy,
    id: ExportId,
    actor: Actor,
) -> Result<Option<HttpResponse>, ApiError> {
    let use_case = app.export.clone();
    let taken = detached(async move { use_case.take(id, &actor).await }).await??;
    if !taken {
        return Ok(None);
    }
    let name = format!("attachment; filename=\"ventanilla-{}.zip\"", app.kernel.now().format("%Y-%m-%d"));
    Ok(Some(
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/zip"))
            .insert_header((CONTENT_DISPOSITION, name))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .streaming(parts(app.export.clone(), id)),
    ))
}

fn parts(
    exports: Arc<ExportPerson>,
    id: ExportId,
) -> impl futures_util::Stream<Item = Result<web::Bytes, io::Error>> {
    stream::try_unfold((exports, 0_i32), move |(exports, number)| async move {
        match exports.part(id, number).await {
            Ok(Some(bytes)) => Ok(Some((web::Bytes::from(bytes), (exports, number.saturating_add(1))))),
            Ok(None) => Ok(None),
            Err(fault) => {
                tracing::error!(error = %describe(&fault), "an export was not sent to its end");
                Err(io::Error::other("the export can't be read"))
            }
        }
    })
}
