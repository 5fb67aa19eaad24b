//! Errors as RFC 9457 problem+json, with stable codes. None has a stack trace, SQL, secret or phone number.

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use ports::store_error::StoreError;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// A field that is invalid.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// JSON Pointer (RFC 6901) to the field; empty for the whole request.
    pointer: String,
    /// What is wrong, as a word: `missing`, `unknown` or `invalid`.
    code: String,
    /// What is wrong, for people to read, such as `must be 1 to 200`.
    detail: String,
}

/// An error answer by RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The kind of problem, `/problems/<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// The error code in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do. For people: it may change.
    detail: String,
    /// The stable error code; programs branch on it.
    code: &'static str,
    /// The request's id, as in the log and in `X-Request-Id`.
    request_id: String,
    /// The fields that are invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Seconds to wait before the next request, also in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<i64>,
}

/// An error of a route.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<i64>,
    pub(crate) replayed: bool,
    /// The request's id, for an error that the outermost middleware does not render.
    request_id: Option<String>,
}

macro_rules! errors {
    ($($name:ident $status:ident $code:literal),* $(,)?) => {
        impl ApiError {
            $(pub(crate) fn $name(detail: impl Into<String>) -> Self {
                Self::new(StatusCode::$status, $code, detail)
            })*
        }

        /// The codes of all problems, each with its status: first our own, then those of the framework's errors.
        pub(crate) const CODES: &[(&str, StatusCode)] = &[
            $(($code, StatusCode::$status),)*
            ("request_timeout", StatusCode::REQUEST_TIMEOUT),
            ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED),
            ("bad_request", StatusCode::BAD_REQUEST),
            ("internal_error", StatusCode::INTERNAL_SERVER_ERROR),
        ];
    };
}

errors! {
    malformed_json BAD_REQUEST "malformed_json",
    invalid_phone_number BAD_REQUEST "invalid_phone_number",
    code_invalid_or_expired BAD_REQUEST "code_invalid_or_expired",
    unauthorized UNAUTHORIZED "unauthorized",
    insufficient_funds PAYMENT_REQUIRED "insufficient_funds",
    forbidden FORBIDDEN "forbidden",
    step_up_required FORBIDDEN "step_up_required",
    signature_invalid FORBIDDEN "signature_invalid",
    not_found NOT_FOUND "not_found",
    request_timeout REQUEST_TIMEOUT "request_timeout",
    conflict CONFLICT "conflict",
    recipient_opted_out CONFLICT "recipient_opted_out",
    outside_window CONFLICT "outside_window",
    request_in_flight CONFLICT "request_in_flight",
    payload_too_large PAYLOAD_TOO_LARGE "payload_too_large",
    unsupported_media_type UNSUPPORTED_MEDIA_TYPE "unsupported_media_type",
    validation_failed UNPROCESSABLE_ENTITY "validation_failed",
    idempotency_key_reused UNPROCESSABLE_ENTITY "idempotency_key_reused",
    limit_exceeded UNPROCESSABLE_ENTITY "limit_exceeded",
    recipient_not_found UNPROCESSABLE_ENTITY "recipient_not_found",
    currency_mismatch UNPROCESSABLE_ENTITY "currency_mismatch",
    otp_locked LOCKED "otp_locked",
    frozen LOCKED "frozen",
    rate_limit_exceeded TOO_MANY_REQUESTS "rate_limit_exceeded",
    verification_send_failed BAD_GATEWAY "verification_send_failed",
    unavailable SERVICE_UNAVAILABLE "unavailable",
}

/// The codes of invalid fields, in `errors`.
pub(crate) const FIELD_CODES: [&str; 3] = ["missing", "unknown", "invalid"];

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            replayed: false,
            request_id: None,
        }
    }

    /// A 422 that names one invalid field.
    pub(crate) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::validation_failed("One or more fields are invalid; see errors.")
            .and_field(pointer, "invalid", detail)
    }

    pub(crate) fn and_field(mut self, pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), code: code.into(), detail: detail.into() });
        self
    }

    pub(crate) fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The stable error code.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// What happened, for people.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Seconds to wait; None if waiting does not help.
    pub(crate) const fn waits(&self) -> Option<i64> {
        self.retry_after
    }

    /// The invalid fields, each with its detail.
    pub(crate) fn fields(&self) -> Vec<String> {
        let name = |error: &FieldError| format!("{} {}", error.pointer.trim_start_matches('/'), error.detail);
        self.errors.iter().map(|error| name(error).trim().to_owned()).collect()
    }

    /// How many fields are named.
    pub(super) const fn field_count(&self) -> usize {
        self.errors.len()
    }

    /// The pointers and codes of the invalid fields.
    #[cfg(test)]
    pub(super) fn pointers(&self) -> Vec<String> {
        self.errors.iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    pub(crate) fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }

    /// Sets the request's id now, for an error that the outermost middleware does not render.
    pub(crate) fn for_request(mut self, id: &str) -> Self {
        self.request_id = Some(id.to_owned());
        self
    }

    /// The problem for a status that the framework answered with.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("No such route. The routes are listed at /docs/."),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(status, "method_not_allowed", "This route does not accept this method; see Allow.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::payload_too_large("The body is larger than this route accepts.")
            }
            StatusCode::REQUEST_TIMEOUT => {
                Self::request_timeout("The body took too long to arrive. Send it again.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::unsupported_media_type("This route does not accept this content type.")
            }
            StatusCode::UNAUTHORIZED => Self::unauthorized("Token missing, invalid or expired."),
            StatusCode::FORBIDDEN => Self::forbidden("The caller may not do this."),
            StatusCode::INTERNAL_SERVER_ERROR => Self::new(
                status,
                "internal_error",
                "An internal error occurred; the log has it under this request_id.",
            ),
            status if status.is_client_error() => {
                Self::new(status, "bad_request", "The request is malformed.")
            }
            status => Self::new(status, "unavailable", "The service is not available now. Try again later."),
        }
    }

    /// The HTTP response for this error.
    pub(crate) fn render(&self, request_id: &str) -> HttpResponse {
        let problem = Problem {
            kind: format!("/problems/{}", self.code),
            title: title(self.code),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            retry_after: self.retry_after,
        };
        let mut response = HttpResponse::build(self.status);
        response.insert_header(("X-Request-Id", request_id));
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        response.body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

/// The title for a code: `Insufficient funds` for `insufficient_funds`.
pub(crate) fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Attaches the error to a response without body; the outermost middleware renders it.
    fn error_response(&self) -> HttpResponse {
        if let Some(id) = &self.request_id {
            return self.render(id);
        }
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(fault: StoreError) -> Self {
        if matches!(fault, StoreError::Overloaded) {
            tracing::warn!("the store is overloaded; a request was refused");
        } else {
            tracing::error!(error = %application::error_chain::describe(&fault), "the store failed");
        }
        match fault {
            StoreError::Overloaded => {
                Self::rate_limit_exceeded("The server is overloaded. Try again in a second.").retry_after(1)
            }
            StoreError::Unavailable(_) => {
                Self::unavailable("The database can't be reached. Try again later.").retry_after(2)
            }
            StoreError::Corrupt(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}
