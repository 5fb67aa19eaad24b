//! The form of the legacy endpoints: their own JSON, for refusals too.

use crate::http::{caller::Caller, client_ip::ClientAddress, edge::OwnBody, json, problem::ApiError};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt;
use utoipa::ToSchema;

/// A refusal in the older systems' JSON: `error`, or `message` without a valid token.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the API documentation reads it; a refusal has the fields of its route")]
pub(super) struct LegacyError {
    /// What happened, for people.
    #[schema(example = "Invalid or expired code")]
    error: Option<String>,
    /// What happened, if the caller is not signed in.
    message: Option<String>,
    /// The code of the refusal.
    code: Option<String>,
    /// False for a code that was not accepted.
    valid: Option<bool>,
    /// The limit that is reached.
    #[schema(rename = "limitType")]
    limit_type: Option<String>,
    /// The figure of the limit.
    limit: Option<i64>,
    /// Seconds to wait.
    #[schema(rename = "remainingSeconds")]
    remaining_seconds: Option<i64>,
}

/// A refusal in the legacy JSON.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
    retry_after: Option<i64>,
}

impl Refusal {
    pub(super) const fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, retry_after: None }
    }

    /// A refusal as `{error}`.
    pub(super) fn error(status: StatusCode, text: &str) -> Self {
        Self::new(status, json!({"error": text}))
    }

    /// A refusal as `{error, code}`.
    pub(super) fn coded(status: StatusCode, code: &str, text: &str) -> Self {
        Self::new(status, json!({"error": text, "code": code}))
    }

    pub(super) fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.status)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response = response.json(&self.body);
        response.extensions_mut().insert(OwnBody);
        response
    }
}

/// Our own failures, and refusals that the legacy JSON has no form for. The cause is logged where the problem
/// is made.
impl From<ApiError> for Refusal {
    fn from(problem: ApiError) -> Self {
        let status = problem.status_code();
        let refusal = Self::coded(status, problem.code(), problem.detail());
        match problem.waits() {
            Some(seconds) => refusal.retry_after(seconds),
            None => refusal,
        }
    }
}

/// A JSON body of a legacy caller: unknown fields are ignored, and a malformed body is a 400.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|fault| {
                let status = fault.as_response_error().status_code();
                Refusal::coded(status, ApiError::of_status(status).code(), "The body could not be read.")
            })?;
            // An absent body counts as an object without fields.
            let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
            json::read(&bytes).map(Self).map_err(|fault| {
                let names = fault.fields().join(", ");
                let text = if names.is_empty() {
                    fault.detail().to_owned()
                } else {
                    format!("Invalid fields: {names}.")
                };
                Refusal::coded(StatusCode::BAD_REQUEST, fault.code(), &text)
            })
        })
    }
}

/// A signed-in person; other callers get `{message}`.
pub(super) struct Person(pub(super) Caller);

impl FromRequest for Person {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            let refused =
                |problem: ApiError| Refusal::new(problem.status_code(), json!({"message": problem.detail()}));
            let caller = caller.await.map_err(refused)?;
            caller.person().map_err(refused)?;
            Ok(Self(caller))
        })
    }
}

/// The caller's IP address, as limits count it.
pub(super) struct Address(pub(super) String);

impl FromRequest for Address {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let address = ClientAddress::from_request(request, payload).into_inner();
        std::future::ready(address.map(|address| Self(address.0)).map_err(Refusal::from))
    }
}
