//! An answer of a provider, before a fault applies.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::Value;

/// A status and a JSON body.
#[derive(Clone, Debug)]
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

    pub(crate) fn respond(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // An answer without content has no body.
        if status == StatusCode::NO_CONTENT {
            return HttpResponse::build(status).finish();
        }
        HttpResponse::build(status).json(&self.body)
    }
}
