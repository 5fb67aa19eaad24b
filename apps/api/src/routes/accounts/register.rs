//! Sign-up with an e-mail address.

use super::{SignedInJson, check_failed, code_of, email_of, let_in, name_of, no_code, phone_of};
use crate::{
    composition::Accounts,
    http::{
        caller::VisitorOf,
        idempotency::detached,
        json::JsonBody,
        problem::{ApiError, Problem},
        rate_limit::Limit,
    },
};
use actix_web::{HttpResponse, web};
use application::accounts::{
    prove_phone::NumberProof,
    register::{RegisterError, Registration},
    session_issuer::Visitor,
};
use domain::accounts::Password;
use serde::Deserialize;
use utoipa::ToSchema;

/// The account to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterBody {
    #[schema(example = "maria@example.com", format = Email, max_length = 254)]
    email: String,
    /// At least twelve characters, and no common password.
    #[schema(min_length = 12, max_length = 256)]
    password: String,
    /// The person's number. Without `otp_code` or `verification_id` it is stored, but not proved.
    phone: Option<String>,
    /// The code that was sent to the number for `registration`, requested from the same IP address.
    otp_code: Option<String>,
    /// Or the id of a verification for `registration`, requested from the same IP address and approved within
    /// half an hour.
    verification_id: Option<String>,
    #[schema(max_length = 80)]
    first_name: Option<String>,
    #[schema(max_length = 80)]
    last_name: Option<String>,
}

/// Creates an account and signs the person in.
///
/// A person who is already known by the proved number keeps their wallets. Errors:
/// `code_invalid_or_expired` (400), `invalid_phone_number` (400), `conflict` (409) if address or number has an account,
/// `validation_failed` (422), `rate_limit_exceeded` (429) after too many new accounts from one address.
#[utoipa::path(post, path = "/api/v1/auth/register", operation_id = "register",
    tag = "accounts", request_body = RegisterBody,
    responses((status = 201, body = SignedInJson), (status = 409, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn register(
    app: web::Data<Accounts>,
    limit: Limit,
    visitor: VisitorOf,
    body: JsonBody<RegisterBody>,
) -> Result<HttpResponse, ApiError> {
    let registration = read_request(&app, visitor.0, &body.0)?;
    if matches!(registration.proof, Some(NumberProof::Code(_))) {
        limit.count(&format!("address:{}", registration.visitor.address), app.kernel.now())?;
    }
    let use_case = app.register.clone();
    match detached(async move { use_case.run(registration).await }).await? {
        Ok(signed_in) => Ok(let_in(HttpResponse::Created(), signed_in)),
        Err(RegisterError::EmailTaken) => {
            Err(ApiError::conflict("This e-mail address already has an account."))
        }
        Err(RegisterError::PhoneTaken) => Err(ApiError::conflict("This number already has an account.")),
        Err(RegisterError::NoProof) => Err(no_code()),
        Err(RegisterError::TooMany(next)) => {
            let seconds = next.signed_duration_since(app.kernel.now()).num_seconds();
            Err(ApiError::rate_limit_exceeded(
                "Too many accounts were created from this address. Try again later.",
            )
            .retry_after(seconds.max(1)))
        }
        Err(RegisterError::CheckFailed) => Err(check_failed()),
        Err(RegisterError::AuthServiceError(fault)) => Err(fault.into()),
    }
}

fn read_request(app: &Accounts, visitor: Visitor, body: &RegisterBody) -> Result<Registration, ApiError> {
    let email = email_of(&body.email)?;
    let password = Password::try_new(&body.password, &email)
        .map_err(|fault| ApiError::field("/password", fault.to_string()))?;
    let phone = body.phone.as_deref().map(|phone| phone_of(app, phone)).transpose()?;
    let proof = read_proof(body.otp_code.as_deref(), body.verification_id.as_deref())?;
    if proof.is_some() && phone.is_none() {
        return Err(ApiError::field("/phone", "must be given together with what proves it"));
    }
    let mut registration = Registration::of(email, password, visitor);
    (registration.phone, registration.proof) = (phone, proof);
    registration.first_name = name_of("/first_name", body.first_name.as_deref())?;
    registration.last_name = name_of("/last_name", body.last_name.as_deref())?;
    Ok(registration)
}

/// The proof of a number: a code, or the id of an approved challenge, but not both.
pub(super) fn read_proof(
    code: Option<&str>,
    verification: Option<&str>,
) -> Result<Option<NumberProof>, ApiError> {
    match (code, verification) {
        (None, None) => Ok(None),
        (Some(code), None) => Ok(Some(NumberProof::Code(code_of("/otp_code", code)?))),
        (None, Some(id)) => Ok(Some(NumberProof::Verification(id.parse().map_err(|_malformed| no_code())?))),
        (Some(_), Some(_)) => {
            Err(ApiError::field("/verification_id", "must not be given together with otp_code"))
        }
    }
}
