//! Idempotency keys: a POST with a key is carried out once.

use super::problem::ApiError;
use crate::{composition::App, error_chain::describe};
use actix_web::{HttpResponse, http::StatusCode, web};
use chrono::Duration;
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};
use ports::{operations::Claim, store_error::StoreResult};
use serde::Serialize;

/// How long a request may run before its key is free again: longer than all calls to a provider together.
const CLAIM_LASTS: Duration = Duration::minutes(2);

/// Runs work to its end, even if the caller disconnects.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(|fault| {
        tracing::error!(error = %fault, "a task was aborted or panicked");
        ApiError::unavailable("The request was interrupted. Send it again.").retry_after(1)
    })
}

/// Does the work and answers `status` with its result. A key that was answered before gets that answer again.
/// If the work fails, nothing was sent, and the key can be used again.
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
                return Err(ApiError::request_in_flight(
                    "A request with this key is still running. Send it again later.",
                )
                .retry_after(1));
            }
            Claim::Reused => {
                return Err(ApiError::idempotency_key_reused(
                    "This key was used for another request. Use a new key.",
                ));
            }
        }
        let answered = work.await.and_then(|answer| {
            serde_json::to_string(&answer)
                .map_err(|_unwritable| ApiError::unavailable("The response could not be written."))
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

/// Logs that the answer could not be kept. The caller still gets it, because the work is done.
fn note(noted: StoreResult<()>) {
    if let Err(fault) = noted {
        tracing::warn!(error = %describe(&fault), "an answer was not kept under its idempotency key");
    }
}
