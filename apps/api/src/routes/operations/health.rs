//! Health: liveness and readiness.

use crate::{composition::Operations, http::problem::ApiError};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// The answer of a healthy server.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// The status `ok`.
    status: &'static str,
    /// The environment, `development` or `production`.
    environment: &'static str,
    /// The version that runs.
    version: &'static str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/health", "/health/live"] {
        config.service(web::resource(path).route(web::get().to(live)));
    }
    config.service(web::resource("/health/ready").route(web::get().to(ready)));
}

fn healthy(app: &Operations) -> HttpResponse {
    let environment = app.settings.env.name();
    HttpResponse::Ok().json(Health { status: "ok", environment, version: env!("CARGO_PKG_VERSION") })
}

/// Liveness: the process runs.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn live(app: web::Data<Operations>) -> HttpResponse {
    healthy(&app)
}

/// Readiness: the database answers, and requests can be served.
///
/// Error: `unavailable` (503) if the database does not answer.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses((status = 200, body = Health), (status = 503)))]
pub(crate) async fn ready(app: web::Data<Operations>) -> Result<HttpResponse, ApiError> {
    app.store.ping().await?;
    Ok(healthy(&app))
}
