//! Idempotency keys: a POST with a key is carried out once. The rule is in
//! [`IdempotentRequests`](application::operations::idempotent_requests).

use super::problem::ApiError;
use actix_web::{HttpResponse, http::StatusCode, web};
use application::operations::idempotent_requests::{IdempotentOutcome, IdempotentRequests};
use domain::operations::idempotency::{Fingerprint, IdempotencyKey};
use futures_util::{FutureExt, future::BoxFuture};
use serde::Serialize;
use tracing::Instrument;

/// Runs work to its end, even if the caller disconnects. It stays within the request's span.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work.in_current_span()).await.map_err(|fault| {
        tracing::error!(error = %fault, "a task was aborted or panicked");
        ApiError::unavailable("The request was interrupted. Send it again.").retry_after(1)
    })
}

/// Does the work and answers `status` with its result. A key that was answered before gets that answer again.
/// If the work fails, nothing was sent, and the key can be used again.
pub(crate) fn answer_once<T: Serialize + Send + 'static>(
    requests: &web::Data<IdempotentRequests>,
    status: StatusCode,
    key: Option<IdempotencyKey>,
    fingerprint: Fingerprint,
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> impl Future<Output = Result<HttpResponse, ApiError>> {
    // On the heap, because every layer around it would hold a copy of its size.
    answer_boxed(requests, status, key, fingerprint, work.boxed())
}

async fn answer_boxed<T: Serialize + Send + 'static>(
    requests: &web::Data<IdempotentRequests>,
    status: StatusCode,
    key: Option<IdempotencyKey>,
    fingerprint: Fingerprint,
    work: BoxFuture<'static, Result<T, ApiError>>,
) -> Result<HttpResponse, ApiError> {
    let Some(key) = key else { return Ok(HttpResponse::build(status).json(detached(work).await??)) };
    let requests = requests.clone().into_inner();
    let written = async move { work.await.and_then(|answer| write(&answer)) };
    let outcome = detached(async move { requests.run(&key, fingerprint, written).await }).await??;
    let mut response = HttpResponse::build(status);
    let body = match outcome {
        IdempotentOutcome::Fresh(body) => body,
        IdempotentOutcome::Replayed(body) => {
            response.insert_header(("Idempotent-Replayed", "true"));
            body
        }
        IdempotentOutcome::UnderWay => {
            let detail = "A request with this key is still running. Send it again later.";
            return Err(ApiError::request_in_flight(detail).retry_after(1));
        }
        IdempotentOutcome::Reused => {
            let detail = "This key was used for another request. Use a new key.";
            return Err(ApiError::idempotency_key_reused(detail));
        }
    };
    Ok(response.content_type("application/json").body(body))
}

fn write(answer: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(answer)
        .map_err(|_unwritable| ApiError::unavailable("The response could not be written."))
}
