//! Meta's error answers: `{error:{message,type,code,error_data,fbtrace_id}}`.

use crate::answer::Answer;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// The value of a check, or the refusal to answer with.
pub(super) type Checked<T> = Result<T, Answer>;

const TRACE: &str = "ASandboxSandboxSandbox";

pub(super) fn error(status: u16, code: u32, kind: &str, message: &str) -> Answer {
    let error = json!({"message": message, "type": kind, "code": code, "fbtrace_id": TRACE});
    Answer { status, body: json!({"error": error}) }
}

fn with_details(code: u32, title: &str, details: &str) -> Answer {
    let mut answer = error(400, code, "OAuthException", &format!("(#{code}) {title}"));
    if let Some(error) = answer.body.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("error_data".into(), json!({"messaging_product": "whatsapp", "details": details}));
    }
    answer
}

/// Error 100: a parameter has the wrong form.
pub(super) fn parameter(message: &str) -> Answer {
    error(400, 100, "OAuthException", &format!("(#100) {message}"))
}

/// Error 131008: a required parameter is missing.
pub(super) fn missing(details: &str) -> Answer {
    with_details(131_008, "Required parameter is missing", details)
}

/// Error 131009: the value of a parameter is not valid.
pub(super) fn invalid(details: &str) -> Answer {
    with_details(131_009, "Parameter value is not valid", details)
}

/// Error 131021: sender and recipient are the same number.
pub(super) fn to_oneself() -> Answer {
    with_details(131_021, "Recipient cannot be sender", "Recipient and sender phone number is the same")
}

/// Error 131062: this message needs a phone number, not a user id.
pub(super) fn number_needed() -> Answer {
    let details = "Authentication templates can only be sent to a phone number";
    with_details(131_062, "Business-scoped user IDs are not supported for this message", details)
}

/// Error 190: the access token is not valid.
pub(super) fn bad_token() -> Answer {
    error(401, 190, "OAuthException", "Invalid OAuth access token - Cannot parse access token")
}

/// Error 100 with subcode 33: the object does not exist, or not for this token.
pub(super) fn no_such_object(method: &str, id: &str) -> Answer {
    let message = format!(
        "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
         permissions, or does not support this operation. Please read the Graph API documentation at \
         https://developers.facebook.com/docs/graph-api",
        method.to_lowercase()
    );
    let mut answer = error(400, 100, "GraphMethodException", &message);
    if let Some(error) = answer.body.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("error_subcode".into(), json!(33));
    }
    answer
}

fn unknown_path(path: &str) -> Answer {
    error(400, 2500, "OAuthException", &format!("Unknown path components: {path}"))
}

pub(crate) async fn not_found(request: HttpRequest) -> HttpResponse {
    unknown_path(request.path().trim_start_matches("/meta")).respond()
}
