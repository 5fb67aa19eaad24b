//! The signed-in person's own account.

use super::{check_failed, code_of, no_code, phone_of, register::read_proof, too_many};
use crate::{
    composition::Accounts,
    http::{
        caller::{Caller, VisitorOf},
        idempotency::detached,
        json::{JsonBody, time},
        problem::{ApiError, Problem},
        rate_limit::Limit,
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::accounts::{
    profile::{ProfileUpdate, StepUp, UpdateError, WantedPhone},
    session_issuer::Visitor,
};
use domain::{
    accounts::{Password, PersonName},
    locale::Locale,
};
use ports::accounts::{NameChange, Profile};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// The signed-in person's own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeJson {
    user_id: String,
    email: Option<String>,
    phone: Option<String>,
    phone_verified: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    locale: &'static str,
    mfa_enabled: bool,
    /// Since when no money leaves the person's wallets; null if they are not frozen.
    frozen_at: Option<String>,
}

/// The fields to change; absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MePatch {
    /// `null` removes the name.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 80, example = "María")]
    first_name: Given,
    /// `null` removes the name.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 80)]
    last_name: Given,
    /// `es`, `en` or `pt`.
    locale: Option<String>,
    /// A new number. To replace a proved number it must be proved by `otp_code` or `verification_id`, and
    /// allowed by `password` or `old_phone_code`. The old number is then told, and payments wait for
    /// `NEW_PAYEE_COOLOFF_MINUTES`.
    phone: Option<String>,
    /// The code that was sent to the new number for `registration`.
    otp_code: Option<String>,
    /// Or the id of an approved verification of the new number.
    verification_id: Option<String>,
    /// The password, to replace a proved number.
    password: Option<String>,
    /// Or a code that `POST /api/auth/send-verification-code` sent to the number that is proved now. A code
    /// for sign-in is not accepted.
    old_phone_code: Option<String>,
}

/// A name in a patch: absent keeps it, `null` removes it.
#[derive(Default)]
enum Given {
    #[default]
    Absent,
    Null,
    Text(String),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Text))
    }
}

impl Given {
    fn change(&self, pointer: &str) -> Result<NameChange, ApiError> {
        match self {
            Self::Absent => Ok(NameChange::Keep),
            Self::Null => Ok(NameChange::Remove),
            Self::Text(text) => PersonName::parse(text)
                .map(NameChange::Set)
                .map_err(|fault| ApiError::field(pointer, fault.to_string())),
        }
    }
}

fn json(app: &Accounts, profile: Profile) -> HttpResponse {
    let phone_verified = profile.phone.is_some();
    let phone = profile.phone.or(profile.claimed_phone);
    HttpResponse::Ok().json(MeJson {
        user_id: profile.user.to_string(),
        email: profile.email.map(|email| email.as_str().to_owned()),
        phone: phone.map(|phone| phone.e164().to_owned()),
        phone_verified,
        first_name: profile.first_name,
        last_name: profile.last_name,
        locale: profile.locale.unwrap_or(app.settings.default_locale).tag(),
        mfa_enabled: profile.mfa_enabled,
        frozen_at: profile.freeze.frozen_at.map(time),
    })
}

/// Returns the signed-in person's account.
///
/// Errors: `forbidden` (403) for a team's token, `not_found` (404) if the account is gone.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "get_me",
    tag = "accounts",
    responses((status = 200, body = MeJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(app: web::Data<Accounts>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let person = caller.person()?;
    let profile = app.profiles.show(person.user).await?;
    Ok(json(&app, profile.ok_or_else(|| ApiError::not_found("Account not found."))?))
}

/// Changes the signed-in person's account.
///
/// Errors: `code_invalid_or_expired` (400), `invalid_phone_number` (400), `unauthorized` (401) for a wrong password,
/// `not_found` (404) if the account is gone, `conflict` (409) if
/// the number belongs to another account or was changed meanwhile, `validation_failed` (422) if a proof is
/// missing, `rate_limit_exceeded` (429).
#[utoipa::path(patch, path = "/api/v1/me", operation_id = "update_me",
    tag = "accounts", request_body = MePatch,
    responses((status = 200, body = MeJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn update(
    app: web::Data<Accounts>,
    wakeups: web::Data<WorkerWakeups>,
    limit: Limit,
    caller: Caller,
    visitor: VisitorOf,
    body: JsonBody<MePatch>,
) -> Result<HttpResponse, ApiError> {
    let update = read_request(&app, &caller, visitor.0, &body.0)?;
    if update.phone.is_some() {
        limit.count(&caller.key(), app.kernel.now())?;
    }
    let use_case = app.profiles.clone();
    let done = detached(async move { use_case.update(update).await }).await?;
    wakeups.outbox.notify_one();
    match done {
        Ok(profile) => Ok(json(&app, profile)),
        Err(UpdateError::NotFound) => Err(ApiError::not_found("Account not found.")),
        Err(UpdateError::PhoneTaken) => Err(ApiError::conflict("This number belongs to another account.")),
        Err(UpdateError::Moved) => Err(ApiError::conflict(
            "The number was changed by another request. Read the account and try again.",
        )),
        Err(UpdateError::ProofNeeded) => {
            Err(ApiError::field("/otp_code", "must be given: the code that was sent to the new number"))
        }
        Err(UpdateError::StepUpNeeded) => {
            Err(ApiError::field("/password", "must be given to replace a proved number, or old_phone_code"))
        }
        Err(UpdateError::WrongPassword) => Err(ApiError::unauthorized("Password wrong.")),
        Err(UpdateError::NoProof | UpdateError::WrongCode) => Err(no_code()),
        Err(UpdateError::CheckFailed) => Err(check_failed()),
        Err(UpdateError::TooMany(next)) => Err(too_many(&app, next)),
        Err(UpdateError::AuthServiceError(fault)) => Err(fault.into()),
    }
}

fn read_request(
    app: &Accounts,
    caller: &Caller,
    visitor: Visitor,
    body: &MePatch,
) -> Result<ProfileUpdate, ApiError> {
    let phone = read_phone(app, body)?;
    let locale = match body.locale.as_deref() {
        None => None,
        Some(tag) => {
            Some(Locale::parse(tag).ok_or_else(|| ApiError::field("/locale", "must be es, en or pt"))?)
        }
    };
    Ok(ProfileUpdate {
        user: caller.person()?.user,
        first_name: body.first_name.change("/first_name")?,
        last_name: body.last_name.change("/last_name")?,
        locale,
        phone,
        visitor,
        actor: caller.actor(),
    })
}

fn read_phone(app: &Accounts, body: &MePatch) -> Result<Option<WantedPhone>, ApiError> {
    let proof = read_proof(body.otp_code.as_deref(), body.verification_id.as_deref())?;
    let step_up = match (&body.password, &body.old_phone_code) {
        (None, None) => None,
        (Some(password), None) => Some(StepUp::Password(
            Password::typed(password).map_err(|_too_long| ApiError::unauthorized("Password wrong."))?,
        )),
        (None, Some(code)) => Some(StepUp::OldNumberCode(code_of("/old_phone_code", code)?)),
        (Some(_), Some(_)) => {
            return Err(ApiError::field("/old_phone_code", "must not be given together with password"));
        }
    };
    match &body.phone {
        Some(phone) => Ok(Some(WantedPhone { number: phone_of(app, phone)?, proof, step_up })),
        None if proof.is_some() || step_up.is_some() => {
            Err(ApiError::field("/phone", "must be given together with what proves or allows it"))
        }
        None => Ok(None),
    }
}
