//! Freeze a person, and lift the freeze.

use super::{check_failed, code_of, no_code, too_many};
use crate::{
    composition::Accounts,
    http::{
        caller::{Caller, VisitorOf, person_not_found},
        idempotency::detached,
        json::{MaybeJson, time},
        problem::{ApiError, Problem},
        rate_limit::Limit,
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::accounts::{
    freeze::{LiftError, OwnerLift, OwnerLifted},
    session_issuer::Visitor,
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{
        Password,
        freeze::{Freeze, REASON_LENGTH_MAX},
    },
    ids::UserId,
};
use ports::accounts::FreezeRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a person is frozen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreezeJson {
    user_id: String,
    /// True while no money leaves any of the person's wallets.
    frozen: bool,
    /// When the freeze began; missing while the person is not frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen_at: Option<String>,
    /// From when on payments can be made, after the person lifted their own freeze.
    #[serde(skip_serializing_if = "Option::is_none")]
    payable_at: Option<String>,
    /// The masked address to which a code was sent. The freeze is lifted when it comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_sent_to: Option<String>,
}

impl FreezeJson {
    fn of(user: UserId, state: Freeze) -> Self {
        Self {
            user_id: user.to_string(),
            frozen: state.frozen_at.is_some(),
            frozen_at: state.frozen_at.map(time),
            payable_at: state.payable_at.map(time),
            code_sent_to: None,
        }
    }
}

/// Why the person is frozen.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreezeBody {
    /// The reason, for the audit log: one line of at most 500 characters. It is kept for as long as the log, so it should
    /// name nobody.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What lifts a freeze. Staff send `{}`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnfreezeBody {
    /// The person's password.
    password: Option<String>,
    /// The code that was sent to the person's e-mail address.
    code: Option<String>,
}

/// Freezes a person: at once no money leaves any of their wallets.
///
/// Their transfers that wait for a code or an approval are canceled, and their chats are signed out and no longer
/// bound. Money still comes in. While it lasts, each payment of theirs is answered `frozen` (423). The person is
/// told by SMS and e-mail, where they are known. A person who is frozen already stays so, and the answer is the
/// same.
///
/// Needs the scope `people`, or the person's own token and nothing else. Error: `not_found` (404).
#[utoipa::path(post, path = "/api/v1/people/{user_id}/freeze", operation_id = "freeze_person",
    tag = "accounts",
    params(("user_id" = String, Path)), request_body = FreezeBody,
    responses((status = 200, body = FreezeJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn freeze(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
    body: MaybeJson<FreezeBody>,
) -> Result<HttpResponse, ApiError> {
    let user = caller.person_in_path(&id)?;
    let reason = body.0.reason.filter(|reason| !reason.trim().is_empty());
    if reason.as_ref().is_some_and(|reason| {
        reason.chars().count() > REASON_LENGTH_MAX || reason.chars().any(char::is_control)
    }) {
        return Err(ApiError::field("/reason", "must be one line of at most 500 characters"));
    }
    let request = FreezeRequest { user, ordered_on: None, reason, key: None, actor: caller.actor() };
    let use_case = app.freeze.clone();
    let state = detached(async move { use_case.freeze(&request).await }).await??;
    wakeups.alerts.notify_one();
    Ok(HttpResponse::Ok().json(FreezeJson::of(user, state.ok_or_else(person_not_found)?)))
}

/// Lifts a freeze.
///
/// Staff (scope `people`) send `{}`, and the person can pay at once. A person lifts their own freeze in two calls:
/// first with `password`, which sends a code to their e-mail address and answers 202; then with `password` and
/// `code`. Their payments then wait for 24 hours (`payable_at`). The code never goes to their phone. A person
/// without an e-mail address can't lift their freeze: staff do it. If nobody is frozen, the answer is 200.
///
/// Errors: `code_invalid_or_expired` (400), `unauthorized` (401) for a wrong password, `step_up_required` (403) for
/// a person who sends no password, `not_found` (404), `conflict` (409) without an e-mail address, `recipient_opted_out` (409), `otp_locked`
/// (423), `rate_limit_exceeded` (429), `verification_send_failed` (502).
#[utoipa::path(post, path = "/api/v1/people/{user_id}/unfreeze", operation_id = "unfreeze_person",
    tag = "accounts",
    params(("user_id" = String, Path)), request_body = UnfreezeBody,
    responses((status = 200, body = FreezeJson),
        (status = 202, body = FreezeJson, description = "A code was sent by e-mail; the person is still frozen."),
        (status = "4XX", body = Problem), (status = 502, body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn unfreeze(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    caller: Caller,
    visitor: VisitorOf,
    id: web::Path<String>,
    body: MaybeJson<UnfreezeBody>,
) -> Result<HttpResponse, ApiError> {
    let user = caller.person_in_path(&id)?;
    let use_case = app.freeze.clone();
    if caller.as_person().is_none() {
        if body.0.password.is_some() || body.0.code.is_some() {
            return Err(ApiError::field("", "a service token lifts a freeze without password and code"));
        }
        let actor = caller.actor();
        let state = detached(async move { use_case.lift_by_staff(user, &actor).await }).await??;
        return Ok(HttpResponse::Ok().json(FreezeJson::of(user, state.ok_or_else(person_not_found)?)));
    }
    let state = app.freeze.state(user).await?.ok_or_else(person_not_found)?;
    if state.frozen_at.is_none() {
        return Ok(HttpResponse::Ok().json(FreezeJson::of(user, state)));
    }
    limit.count(&caller.key(), app.kernel.now())?;
    let asked = owner_lift(user, &caller, visitor.0, body.0)?;
    let lifted = detached(async move { use_case.lift_by_owner(asked).await }).await?;
    wakeups.outbox.notify_one();
    answer(&app, (user, state), lifted)
}

fn owner_lift(
    user: UserId,
    caller: &Caller,
    visitor: Visitor,
    body: UnfreezeBody,
) -> Result<OwnerLift, ApiError> {
    let Some(password) = body.password else {
        return Err(ApiError::step_up_required(
            "Send your password. A code then goes to your e-mail address; send both to lift the freeze.",
        ));
    };
    let password =
        Password::typed(&password).map_err(|_too_long| ApiError::unauthorized("Password wrong."))?;
    let code = body.code.as_deref().map(|code| code_of("/code", code)).transpose()?;
    Ok(OwnerLift { user, password, code, visitor, actor: caller.actor() })
}

fn answer(
    app: &Accounts,
    (user, state): (UserId, Freeze),
    lifted: Result<OwnerLifted, LiftError>,
) -> Result<HttpResponse, ApiError> {
    let seconds = |until: DateTime<Utc>| until.signed_duration_since(app.kernel.now()).num_seconds();
    match lifted {
        Ok(OwnerLifted::Done(state)) => Ok(HttpResponse::Ok().json(FreezeJson::of(user, state))),
        Ok(OwnerLifted::CodeSent(email)) => {
            let json = FreezeJson { code_sent_to: Some(email.masked()), ..FreezeJson::of(user, state) };
            Ok(HttpResponse::Accepted().json(json))
        }
        Ok(OwnerLifted::CodeNotSent(outcome)) => Err(super::not_sent(app, &outcome)),
        Err(LiftError::NoSuchPerson) => Err(person_not_found()),
        Err(LiftError::NoAddress) => Err(ApiError::conflict(
            "The account has no e-mail address for a code. Staff can lift the freeze.",
        )),
        Err(LiftError::WrongPassword) => Err(ApiError::unauthorized("Password wrong.")),
        Err(LiftError::TooMany(next)) => Err(too_many(app, next)),
        Err(LiftError::WrongCode) => Err(no_code()),
        Err(LiftError::Locked(until)) => {
            Err(ApiError::otp_locked("Too many wrong codes. Try again later.").retry_after(seconds(until)))
        }
        Err(LiftError::CheckFailed) => Err(check_failed()),
        Err(LiftError::AuthServiceError(fault)) => Err(fault.into()),
    }
}
