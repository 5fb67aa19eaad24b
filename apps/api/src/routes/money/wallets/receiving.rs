//! How others pay into a wallet.

use super::{nobody, wallet_of};
use crate::{
    composition::Money,
    http::{
        caller::Caller,
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use ports::money::ReceivingView;
use serde::Serialize;
use utoipa::ToSchema;

/// How others pay into a wallet.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceivingJson {
    wallet_id: String,
    /// The owner's name as payers see it; the wallet's name if none is known.
    name: String,
    /// The wallet's CLABE: 18 digits. Only wallets in MXN have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "646180000112345675", min_length = 18, max_length = 18)]
    clabe: Option<String>,
    /// The owner's number, if money that is sent to it enters this wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl From<ReceivingView> for ReceivingJson {
    fn from(view: ReceivingView) -> Self {
        Self {
            wallet_id: view.wallet.to_string(),
            name: view.name,
            clabe: view.clabe.map(|clabe| clabe.canonical().to_owned()),
            phone: view.phone.map(|phone| phone.e164().to_owned()),
        }
    }
}

/// Returns how others pay into a wallet.
///
/// Needs the scope `wallets:read`, or the owner's token. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/wallets/{id}/receiving", operation_id = "get_receiving",
    tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = ReceivingJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn receiving(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = wallet_of(&app, &caller, &id).await?.id;
    let view = app.receiving.of_wallet(id).await?.ok_or_else(nobody)?;
    Ok(HttpResponse::Ok().json(ReceivingJson::from(view)))
}
