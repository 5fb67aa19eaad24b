//! Metrics for a Prometheus server. The public route needs a token with the scope `operate`.

use crate::{
    composition::Messaging,
    http::{
        caller::Caller,
        problem::{ApiError, Problem},
    },
    scopes::Scope,
    telemetry,
};
use actix_web::{HttpResponse, web};
use std::time::Duration;

/// Longest wait for the number of waiting messages.
const BACKLOG_WAIT: Duration = Duration::from_secs(1);

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/metrics").route(web::get().to(metrics)));
}

/// The route without a token, for an address that only the Prometheus server reaches.
pub(crate) fn routes_without_token(config: &mut web::ServiceConfig) {
    config.service(web::resource("/metrics").route(web::get().to(open_metrics)));
}

/// The database may be down: then the backlog is the last one that was known.
async fn open_metrics(app: web::Data<Messaging>) -> HttpResponse {
    if let Ok(Ok(backlog)) = tokio::time::timeout(BACKLOG_WAIT, app.outbox.backlog()).await {
        telemetry::set_backlog(backlog);
    }
    answer()
}

/// Shows metrics for a Prometheus server.
///
/// Needs the scope `operate`. On `METRICS_BIND_ADDRESS` they are shown without a token.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "health",
    responses((status = 200, description = "Metrics in Prometheus' text format.", content((String = "text/plain"))),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn metrics(app: web::Data<Messaging>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    telemetry::set_backlog(app.outbox.backlog().await?);
    Ok(answer())
}

fn answer() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(telemetry::rendered())
}
