//! The pages that people see: proving a number, choosing a new password. A GET changes nothing. The address
//! contains a secret, which is not passed on.

mod assets;
pub(crate) mod export;
mod guard;
mod notes;
pub(crate) mod reset;
pub(crate) mod sessions;
mod verify;
mod view;
mod words;

use crate::http::edge::OwnBody;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

/// Content policy: a page loads its own files only, and has no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(sessions::open, verify::show, reset::show, reset::set, export::show, export::download))]
pub(super) struct Api;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(assets::routes)
        .configure(sessions::routes)
        .configure(verify::routes)
        .configure(reset::routes)
        .configure(export::routes);
}

/// Renders a page. No cache keeps it, and no other site learns its address.
fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    let body = match template.render() {
        Ok(body) => body,
        Err(fault) => {
            tracing::error!(error = %fault, "a page could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let mut response = HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            "Permissions-Policy",
            "otp-credentials=(self), camera=(), microphone=(), geolocation=()",
        ))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
        .body(body);
    response.extensions_mut().insert(OwnBody);
    response
}
