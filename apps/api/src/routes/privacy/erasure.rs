//! Ask to be erased, and take it back.

use super::{StepUpBody, no_proof, proof_of};
use crate::{
    composition::Privacy,
    http::{
        caller::{Caller, VisitorOf, person_not_found},
        idempotency::detached,
        json::{MaybeJson, time},
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use domain::privacy::Obstacle;
use ports::privacy::{ErasureAsked, TakenBack};
use serde::Serialize;
use utoipa::ToSchema;

/// An erasure that will be carried out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureJson {
    user_id: String,
    /// When it is carried out, unless it is taken back before.
    execute_at: String,
}

/// Asks for the erasure of a person.
///
/// It is carried out 72 hours later, and can be taken back until then. What only served the conversation and the account
/// is erased; records of payments are blocked as long as the law demands, and then destroyed. A person who asked already
/// gets the same answer. Refused with 409 while money is left in a wallet (`money_left`), a transfer is open
/// (`transfers_open`) or in doubt (`transfers_in_doubt`), or the data is held (`legal_hold`): `errors` names each.
///
/// Needs the scope `people`, or the person's own token with their password or a code. Errors: `code_invalid_or_expired`
/// (400), `unauthorized` (401) for a wrong password, `step_up_required` (403) without a proof, `not_found` (404),
/// `conflict` (409), `otp_locked` (423), `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/people/{user_id}/erasure", operation_id = "ask_erasure", tag = "accounts",
    params(("user_id" = String, Path)), request_body = StepUpBody,
    responses((status = 202, body = ErasureJson), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn ask(
    app: web::Data<Privacy>,
    caller: Caller,
    visitor: VisitorOf,
    id: web::Path<String>,
    body: MaybeJson<StepUpBody>,
) -> Result<HttpResponse, ApiError> {
    let user = caller.person_in_path(&id)?;
    let proof = proof_of(&app, &caller, visitor.0, body).await?;
    let (use_case, actor) = (app.erase.clone(), caller.actor());
    match detached(async move { use_case.ask(user, proof, &actor).await }).await?? {
        ErasureAsked::Due(execute_at) => Ok(HttpResponse::Accepted()
            .json(ErasureJson { user_id: user.to_string(), execute_at: time(execute_at) })),
        ErasureAsked::InTheWay(obstacles) => Err(in_the_way(&obstacles)),
        ErasureAsked::NoProof => Err(no_proof()),
        ErasureAsked::NoSuchPerson => Err(person_not_found()),
    }
}

/// Takes an erasure back that was not carried out yet.
///
/// Needs the scope `people`, or the person's own token. Error: `not_found` (404), also if none was asked for.
#[utoipa::path(delete, path = "/api/v1/people/{user_id}/erasure", operation_id = "take_erasure_back",
    tag = "accounts", params(("user_id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn take_back(
    app: web::Data<Privacy>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let user = caller.person_in_path(&id)?;
    let (use_case, actor) = (app.erase.clone(), caller.actor());
    match detached(async move { use_case.take_back(user, &actor).await }).await?? {
        TakenBack::Done => Ok(HttpResponse::NoContent().finish()),
        TakenBack::NothingToTakeBack => {
            Err(ApiError::not_found("No erasure was asked for that can be taken back."))
        }
        TakenBack::NoSuchPerson => Err(person_not_found()),
    }
}

fn in_the_way(obstacles: &[Obstacle]) -> ApiError {
    let advice: Vec<&str> = obstacles.iter().map(|obstacle| obstacle.advice()).collect();
    let problem = ApiError::conflict(format!("The person can't be erased yet. {}", advice.join(" ")));
    obstacles
        .iter()
        .fold(problem, |problem, obstacle| problem.and_field("", obstacle.name(), obstacle.advice()))
}
