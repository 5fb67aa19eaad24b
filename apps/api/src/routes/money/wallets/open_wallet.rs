//! Opening a wallet.

use super::{WalletJson, nobody};
use crate::{
    composition::App,
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
use domain::{ids::UserId, money::Currency, operations::idempotency::Fingerprint};
use ports::money::{OpenOutcome, WalletView};
use serde::Deserialize;
use utoipa::ToSchema;

/// The longest name of a wallet, in characters.
const NAME_LENGTH_MAX: usize = 60;
/// The longest name of a kind.
const KIND_LENGTH_MAX: usize = 30;

/// A wallet to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WalletBody {
    /// Whose it is to be; a person's own where he asks himself.
    user_id: Option<String>,
    /// A family's. There are no families yet.
    family_id: Option<String>,
    /// What its owner calls it.
    name: Option<String>,
    /// Such as `cash` or `savings`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// ISO 4217; the default currency where it is absent.
    currency: Option<String>,
}

/// Opens a wallet, once for each key.
#[utoipa::path(post, path = "/api/v1/wallets", tag = "money", request_body = WalletBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "recommended")),
    responses((status = 201, body = WalletJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn open_wallet(
    app: web::Data<App>,
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
            Err(ApiError::idempotency_key_reused("This key was used for another request."))
        }
        OpenOutcome::NoSuchUser => Err(nobody()),
    }
}

fn read_request(
    app: &App,
    caller: &Caller,
    header: IdempotencyHeader,
    body: WalletBody,
) -> Result<WantedWallet, ApiError> {
    let reach = caller.reach(Scope::People)?;
    if body.family_id.is_some() {
        return Err(ApiError::not_found("There is no such family."));
    }
    let user = match (body.user_id, reach.person()) {
        (Some(id), _) => {
            id.parse::<UserId>().map_err(|_malformed| ApiError::field("/user_id", "must be an id"))?
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
    let owner = user.to_string();
    let fields = [
        ("user_id", Some(owner.as_str())),
        ("name", Some(&name)),
        ("type", Some(&kind)),
        ("currency", Some(currency.code())),
    ];
    Ok(WantedWallet {
        user,
        fingerprint: Fingerprint::of(&fields),
        name,
        kind,
        currency,
        key: header.key(caller, "open-wallet"),
        actor: caller.actor(),
    })
}

/// A short text in one line.
fn plain(text: Option<String>, pointer: &str, length_max: usize) -> Result<String, ApiError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ApiError::field(pointer, "must be given"))?;
    if text.chars().count() > length_max || text.chars().any(char::is_control) {
        return Err(ApiError::field(pointer, format!("must be at most {length_max} characters in one line")));
    }
    Ok(text)
}
