//! Deposits: money that comes in.

use super::transfers::{TransferJson, of_refusal};
use crate::{
    composition::Money,
    http::{
        caller::Caller,
        idempotency::detached,
        json::{ExactNumber, JsonBody},
        problem::{ApiError, Problem},
        signed::money,
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::money::deposit::{DepositError, DepositRequest, DepositTarget, Deposited};
use domain::{
    ids::{UserId, WalletId},
    money::{Currency, clearing::DepositSource, ledger::Outcome, transfer::read_concept},
};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::ToSchema;

/// Where the money of a deposit comes from.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DepositSourceJson {
    /// Notes and coins.
    #[default]
    Cash,
    /// A card payment.
    Card,
    /// A transfer at a bank.
    Bank,
    /// A correction of the books.
    Adjustment,
}

impl From<DepositSourceJson> for DepositSource {
    fn from(source: DepositSourceJson) -> Self {
        match source {
            DepositSourceJson::Cash => Self::Cash,
            DepositSourceJson::Card => Self::Card,
            DepositSourceJson::Bank => Self::Bank,
            DepositSourceJson::Adjustment => Self::Adjustment,
        }
    }
}

/// The deposit to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepositBody {
    /// The wallet that the money enters. Or `user_id`.
    wallet_id: Option<String>,
    /// The person whose first wallet in `DEFAULT_CURRENCY` the money enters.
    user_id: Option<String>,
    /// A decimal string or a number. It is read exactly.
    #[schema(value_type = String, example = "150.50")]
    amount: Option<ExactNumber>,
    /// ISO 4217 code; the default is the wallet's currency.
    #[schema(example = "MXN", min_length = 3, max_length = 3)]
    currency: Option<String>,
    /// The caller's own name for the deposit, required. It is the idempotency key, and the `client_tx_id` of the
    /// transfer.
    #[schema(example = "till-3-000123", min_length = 1, max_length = 255)]
    reference: Option<String>,
    /// Where the money comes from.
    #[schema(default = "cash")]
    source: Option<DepositSourceJson>,
    /// What the money is for.
    #[schema(max_length = 140)]
    concept: Option<String>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(money("/api/v1/deposits").route(web::post().to(deposit)));
}

/// Deposits money that came in from outside.
///
/// The money is in the wallet at once, also while its owner is frozen, and the owner is told in their chat. A deposit
/// is made once for each `reference` of a caller: the same body gets the first answer again. It is reversed like any
/// transfer. In production a deposit with the source `adjustment` is refused, because it needs a second operator.
/// With an outside bank (`BANK_CLIENT_MODE=http`) the source `bank` is refused, because what the bank books is
/// deposited by itself. Needs the scope `deposits`. Errors: `forbidden` (403), `not_found` (404), `conflict` (409), `currency_mismatch`, `limit_exceeded`,
/// `idempotency_key_reused` (422).
#[utoipa::path(post, path = "/api/v1/deposits", tag = "money", request_body = DepositBody,
    responses((status = 201, body = TransferJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn deposit(
    app: web::Data<Money>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    body: JsonBody<DepositBody>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Deposits)?;
    let request = read_request(&caller, body.0)?;
    if app.bank.is_some() && request.source == DepositSource::Bank {
        return Err(ApiError::conflict("What the bank books is deposited by itself."));
    }
    let use_case = app.deposits.clone();
    let deposited = detached(async move { use_case.run(request).await }).await?;
    wakeups.alerts.notify_one();
    answer(deposited)
}

fn read_request(caller: &Caller, body: DepositBody) -> Result<DepositRequest, ApiError> {
    let wallet = id_of("/wallet_id", body.wallet_id.as_deref())?.map(WalletId);
    let user = id_of("/user_id", body.user_id.as_deref())?.map(UserId);
    let target = match (wallet, user) {
        (Some(wallet), None) => DepositTarget::Wallet(wallet),
        (None, Some(user)) => DepositTarget::FirstWalletOf(user),
        _ => return Err(ApiError::field("/wallet_id", "either wallet_id or user_id must be given")),
    };
    let amount = body.amount.ok_or_else(|| ApiError::field("/amount", "must be given"))?.0;
    let reference = body.reference.ok_or_else(|| ApiError::field("/reference", "must be given"))?;
    let currency = body.currency.as_deref().map(Currency::parse).transpose();
    let mut request = DepositRequest::of(caller.principal(), caller.actor(), target, amount, reference);
    request.currency = currency.map_err(|fault| ApiError::field("/currency", fault.to_string()))?;
    request.source = body.source.unwrap_or_default().into();
    request.concept =
        read_concept(body.concept).map_err(|fault| ApiError::field("/concept", fault.to_string()))?;
    Ok(request)
}

fn id_of(pointer: &str, text: Option<&str>) -> Result<Option<uuid::Uuid>, ApiError> {
    text.map(uuid::Uuid::from_str)
        .transpose()
        .map_err(|_malformed| ApiError::field(pointer, "must be a UUID"))
}

fn answer(deposited: Result<Deposited, DepositError>) -> Result<HttpResponse, ApiError> {
    match deposited {
        Ok(Deposited { outcome: Outcome::Accepted(transfer), replayed }) => {
            let mut response = HttpResponse::Created();
            response.insert_header(("Location", format!("/api/v1/transfers/{}", transfer.id)));
            if replayed {
                response.insert_header(("Idempotent-Replayed", "true"));
            }
            Ok(response.json(TransferJson::from(transfer.as_ref())))
        }
        Ok(Deposited { outcome: Outcome::Refused(refusal), replayed }) => {
            Err(of_refusal(refusal).replayed(replayed))
        }
        Err(DepositError::NoSuchWallet) => Err(ApiError::not_found("Wallet not found.")),
        Err(DepositError::BadAmount(fault)) => Err(ApiError::field("/amount", fault.to_string())),
        Err(DepositError::BadReference) => {
            Err(ApiError::field("/reference", "must be 1 to 255 bytes without control characters"))
        }
        Err(DepositError::NeedsSecondOperator) => Err(ApiError::forbidden(
            "An adjustment needs a second operator in production, and this version has no operators. Deposit money \
             that came in by cash, card or bank, or reverse the transfer that was wrong.",
        )),
        Err(DepositError::ReferenceReused) => Err(ApiError::idempotency_key_reused(
            "This reference was used for another deposit. Use a new reference.",
        )),
        Err(DepositError::Store(fault)) => Err(fault.into()),
    }
}
