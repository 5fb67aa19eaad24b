//! Routes of money: wallets, transfers, payees.

mod deposits;
mod payees;
mod transfers;
mod wallets;

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
    transfers::reverse::reverse,
    deposits::deposit,
    payees::list,
    payees::rename,
    payees::forget
))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(wallets::routes)
        .configure(transfers::routes)
        .configure(deposits::routes)
        .configure(payees::routes);
}
