//! Sign-in with e-mail address and password.

use super::{SignedInJson, let_in, secret, too_many};
use crate::{
    composition::Accounts,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
    },
};
use actix_web::{HttpResponse, web};
use application::accounts::log_in::LoggedIn;
use domain::{accounts::Password, email::EmailAddress};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// E-mail address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogInBody {
    #[schema(max_length = 254, example = "maria@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
}

/// The password is right; an MFA code was sent and is needed.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorJson {
    /// `true` in this answer.
    mfa_required: bool,
    /// For `POST /api/v1/auth/mfa`, with the code, within ten minutes.
    #[schema(example = "9_gc2S5Tc2xxAjPe8nWfhg2aVt3BrkwgZPzFE4IuceE")]
    challenge_id: String,
    /// The channel that the code was sent on.
    channel: &'static str,
}

/// The tokens, or that an MFA code is needed.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only the API documentation reads it")]
pub(crate) enum LogInAnswer {
    /// The person is signed in.
    SignedIn(SignedInJson),
    /// The password is right, and a code is needed.
    SecondFactor(SecondFactorJson),
}

/// Signs a person in with e-mail address and password.
///
/// The answer has the tokens. If MFA is on, it has a `challenge_id` instead, and a code is sent: continue
/// with `POST /api/v1/auth/mfa`. Errors: `unauthorized` (401) for an unknown address or a wrong password,
/// `rate_limit_exceeded` (429) after too many of them.
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "log_in",
    tag = "accounts", request_body = LogInBody,
    responses((status = 200, body = LogInAnswer),
        (status = 401, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn log_in(
    app: web::Data<Accounts>,
    visitor: VisitorOf,
    body: JsonBody<LogInBody>,
) -> Result<HttpResponse, ApiError> {
    let LogInBody { email, password } = body.0;
    let refused = || ApiError::unauthorized("E-mail address or password wrong.");
    // A malformed address or password is answered like a wrong one.
    let email = EmailAddress::parse(&email).map_err(|_invalid| refused())?;
    let password = Password::typed(&password).map_err(|_too_long| refused())?;
    let (use_case, visitor) = (app.log_in.clone(), visitor.0);
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
