//! A team opens a page on which a person proves their number.

use crate::{
    composition::Verification,
    http::{
        caller::Caller,
        json::JsonBody,
        problem::{ApiError, Problem},
        words::PurposeWord,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::verification::verification_page::NewPage;
use chrono::SecondsFormat;
use domain::{
    ids::UserId,
    locale::Locale,
    phone::PhoneNumber,
    principal::Principal,
    verification::{otp::Purpose, return_to::ReturnTo},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest `state`, in bytes.
const STATE_MAX: usize = 500;

/// A request for a hosted page.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionRequest {
    /// The number to prove, in any usual spelling; without it the page asks for one.
    #[schema(max_length = 254)]
    phone: Option<String>,
    /// `registration`, `login`, `password_reset` or `transfer`.
    #[schema(value_type = PurposeWord)]
    purpose: String,
    /// The user id of the person: a number that is proved for `registration` becomes theirs, unless they have
    /// one. It needs the scope `people` too.
    user_id: Option<String>,
    /// Where the person goes afterwards: an address whose origin is one of `RETURN_TO_ORIGINS`. It gets
    /// `verification_id` and `state`, which prove nothing: ask `GET /api/v1/verify/{id}`.
    #[schema(format = "uri", max_length = 2000)]
    return_to: String,
    /// `es`, `en` or `pt`; without it the browser's language.
    locale: Option<String>,
    /// Comes back with the person: tie it to their session with you. At most 500 bytes.
    #[schema(max_length = 500)]
    state: Option<String>,
}

/// A page that was opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    id: String,
    /// Where to send the person. It contains a secret: anybody who has it can use the page.
    #[schema(format = "uri")]
    url: String,
    /// When the page closes.
    expires_at: String,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/api/v1/verify/sessions").route(web::post().to(open)));
}

/// Opens a hosted page on which a person proves a number.
///
/// Nothing is sent until the person requests a code there. Needs the scope `verify`. Errors:
/// `invalid_phone_number` (400), `validation_failed` (422).
#[utoipa::path(post, path = "/api/v1/verify/sessions", operation_id = "open_verification_page",
    tag = "verification", request_body = SessionRequest,
    responses((status = 201, body = SessionAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn open(
    app: web::Data<Verification>,
    caller: Caller,
    body: JsonBody<SessionRequest>,
) -> Result<HttpResponse, ApiError> {
    let client = caller.require(Scope::Verify)?.to_owned();
    let new = read(&app, client, body.0)?;
    if let Some(user) = new.user {
        caller.require(Scope::People)?;
        if !app.pages.knows(user).await? {
            return Err(ApiError::field("/user_id", "must be the id of a known person"));
        }
    }
    let opened = app.pages.open(new).await?;
    Ok(HttpResponse::Created().json(SessionAnswer {
        id: opened.id.to_string(),
        url: opened.url,
        expires_at: opened.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }))
}

fn read(app: &Verification, client: String, body: SessionRequest) -> Result<NewPage, ApiError> {
    let return_to = ReturnTo::try_new(&body.return_to, &app.settings.return_to_origins)
        .map_err(|fault| ApiError::field("/return_to", fault.to_string()))?;
    let purpose = Purpose::parse_for_teams(&body.purpose).ok_or_else(|| {
        ApiError::field("/purpose", "must be registration, login, password_reset or transfer")
    })?;
    let user = match body.user_id.as_deref().map(str::parse::<UserId>) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_malformed)) => return Err(ApiError::field("/user_id", "must be a person's id")),
    };
    let locale = match body.locale.as_deref() {
        None => None,
        Some(tag) => {
            Some(Locale::parse(tag).ok_or_else(|| ApiError::field("/locale", "must be es, en or pt"))?)
        }
    };
    if body.state.as_ref().is_some_and(|state| state.len() > STATE_MAX) {
        return Err(ApiError::field("/state", format!("must have at most {STATE_MAX} bytes")));
    }
    if body.state.as_ref().is_some_and(|state| state.contains(char::is_control)) {
        return Err(ApiError::field("/state", "must have no control characters"));
    }
    let phone = body.phone.as_deref().map(|text| phone(app, text)).transpose()?;
    let owner = Principal::Client(client);
    Ok(NewPage { phone, user, purpose, return_to: Some(return_to), state: body.state, locale, owner })
}

/// The number. A country that gets no codes is refused now, because the page would be of no use.
fn phone(app: &Verification, text: &str) -> Result<PhoneNumber, ApiError> {
    let invalid =
        |detail: &str| ApiError::invalid_phone_number(detail).and_field("/phone", "invalid", detail);
    let phone = PhoneNumber::parse(text, app.settings.default_region)
        .map_err(|_impossible| invalid("This is not a possible phone number."))?;
    if phone.takes_codes(&app.settings.allowed_countries) {
        Ok(phone)
    } else {
        Err(invalid("Codes are not sent to this country."))
    }
}
