//! A POST that sends a message, done once for its key.

use super::problem::ApiError;
use crate::composition::App;
use actix_web::{HttpResponse, http::StatusCode, web};
use chrono::Duration;
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};
use ports::{operations::Claim, store_error::StoreResult};
use serde::Serialize;

/// How long a request may be under way before its key is anybody's again: longer than every attempt
/// at a provider together.
const CLAIM_LASTS: Duration = Duration::minutes(2);

/// Runs what must not be cut in half by a caller that hangs up.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(|fault| {
        tracing::error!(%fault, "a task ended before its time");
        ApiError::unavailable("The work was cut short; ask again.").retry_after(1)
    })
}

/// Does the work and answers `status` with what it gave; under a key that was answered before, gives that
/// answer again. Where the work fails nothing was sent, and the key is free to be tried again.
pub(crate) async fn answer_once<T: Serialize + Send + 'static>(
    app: &web::Data<App>,
    status: StatusCode,
    key: Option<IdempotencyKey>,
    fingerprint: Fingerprint,
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let Some(key) = key else { return Ok(HttpResponse::build(status).json(detached(work).await??)) };
    let (store, now) = (app.store.clone(), app.clock.now());
    let (body, replayed) = detached(async move {
        match store.claim(&key, fingerprint, now - CLAIM_LASTS, now).await? {
            Claim::Fresh => {}
            Claim::Answered(answer) => return Ok((answer, true)),
            Claim::UnderWay => {
                return Err(
                    ApiError::request_in_flight("A request with this key is under way.").retry_after(1)
                );
            }
            Claim::Reused => {
                return Err(ApiError::idempotency_key_reused("This key was used for another request."));
            }
        }
        let answered = work.await.and_then(|answer| {
            serde_json::to_string(&answer)
                .map_err(|_unwritable| ApiError::unavailable("No answer could be made."))
        });
        let noted = match &answered {
            Ok(answer) => store.keep(&key, answer).await,
            Err(_) => store.release(&key).await,
        };
        note(noted);
        answered.map(|answer| (answer, false))
    })
    .await??;
    let mut response = HttpResponse::build(status);
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(response.content_type("application/json").body(body))
}

/// The work is done; that its answer could not be kept is no reason to tell the caller otherwise.
fn note(noted: StoreResult<()>) {
    if let Err(fault) = noted {
        tracing::warn!(%fault, "an answer was not kept under its key");
    }
}
