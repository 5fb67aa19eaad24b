//! The outermost middleware: request ids, problems for every error, panics caught, one log line a request.
//! The log shows the route's pattern, never the address, which may contain a number or a token.

use super::{problem::ApiError, rate_limit::Remainder};
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use application::kernel::Kernel;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use tracing::Instrument;

/// Content policy of the API documentation: its pages load their own files only.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the current request.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// The id of the current request; empty outside the middleware.
pub(super) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Marks an error response that has a body of its own, such as a page, and stays as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnBody;

/// The caller's `X-Request-Id`, if it has 1 to 64 letters, digits or `-_.`.
fn given_id(request: &ServiceRequest) -> Option<String> {
    let given = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let is_sane = (1..=64).contains(&given.len())
        && given.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    is_sane.then(|| given.to_owned())
}

/// The id of a request: the caller's, or else a new one.
pub(super) fn id_of(request: &ServiceRequest) -> String {
    let new = || Some(request.app_data::<web::Data<Kernel>>()?.new_id().to_string());
    given_id(request).or_else(new).unwrap_or_default()
}

/// Answers HEAD as GET ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)): the
/// server leaves the body out.
pub(crate) async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Wraps every request: id, problem, headers, log line.
pub(crate) async fn edge<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let kernel = request.app_data::<web::Data<Kernel>>().cloned();
    let id = id_of(&request);
    let method = request.method().clone();
    let is_documentation = request.path().starts_with("/docs/");
    let started_at = kernel.as_ref().map(|kernel| kernel.now());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = %id, %method);
    let outcome = AssertUnwindSafe(next.call(request).instrument(span)).catch_unwind().await;
    let mut response = match outcome {
        Ok(Ok(response)) => as_problem(response, &id),
        // There is no response, so the route is not known.
        Ok(Err(error)) => return Err(with_headers(error, |headers| harden(headers, &id, is_documentation))),
        Err(_panic) => {
            tracing::error!(request_id = %id, "a route panicked");
            return Err(ApiError::of_status(StatusCode::INTERNAL_SERVER_ERROR).for_request(&id).into());
        }
    };
    let left = response.request().extensions().get::<Remainder>().copied();
    let headers = response.headers_mut();
    if let Some(left) = left {
        left.write(headers);
    }
    harden(headers, &id, is_documentation);
    let ms =
        kernel.zip(started_at).map(|(kernel, at)| kernel.now().signed_duration_since(at).num_milliseconds());
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".into());
    tracing::info!(request_id = %id, %method, route, status = response.status().as_u16(), ms, "request");
    Ok(response)
}

/// The headers that every answer has.
fn harden(headers: &mut HeaderMap, id: &str, is_documentation: bool) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    // What belongs to a caller is kept by nobody in between. Files that are the same for all say how long they last.
    if !is_documentation && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_documentation {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
    }
}

/// The same error, with more headers on its response.
pub(super) fn with_headers(error: Error, write: impl FnOnce(&mut HeaderMap)) -> Error {
    let mut response = error.error_response();
    write(response.headers_mut());
    InternalError::from_response(error, response).into()
}

/// Turns an error into a problem: a route's own error, or one that the framework answered.
fn as_problem<B: MessageBody>(
    response: ServiceResponse<B>,
    id: &str,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    let has_own_body = response.response().extensions().get::<OwnBody>().is_some();
    if has_own_body || !(status.is_client_error() || status.is_server_error()) {
        return response.map_into_left_body();
    }
    let own = response.response().error().and_then(|error| error.as_error::<ApiError>()).cloned();
    let carried = response.response().extensions().get::<ApiError>().cloned();
    let problem = own.or(carried).unwrap_or_else(|| ApiError::of_status(status));
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut rendered = problem.render(id);
    if let Some(allow) = allow {
        rendered.headers_mut().insert(header::ALLOW, allow);
    }
    response.into_response(rendered).map_into_right_body()
}
