//! Understanding as a service.

use crate::{
    composition::App,
    http::{
        caller::Caller,
        json::JsonBody,
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use domain::{locale::Locale, messaging::intent::Understanding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest text understood, in characters.
const TEXT_MAX: usize = 4096;

/// A text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParseRequest {
    /// What somebody wrote.
    text: String,
    /// `es`, `en` or `pt`, where it is known.
    locale: Option<String>,
}

/// An intent.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntentView {
    /// `consultar_saldo`, `transferir`, …
    name: &'static str,
    /// 0 to 1.
    confidence: f32,
}

/// A destination.
#[derive(Serialize, ToSchema)]
pub(crate) struct DestinationView {
    /// `clabe`, `account`, `phone`, `iban`, `alias` or `name`.
    kind: &'static str,
    /// Cleaned.
    value: String,
}

/// What the text names.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntitiesView {
    /// A decimal string; absent when it can be read in two ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    /// Only when the text names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    /// The destination, when it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_account: Option<String>,
    /// The destination with its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<DestinationView>,
    /// A one-time code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    concept: Option<String>,
}

/// What was understood.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParseAnswer {
    intent: IntentView,
    entities: EntitiesView,
    /// The text, as it was sent.
    text: String,
    /// Who understood it.
    provider: &'static str,
}

impl ParseAnswer {
    fn new(text: String, provider: &'static str, understanding: Understanding) -> Self {
        use domain::messaging::intent::DestinationKind as Kind;
        let Understanding { intent, confidence, entities, .. } = understanding;
        let is_number = |kind: Kind| !matches!(kind, Kind::Name | Kind::Alias);
        let destination = entities.destination;
        Self {
            intent: IntentView { name: intent.wire_name(), confidence },
            entities: EntitiesView {
                amount: entities.amount.and_then(|amount| amount.exact().map(str::to_owned)),
                currency: entities.currency.map(domain::money::Currency::code),
                destination_account: destination
                    .as_ref()
                    .filter(|d| is_number(d.kind))
                    .map(|d| d.value.clone()),
                destination: destination.map(|d| DestinationView { kind: d.kind.name(), value: d.value }),
                code: entities.code,
                concept: entities.concept,
            },
            text,
            provider,
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/api/v1/nlu/parse").route(web::post().to(parse)));
}

/// Understands a text: one intent out of a closed list, and what it names.
#[utoipa::path(post, path = "/api/v1/nlu/parse", tag = "understanding", request_body = ParseRequest,
    responses((status = 200, body = ParseAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn parse(
    app: web::Data<App>,
    caller: Caller,
    body: JsonBody<ParseRequest>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Nlu)?;
    let ParseRequest { text, locale } = body.0;
    if text.chars().count() > TEXT_MAX {
        return Err(ApiError::field("/text", "must be at most 4096 characters"));
    }
    let hint = match locale {
        None => None,
        Some(tag) => {
            Some(Locale::parse(&tag).ok_or_else(|| ApiError::field("/locale", "must be es, en or pt"))?)
        }
    };
    let understanding = app.parser.parse(&text, hint).await;
    Ok(HttpResponse::Ok().json(ParseAnswer::new(text, app.parser.name(), understanding)))
}
