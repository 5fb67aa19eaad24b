//! Metrics for a Prometheus server. The route needs a token with the scope `operate`.

use crate::{
    composition::Messaging,
    http::{caller::Caller, problem::ApiError},
    scopes::Scope,
    telemetry,
};
use actix_web::{HttpResponse, web};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/metrics").route(web::get().to(metrics)));
}

async fn metrics(app: web::Data<Messaging>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Operate)?;
    telemetry::set_backlog(app.outbox.backlog().await?);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry::rendered()))
}
