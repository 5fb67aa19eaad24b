//! A person's payees: list, rename, forget.

use crate::{
    composition::Money,
    http::{
        caller::Caller,
        json::{JsonBody, time},
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        signed::money,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::money::payees::RenamePayeeError;
use domain::{
    ids::{PayeeId, UserId},
    money::payees::Payee,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An account that a person has paid under a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayeeJson {
    id: String,
    /// The name as the person wrote it. Several payees may have the same one.
    name: String,
    /// The account, masked.
    destination: String,
    /// The bank of a CLABE; left out for other accounts, and for a code that no bank has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "BBVA México")]
    bank: Option<&'static str>,
    /// When it was last paid.
    last_paid_at: String,
}

/// A page of payees; those that were paid first come last.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayeePage {
    items: Vec<PayeeJson>,
    next_cursor: Option<String>,
}

/// Whose payees to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PayeeQuery {
    /// Only payees of this person.
    user_id: Option<String>,
}

/// The new name of a payee.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameBody {
    /// 1 to 60 characters in one line, at least one of them a letter or a digit.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

impl From<Payee> for PayeeJson {
    fn from(payee: Payee) -> Self {
        Self {
            id: payee.id.to_string(),
            name: payee.name,
            destination: payee.account.masked(),
            bank: payee.account.bank(),
            last_paid_at: time(payee.last_paid_at),
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(money("/api/v1/payees").route(web::get().to(list)))
        .service(money("/api/v1/payees/{id}").route(web::patch().to(rename)).route(web::delete().to(forget)));
}

fn unknown() -> ApiError {
    ApiError::not_found("Payee not found.")
}

/// A payee that the caller may change; a 404 for any other.
async fn payee_of(app: &Money, caller: &Caller, id: &str) -> Result<PayeeId, ApiError> {
    let reach = caller.reach(Scope::People)?;
    let id = id.parse::<PayeeId>().map_err(|_malformed| unknown())?;
    let found = app.payees.find(id).await?.filter(|payee| reach.covers(payee.owner));
    found.map(|payee| payee.id).ok_or_else(unknown)
}

/// Lists payees; those that were paid first come last.
///
/// A payee is an account that a person paid under a name, in the chat. A team (scope `people`) sees the payees of
/// everybody, a person their own. Error: `not_found` (404) for another person.
#[utoipa::path(get, path = "/api/v1/payees", operation_id = "list_payees", tag = "money",
    params(PageQuery, PayeeQuery),
    responses((status = 200, description = "The payees.", body = PayeePage), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Money>,
    caller: Caller,
    page: web::Query<PageQuery>,
    query: web::Query<PayeeQuery>,
) -> Result<HttpResponse, ApiError> {
    let reach = caller.reach(Scope::People)?;
    let user = query.user_id.as_deref().map(str::parse::<UserId>).transpose();
    let user = user.map_err(|_malformed| ApiError::field("/user_id", "must be a UUID"))?;
    if user.is_some_and(|user| !reach.covers(user)) {
        return Err(ApiError::not_found("Person not found."));
    }
    let (request, limit) = page.behind_id()?;
    let found = app.payees.list(user.or(reach.person()), &request).await?;
    let (payees, next_cursor) = cut(found, limit, |payee| payee.id.to_string());
    let items = payees.into_iter().map(PayeeJson::from).collect();
    Ok(HttpResponse::Ok().json(PayeePage { items, next_cursor }))
}

/// Gives a payee another name.
///
/// Needs the scope `people`, or the token of the person who pays it. Errors: `not_found` (404),
/// `validation_failed` (422).
#[utoipa::path(patch, path = "/api/v1/payees/{id}", operation_id = "rename_payee", tag = "money",
    params(("id" = String, Path)), request_body = RenameBody,
    responses((status = 200, description = "The payee with its new name.", body = PayeeJson),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn rename(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
    body: JsonBody<RenameBody>,
) -> Result<HttpResponse, ApiError> {
    let id = payee_of(&app, &caller, &id).await?;
    match app.payees.rename(id, &body.0.name, &caller.actor()).await {
        Ok(payee) => Ok(HttpResponse::Ok().json(PayeeJson::from(payee))),
        Err(RenamePayeeError::NotFound) => Err(unknown()),
        Err(RenamePayeeError::BadName(fault)) => Err(ApiError::field("/name", fault.to_string())),
        Err(RenamePayeeError::Store(fault)) => Err(fault.into()),
    }
}

/// Forgets a payee.
///
/// Its account can still be paid, and its cool-off does not begin again. Needs the scope `people`, or the token of
/// the person who pays it. Error: `not_found` (404).
#[utoipa::path(delete, path = "/api/v1/payees/{id}", operation_id = "forget_payee", tag = "money",
    params(("id" = String, Path)),
    responses((status = 204, description = "The payee is forgotten."), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn forget(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = payee_of(&app, &caller, &id).await?;
    if app.payees.forget(id, &caller.actor()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(unknown())
    }
}
