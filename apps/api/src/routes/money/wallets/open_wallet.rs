//! Opening a wallet.

use super::{WalletJson, nobody};
use crate::{
    composition::Money,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::money::open_wallet::WantedWallet;
use domain::{ids::UserId, money::Currency};
use ports::money::{OpenOutcome, WalletView};
use serde::Deserialize;
use utoipa::ToSchema;

/// Longest name of a wallet, in characters.
const NAME_LENGTH_MAX: usize = 60;
/// Longest type of a wallet, in characters.
const KIND_LENGTH_MAX: usize = 30;

/// A wallet to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WalletBody {
    /// The owner. With a person's token it is that person.
    #[schema(example = "01a22c9e-971a-73e7-8f55-99ed33b329f1", format = Uuid)]
    user_id: Option<String>,
    /// A family as owner. There are no families yet.
    family_id: Option<String>,
    /// The wallet's name; required, at most 60 characters.
    #[schema(required = true, max_length = 60)]
    name: Option<String>,
    /// The type, such as `cash` or `savings`; required, at most 30 characters.
    #[serde(rename = "type")]
    #[schema(required = true, max_length = 30)]
    kind: Option<String>,
    /// ISO 4217 code; the default is `DEFAULT_CURRENCY`.
    currency: Option<String>,
}

/// Opens a wallet for a person.
///
/// Needs the scope `people`, or the person's own token. Errors: `not_found` (404) for an unknown person,
/// `idempotency_key_reused` (422), `limit_exceeded` (422) for a person with as many wallets as they may have.
#[utoipa::path(post, path = "/api/v1/wallets", operation_id = "open_wallet",
    tag = "money", request_body = WalletBody,
    params(("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key opens no second wallet.")),
    responses((status = 201, body = WalletJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn open_wallet(
    app: web::Data<Money>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<WalletBody>,
) -> Result<HttpResponse, ApiError> {
    let wanted = read_request(&app, &caller, header, body.0)?;
    let use_case = app.open_wallet.clone();
    let created = |wallet: WalletView, replayed: bool| {
        let mut response = HttpResponse::Created();
        response.insert_header(("Location", format!("/api/v1/wallets/{}", wallet.id)));
        if replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        Ok(response.json(WalletJson::from(wallet)))
    };
    match detached(async move { use_case.run(wanted).await }).await?? {
        OpenOutcome::Opened(wallet) => created(wallet, false),
        OpenOutcome::Replayed(wallet) => created(wallet, true),
        OpenOutcome::KeyReused => {
            Err(ApiError::idempotency_key_reused("This key was used for another request. Use a new key."))
        }
        OpenOutcome::NoSuchUser => Err(nobody()),
        OpenOutcome::TooMany => Err(ApiError::limit_exceeded("This person has as many wallets as they may.")),
    }
}

fn read_request(
    app: &Money,
    caller: &Caller,
    header: IdempotencyHeader,
    body: WalletBody,
) -> Result<WantedWallet, ApiError> {
    let reach = caller.reach(Scope::People)?;
    if body.family_id.is_some() {
        return Err(ApiError::not_found("Family not found."));
    }
    let user = match (body.user_id, reach.person()) {
        (Some(id), _) => {
            id.parse::<UserId>().map_err(|_malformed| ApiError::field("/user_id", "must be a UUID"))?
        }
        (None, Some(person)) => person,
        (None, None) => return Err(ApiError::field("/user_id", "must be given")),
    };
    if !reach.covers(user) {
        return Err(nobody());
    }
    let name = plain(body.name, "/name", NAME_LENGTH_MAX)?;
    let kind = plain(body.kind, "/type", KIND_LENGTH_MAX)?;
    let currency = match body.currency.as_deref() {
        None => app.settings.default_currency,
        Some(code) => {
            Currency::parse(code).map_err(|fault| ApiError::field("/currency", fault.to_string()))?
        }
    };
    let mut wanted = WantedWallet::of(user, name, kind, currency, caller.actor());
    wanted.key = header.key(caller, "open-wallet");
    Ok(wanted)
}

/// A required short text in one line.
fn plain(text: Option<String>, pointer: &str, length_max: usize) -> Result<String, ApiError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ApiError::field(pointer, "must be given"))?;
    if text.chars().count() > length_max || text.chars().any(char::is_control) {
        return Err(ApiError::field(pointer, format!("must be at most {length_max} characters in one line")));
    }
    Ok(text)
}
