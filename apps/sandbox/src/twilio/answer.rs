//! Twilio's answers: JSON, and errors with code, message and status.

use actix_web::HttpResponse;
use serde_json::{Value, json};

/// An answer before faults are applied to it.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, body }
    }

    pub(crate) fn error(status: u16, code: u32, message: &str) -> Self {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        Self {
            status,
            body: json!({"code": code, "message": message, "more_info": more_info, "status": status}),
        }
    }

    pub(crate) fn respond(&self) -> HttpResponse {
        let status = actix_web::http::StatusCode::from_u16(self.status);
        HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR))
            .json(&self.body)
    }
}

pub(crate) async fn not_found() -> HttpResponse {
    Answer::error(404, 20404, "The requested resource was not found").respond()
}
