//! Health: liveness and readiness.

use crate::{
    composition::Operations,
    http::{edge::OwnBody, words::words},
    readiness::Checks,
};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

words! {
    HealthWord "HealthStatus" "The server is healthy." ["ok"];
    NotReadyWord "NotReadyStatus" "The server takes no requests now." ["unavailable"];
    EnvironmentWord "Environment" "How the server was started." ["production", "development"];
}

/// The answer of a healthy server.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// The status `ok`.
    #[schema(value_type = HealthWord)]
    status: &'static str,
    /// The environment, `development` or `production`.
    #[schema(value_type = EnvironmentWord)]
    environment: &'static str,
    /// The version that runs.
    version: &'static str,
}

/// The answer of a server that takes no requests now.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotReady {
    /// The status `unavailable`.
    #[schema(value_type = NotReadyWord)]
    status: &'static str,
    /// What is as it must be, and what is not.
    checks: Checks,
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
#[utoipa::path(get, path = "/health", operation_id = "get_health", tag = "health",
    responses((status = 200, body = Health)), extensions(("x-also-at" = json!(["/health/live"]))))]
pub(crate) async fn live(app: web::Data<Operations>) -> HttpResponse {
    healthy(&app)
}

/// Readiness: the database answers and can be written to, its tables and keys are the right ones, and the server is
/// not about to stop.
///
/// While it is not ready the answer is 503 with the outcome of each check.
#[utoipa::path(get, path = "/health/ready", operation_id = "get_readiness", tag = "health", responses((status = 200, body = Health),
    (status = 503, description = "The server takes no requests now.", body = NotReady)))]
pub(crate) async fn ready(app: web::Data<Operations>) -> HttpResponse {
    let checks = app.readiness.checks().await;
    if checks.are_well() {
        return healthy(&app);
    }
    let mut response = HttpResponse::ServiceUnavailable().json(NotReady { status: "unavailable", checks });
    response.extensions_mut().insert(OwnBody);
    response
}
