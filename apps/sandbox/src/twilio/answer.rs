//! Twilio's error answers: code, message and status.

use crate::answer::Answer;
use actix_web::HttpResponse;
use serde_json::json;

pub(crate) fn error(status: u16, code: u32, message: &str) -> Answer {
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    Answer {
        status,
        body: json!({"code": code, "message": message, "more_info": more_info, "status": status}),
    }
}

pub(crate) async fn not_found() -> HttpResponse {
    error(404, 20404, "The requested resource was not found").respond()
}
