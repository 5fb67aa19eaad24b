//! Understanding of texts as a service.

use crate::{
    composition::Messaging,
    http::{
        caller::Caller,
        json::JsonBody,
        problem::{ApiError, Problem},
        words::{IntentWord, words},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use domain::{
    locale::Locale,
    messaging::{
        intent::{Dialogue, Understanding},
        opinion::ServiceFailure,
    },
};
use ports::messaging::intent_parser::ParsedText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    DestinationKindWord "DestinationKind" "What a destination is." ["clabe", "account", "phone", "iban", "alias", "name"];
    ParserWord "Parser" "The parser that understood a text." ["rule", "openai", "rasa"];
    FallbackReasonWord "FallbackReason" "Why the rules read a text that a service was to be asked about."
        ServiceFailure::ALL.map(ServiceFailure::name);
}

/// Longest text, in characters.
const TEXT_MAX: usize = 4096;

/// A text to understand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParseRequest {
    /// The text, at most 4096 characters.
    #[schema(max_length = 4096, example = "manda 200 a mamá")]
    text: String,
    /// `es`, `en` or `pt`, if it is known.
    locale: Option<String>,
}

/// What a text means.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntentView {
    /// The intent: `consultar_saldo`, `transferir`, …
    #[schema(value_type = IntentWord)]
    name: &'static str,
    /// Confidence, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.97)]
    confidence: f32,
}

/// Where money is to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct DestinationView {
    /// `clabe`, `account`, `phone`, `iban`, `alias` or `name`.
    #[schema(value_type = DestinationKindWord)]
    kind: &'static str,
    /// The destination in cleaned form.
    value: String,
}

/// The slots that the text names.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntitiesView {
    /// The amount as a decimal string; absent if it is ambiguous.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    /// The currency; absent if the text names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    /// The destination, if it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "646180000112345675")]
    destination_account: Option<String>,
    /// The destination with its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<DestinationView>,
    /// A one-time code in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What the payment is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    concept: Option<String>,
}

/// The intent and the slots of a text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParseAnswer {
    intent: IntentView,
    entities: EntitiesView,
    /// The text as it was sent.
    text: String,
    /// The parser that understood the text.
    #[schema(value_type = ParserWord)]
    provider: &'static str,
    /// Why the rules' reading stands although a service was to be asked. Absent when the rules were sure, when the
    /// service's answer is used, and when there is no service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FallbackReasonWord>)]
    fallback_reason: Option<&'static str>,
}

impl ParseAnswer {
    fn new(text: String, parsed: ParsedText) -> Self {
        use domain::messaging::intent::DestinationKind as Kind;
        let fallback_reason = parsed.fallback_reason();
        let ParsedText { understanding, provider, .. } = parsed;
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
            fallback_reason,
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/api/v1/nlu/parse").route(web::post().to(parse)));
}

/// Reads intent and slots from a text.
///
/// The intent is one of a closed list. Where an understanding service is set up it is asked for what the rules don't
/// understand; `provider` says whose reading it is. Needs the scope `nlu`.
#[utoipa::path(post, path = "/api/v1/nlu/parse", operation_id = "parse_text",
    tag = "understanding", request_body = ParseRequest,
    responses((status = 200, body = ParseAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn parse(
    app: web::Data<Messaging>,
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
    let parsed = app.parser.parse(&text, &Dialogue::new(hint)).await;
    Ok(HttpResponse::Ok().json(ParseAnswer::new(text, parsed)))
}
