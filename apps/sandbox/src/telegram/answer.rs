//! Telegram's answers: `{ok:true,result}`, `{ok:false,error_code,description}`.

use crate::answer::Answer;
use actix_web::HttpResponse;
use serde_json::{Value, json};

/// The value of a check, or the refusal to answer with.
pub(super) type Checked<T> = Result<T, Answer>;

pub(super) fn result(result: &Value) -> Answer {
    Answer::ok(json!({"ok": true, "result": result}))
}

pub(super) fn error(status: u16, description: &str) -> Answer {
    Answer { status, body: json!({"ok": false, "error_code": status, "description": description}) }
}

pub(super) fn bad_request(what: &str) -> Answer {
    error(400, &format!("Bad Request: {what}"))
}

pub(super) fn unauthorized() -> Answer {
    error(401, "Unauthorized")
}

pub(super) fn blocked() -> Answer {
    error(403, "Forbidden: bot was blocked by the user")
}

pub(super) fn stranger() -> Answer {
    error(403, "Forbidden: bot can't initiate conversation with a user")
}

/// Error 409: another way to take updates is in use.
pub(super) fn conflict(what: &str) -> Answer {
    error(409, &format!("Conflict: {what}"))
}

pub(super) fn unknown_method() -> Answer {
    error(404, "Not Found")
}

pub(crate) async fn not_found() -> HttpResponse {
    unknown_method().respond()
}
