//! Routes of operations: health, metrics, the audit log, dead letters.

mod dead_letters;
mod events;
mod health;
mod home;
mod metrics;

use actix_web::web::ServiceConfig;

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    health::live,
    health::ready,
    events::list,
    events::verify,
    dead_letters::list,
    dead_letters::replay,
    metrics::metrics,
    home::home
))]
pub(super) struct Api;

pub(crate) use self::metrics::routes_without_token as metrics_without_token;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .configure(home::routes)
        .configure(events::routes)
        .configure(dead_letters::routes)
        .configure(metrics::routes);
}
