//! One request and its response, read up to a bound.

use crate::{Answer, TransportError};
use chrono::{DateTime, Utc};
use reqwest::{
    Client, Request, Response,
    header::{DATE, HeaderName, RETRY_AFTER},
};

/// Sends a request and reads the whole response. A body longer than `body_bytes_max` is an error.
pub(crate) async fn exchange(
    http: &Client,
    request: Request,
    body_bytes_max: usize,
) -> Result<Answer, TransportError> {
    let response = http.execute(request).await?;
    let status = response.status();
    let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = header(RETRY_AFTER).and_then(|value| value.parse().ok());
    let date = header(DATE).and_then(|value| DateTime::parse_from_rfc2822(value).ok());
    let date = date.map(|date| date.with_timezone(&Utc));
    let body = read(response, body_bytes_max).await?;
    Ok(Answer { status, retry_after, date, body })
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    // The request was sent, so whatever goes wrong here loses the response.
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if chunk.len() > bytes_max.saturating_sub(body.len()) {
            return Err(TransportError::TOO_LARGE);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn lost(error: reqwest::Error) -> TransportError {
    TransportError::ResponseLost(TransportError::from(error).reason())
}
