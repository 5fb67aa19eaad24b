//! Calls from browsers: pages of the origins in `CORS_ORIGINS` may call the API, and no others. Cookies are never
//! part of it (see [Fetch](https://fetch.spec.whatwg.org/#http-cors-protocol)).

use super::edge::{REQUEST_ID, id_of, with_headers};
use crate::config::Settings;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web,
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, x-request-id, x-client-id, x-timestamp, x-nonce, x-signature",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Location",
);
/// Seconds for which a browser keeps the answer to a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Answers preflights, and lets pages of the named origins read answers.
pub(crate) async fn cors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let settings = request.app_data::<web::Data<Settings>>().cloned();
    let is_used = settings.as_ref().is_some_and(|settings| !settings.cors_origins.is_empty());
    let origin = settings.and_then(|settings| allowed(&settings, request.headers()));
    let is_preflight = *request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let write = |headers: &mut HeaderMap| mark(headers, is_used, origin.clone());
    let mut response = match &origin {
        Some(_) if is_preflight => preflight(request),
        _ => {
            let answer = next.call(request).await;
            answer.map_err(|error| with_headers(error, write))?.map_into_left_body()
        }
    };
    write(response.headers_mut());
    Ok(response)
}

/// Says which pages may read the answer.
fn mark(headers: &mut HeaderMap, is_used: bool, origin: Option<HeaderValue>) {
    if is_used {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// The caller's origin, if it is written exactly as one of those that are allowed.
fn allowed(settings: &Settings, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let is_named = settings.cors_origins.iter().any(|known| known.as_str().as_bytes() == origin.as_bytes());
    is_named.then(|| origin.clone())
}

fn preflight<B>(request: ServiceRequest) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let id = id_of(&request);
    let mut response = HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE))
        .finish();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    request.into_response(response).map_into_right_body()
}
