//! Balances, wallets, entries, statements.

pub(crate) mod open_wallet;
pub(crate) mod receiving;
pub(crate) mod statement;

use crate::{
    composition::Money,
    http::{
        caller::Caller,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        signed::money,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use domain::ids::{UserId, WalletId};
use ports::money::{EntryView, WalletView as Wallet};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The balance of a person's first wallet in the default currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct BalanceView {
    user_id: String,
    wallet_id: String,
    /// The posted balance: the sum of all entries.
    balance: String,
    /// The available balance: the posted balance less the open holds.
    available: String,
    currency: &'static str,
    as_of: String,
}

/// A person's wallet in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct WalletJson {
    id: String,
    user_id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    balance: String,
    available: String,
    currency: &'static str,
}

/// A page of wallets, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct WalletPage {
    wallets: Vec<WalletJson>,
    next_cursor: Option<String>,
}

/// An entry of a wallet.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryJson {
    #[schema(example = "01a22c9e-971a-73e7-8f55-99ed33b329f1-32")]
    id: String,
    /// The signed amount; negative if money leaves the wallet.
    amount: String,
    balance_after: String,
    transfer_id: String,
    /// The other side: the first name of another person here, the name of one's own wallet, or a masked account
    /// outside; `****` for a deposit.
    counterpart: String,
    concept: Option<String>,
    created_at: String,
}

/// A page of entries, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryPage {
    items: Vec<EntryJson>,
    next_cursor: Option<String>,
}

/// Which wallets to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WalletQuery {
    /// Only wallets of this person.
    user_id: Option<String>,
    /// Only wallets of this family. There are no families yet, so none are found.
    family_id: Option<String>,
}

impl From<Wallet> for WalletJson {
    fn from(wallet: Wallet) -> Self {
        Self {
            id: wallet.id.to_string(),
            user_id: wallet.user.to_string(),
            name: wallet.name,
            kind: wallet.kind,
            balance: wallet.posted.decimal(),
            available: wallet.available.decimal(),
            currency: wallet.posted.currency.code(),
        }
    }
}

impl EntryJson {
    /// The entry as the owner of `wallet` sees it.
    pub(crate) fn new(wallet: WalletId, entry: &EntryView) -> Self {
        Self {
            id: format!("{wallet}-{}", entry.version),
            amount: entry.amount.decimal(),
            balance_after: entry.balance_after.decimal(),
            transfer_id: entry.transfer.id.to_string(),
            counterpart: entry.counterpart.to_string(),
            concept: entry.transfer.concept.clone(),
            created_at: entry.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(money("/api/v1/accounts/{user_id}/balance").route(web::get().to(balance)))
        .service(
            money("/api/v1/wallets")
                .route(web::get().to(wallets))
                .route(web::post().to(open_wallet::open_wallet)),
        )
        .service(money("/api/v1/wallets/{id}").route(web::get().to(wallet)))
        .service(money("/api/v1/wallets/{id}/entries").route(web::get().to(entries)))
        .service(money("/api/v1/wallets/{id}/receiving").route(web::get().to(receiving::receiving)))
        .service(money("/api/v1/wallets/{id}/statement").route(web::get().to(statement::statement)));
}

/// A wallet that the caller may see; a 404 for any other.
async fn wallet_of(app: &Money, caller: &Caller, id: &str) -> Result<Wallet, ApiError> {
    let reach = caller.reach(Scope::WalletsRead)?;
    let id = id.parse::<WalletId>().map_err(|_malformed| nobody())?;
    let found = app.wallets.wallet(id).await?;
    found.filter(|wallet| reach.covers(wallet.user)).ok_or_else(nobody)
}

pub(super) fn nobody() -> ApiError {
    ApiError::not_found("Person or wallet not found.")
}

/// Returns a person's balance.
///
/// It is the balance of their first wallet in the default currency. Needs the scope `wallets:read`, or the
/// person's own token. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/accounts/{user_id}/balance", operation_id = "get_balance",
    tag = "money", params(("user_id" = String, Path)),
    responses((status = 200, body = BalanceView), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn balance(
    app: web::Data<Money>,
    caller: Caller,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let reach = caller.reach(Scope::WalletsRead)?;
    let user = user.parse::<UserId>().ok().filter(|user| reach.covers(*user)).ok_or_else(nobody)?;
    let wallet = app.wallets.balance(user).await?.ok_or_else(nobody)?;
    Ok(HttpResponse::Ok().json(BalanceView {
        user_id: wallet.user.to_string(),
        wallet_id: wallet.id.to_string(),
        balance: wallet.posted.decimal(),
        available: wallet.available.decimal(),
        currency: wallet.posted.currency.code(),
        as_of: app.kernel.now().to_rfc3339_opts(SecondsFormat::Millis, true),
    }))
}

/// Lists wallets, oldest first.
///
/// A team (scope `wallets:read`) sees all wallets, a person their own. Error: `not_found` (404) for another
/// person.
#[utoipa::path(get, path = "/api/v1/wallets", operation_id = "list_wallets",
    tag = "money", params(PageQuery, WalletQuery),
    responses((status = 200, body = WalletPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn wallets(
    app: web::Data<Money>,
    caller: Caller,
    page: web::Query<PageQuery>,
    query: web::Query<WalletQuery>,
) -> Result<HttpResponse, ApiError> {
    let reach = caller.reach(Scope::WalletsRead)?;
    let user = match query.user_id.as_deref() {
        None => None,
        Some(id) => {
            Some(id.parse::<UserId>().map_err(|_malformed| ApiError::field("/user_id", "must be a UUID"))?)
        }
    };
    if user.is_some_and(|user| !reach.covers(user)) {
        return Err(nobody());
    }
    let user = user.or(reach.person());
    if let Some(family) = query.family_id.as_deref() {
        uuid::Uuid::parse_str(family)
            .map_err(|_malformed| ApiError::field("/family_id", "must be a UUID"))?;
        return Ok(HttpResponse::Ok().json(WalletPage { wallets: Vec::new(), next_cursor: None }));
    }
    let (request, limit) = page.behind_id()?;
    let found = app.wallets.wallets(user, &request).await?;
    let (wallets, next_cursor) = cut(found, limit, |wallet| wallet.id.to_string());
    let wallets = wallets.into_iter().map(WalletJson::from).collect();
    Ok(HttpResponse::Ok().json(WalletPage { wallets, next_cursor }))
}

/// Returns one wallet.
///
/// Needs the scope `wallets:read`, or its owner's token. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/wallets/{id}", operation_id = "get_wallet",
    tag = "money", params(("id" = String, Path)),
    responses((status = 200, body = WalletJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn wallet(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wallet = wallet_of(&app, &caller, &id).await?;
    Ok(HttpResponse::Ok().json(WalletJson::from(wallet)))
}

/// Lists the entries of a wallet, newest first.
///
/// Each entry has the balance after it. Needs the scope `wallets:read`, or the owner's token. Error:
/// `not_found` (404).
#[utoipa::path(get, path = "/api/v1/wallets/{id}/entries", operation_id = "list_entries",
    tag = "money", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = EntryPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn entries(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let id = wallet_of(&app, &caller, &id).await?.id;
    let (request, limit) = page.behind_number()?;
    let found = app.wallets.entries(id, &request).await?;
    let (entries, next_cursor) = cut(found, limit, |entry| entry.version.to_string());
    let items = entries.iter().map(|entry| EntryJson::new(id, entry)).collect();
    Ok(HttpResponse::Ok().json(EntryPage { items, next_cursor }))
}
