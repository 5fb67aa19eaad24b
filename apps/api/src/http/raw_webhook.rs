//! Requests of providers as their adapters read them.

use super::problem::ApiError;
use actix_web::{HttpRequest, http::StatusCode, web};
use ports::raw_webhook::RawWebhook;

/// The request as it came, with a body of at most `body_max` bytes. Its address is the public one, which providers sign.
pub(crate) async fn read(
    public_base_url: &str,
    request: &HttpRequest,
    body: web::Payload,
    body_max: usize,
) -> Result<RawWebhook, ApiError> {
    let body = body
        .to_bytes_limited(body_max)
        .await
        .map_err(|_over| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
        .map_err(|_broken| ApiError::of_status(StatusCode::BAD_REQUEST))?;
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers().iter();
    Ok(RawWebhook {
        method: request.method().to_string(),
        public_url: format!("{public_base_url}{path}"),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect(),
        body: body.to_vec(),
    })
}
