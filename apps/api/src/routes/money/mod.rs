//! Routes of money: wallets, transfers, payees.

mod bank_notices;
mod deposits;
mod payees;
mod reconciliations;
mod transfers;
mod wallets;

use crate::http::route_rules::RouteRules;
use actix_web::web::ServiceConfig;

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    wallets::balance,
    wallets::wallets,
    wallets::wallet,
    wallets::entries,
    wallets::open_wallet::open_wallet,
    wallets::receiving::receiving,
    wallets::statement::statement,
    transfers::submit::submit,
    transfers::list,
    transfers::show,
    transfers::confirm::confirm,
    transfers::cancel,
    transfers::reject,
    transfers::bank::attempts,
    transfers::bank::ask,
    transfers::bank::resolve,
    transfers::bank::withdraw,
    bank_notices::receive,
    reconciliations::run,
    reconciliations::list,
    reconciliations::show,
    reconciliations::items,
    transfers::reverse::reverse,
    deposits::deposit,
    payees::list,
    payees::rename,
    payees::forget
))]
pub(super) struct Api;

/// The rules of these routes that differ from the usual one.
pub(crate) fn rules(rules: RouteRules) -> RouteRules {
    bank_notices::rules(rules)
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(wallets::routes)
        .configure(transfers::routes)
        .configure(bank_notices::routes)
        .configure(reconciliations::routes)
        .configure(deposits::routes)
        .configure(payees::routes);
}
