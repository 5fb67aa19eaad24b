//! Signing in.

use super::{SignedInJson, let_in, secret, too_many};
use crate::{
    composition::App,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use application::accounts::log_in::LoggedIn;
use domain::accounts::{EmailAddress, Password};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogInBody {
    email: String,
    password: String,
}

/// The password is right; a code is asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorJson {
    /// `true`
    mfa_required: bool,
    /// To be shown with the code, within ten minutes.
    challenge_id: String,
    /// How the code went.
    #[schema(example = "sms")]
    channel: &'static str,
}

/// Lets whoever knows the password in, or asks for the second factor.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "accounts", request_body = LogInBody,
    responses((status = 200, content((SignedInJson = "application/json"), (SecondFactorJson = "application/json"))),
        (status = 401, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn log_in(
    app: web::Data<App>,
    visitor: VisitorOf,
    body: JsonBody<LogInBody>,
) -> Result<HttpResponse, ApiError> {
    let LogInBody { email, password } = body.0;
    let refused = || ApiError::unauthorized("The address or the password is wrong.");
    // What can't be an address or a password of anybody's is wrong like any other.
    let email = EmailAddress::parse(&email).map_err(|_invalid| refused())?;
    let password = Password::typed(&password).map_err(|_too_long| refused())?;
    let (use_case, visitor) = (app.people.log_in.clone(), visitor.0);
    match detached(async move { use_case.run(&email, &password, &visitor).await }).await?? {
        LoggedIn::In(signed_in) => Ok(let_in(HttpResponse::Ok(), *signed_in)),
        LoggedIn::Mfa { challenge, channel } => Ok(secret(HttpResponse::Ok()).json(SecondFactorJson {
            mfa_required: true,
            challenge_id: challenge,
            channel: channel.name(),
        })),
        LoggedIn::Refused => Err(refused()),
        LoggedIn::TooMany(next) => Err(too_many(&app, next)),
    }
}
