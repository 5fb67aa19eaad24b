//! Messages that a team sends, and opt-outs.

use crate::{
    composition::Messaging,
    http::json::time,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::answer_once,
        json::JsonBody,
        pagination::{PageQuery, cut},
        price::PriceJson,
        problem::{ApiError, Problem},
        words::{DeliveryStatusWord, QueuedWord, words},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use application::messaging::send_message::{Words, Written};
use application::operations::idempotent_requests::IdempotentRequests;
use chrono::{DateTime, Utc};
use domain::{
    ids::MessageId, messaging::consent::ConsentStatus, operations::idempotency::Fingerprint,
    phone::PhoneNumber, text::mask,
};
use ports::messaging::{MessageState, message_channel::Template};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    ConsentWord "Consent" "Whether the person wants messages on the channel." ["opted_out", "opted_in"];
}

/// Longest text in characters, which every channel accepts.
const TEXT_LENGTH_MAX: usize = 4096;

/// A template: a text that Meta or Twilio has approved.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateJson {
    /// The template's name at the provider (Meta's name, Twilio's `HX…`).
    #[schema(example = "recordatorio_de_pago")]
    name: String,
    /// The language, such as `es` or `es_MX`; the default is `DEFAULT_LOCALE`.
    language: Option<String>,
    /// The values of the placeholders, in order.
    #[serde(default)]
    parameters: Vec<String>,
}

/// A message to a person: either text or template.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRequest {
    /// The person's number, in any usual spelling.
    #[schema(example = "+525512345678")]
    to: String,
    /// Free text, within 24 hours after the person's last message.
    #[schema(max_length = 4096, example = "Tu tarjeta está lista.")]
    text: Option<String>,
    /// Or a template, at any time.
    template: Option<TemplateJson>,
}

/// A message that will be sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageAnswer {
    pub(in crate::routes) id: String,
    /// The status `queued`.
    #[schema(value_type = QueuedWord)]
    status: &'static str,
}

/// A delivery report of a message.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryEventJson {
    #[schema(value_type = DeliveryStatusWord)]
    status: &'static str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A message and its delivery status.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageView {
    id: String,
    /// `queued`, `sent`, `delivered`, `read`, `failed` or `unknown`.
    #[schema(value_type = DeliveryStatusWord)]
    status: &'static str,
    channel: &'static str,
    /// The provider's id of the message; `null` until the provider accepted it.
    #[schema(example = "SM00000000000000000000000000000000")]
    provider_message_id: Option<String>,
    /// What it cost, once the provider told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<PriceJson>,
    history: Vec<DeliveryEventJson>,
}

/// A person's opt-out or opt-in on a channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptOutJson {
    channel: &'static str,
    /// The person's number or chat, masked; `null` after they were erased.
    recipient: Option<String>,
    /// The consent, `opted_out` or `opted_in`.
    #[schema(value_type = ConsentWord)]
    status: &'static str,
    at: String,
}

/// A page of opt-outs and opt-ins, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptOutPage {
    items: Vec<OptOutJson>,
    next_cursor: Option<String>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/messages").route(web::post().to(send)))
        .service(web::resource("/api/v1/messages/{id}").route(web::get().to(show)))
        .service(web::resource("/api/v1/opt-outs").route(web::get().to(opt_outs)));
}

/// The content of a request: either a text or a template.
pub(in crate::routes) fn words_of(
    app: &Messaging,
    text: Option<String>,
    template: Option<TemplateJson>,
) -> Result<Words, ApiError> {
    match (text, template) {
        (Some(text), None) if text.trim().is_empty() => Err(ApiError::field("/text", "must not be empty")),
        (Some(text), None) if text.chars().count() > TEXT_LENGTH_MAX => {
            Err(ApiError::field("/text", format!("must be at most {TEXT_LENGTH_MAX} characters long")))
        }
        (Some(text), None) if text.contains('\0') => {
            Err(ApiError::field("/text", "must not contain a null character"))
        }
        (Some(text), None) => Ok(Words::Text(text)),
        (None, Some(template)) if template.name.trim().is_empty() => {
            Err(ApiError::field("/template/name", "must not be empty"))
        }
        (None, Some(template)) => Ok(Words::Template(Template {
            name: template.name,
            language: template.language.unwrap_or_else(|| app.settings.default_locale.tag().to_owned()),
            parameters: template.parameters,
            is_code: false,
        })),
        _ => Err(ApiError::field("/text", "either text or template must be given")),
    }
}

/// Fingerprint over the recipient and the content.
pub(in crate::routes) fn fingerprint_of(to: &str, words: &Words) -> Fingerprint {
    match words {
        Words::Text(text) => Fingerprint::of(&[("to", Some(to)), ("text", Some(text))]),
        Words::Template(template) => {
            let parameters = template.parameters.join("\u{1f}");
            Fingerprint::of(&[
                ("to", Some(to)),
                ("template", Some(&template.name)),
                ("language", Some(&template.language)),
                ("parameters", Some(&parameters)),
            ])
        }
    }
}

pub(in crate::routes) fn answer_written(written: Written) -> Result<MessageAnswer, ApiError> {
    match written {
        Written::Queued(id) => Ok(MessageAnswer { id: id.to_string(), status: "queued" }),
        Written::OptedOut => Err(ApiError::recipient_opted_out(
            "The recipient has opted out; they get no messages until they write START.",
        )),
        Written::OutsideWindow => Err(ApiError::outside_window(
            "No message from the recipient in the last 24 hours. Send a template.",
        )),
        Written::TooLong(length_max) => {
            Err(ApiError::field("/text", format!("must be at most {length_max} characters on this channel")))
        }
        Written::NotFound => {
            Err(ApiError::not_found("Conversation not found, or nobody has written in it yet."))
        }
    }
}

/// Sends a message to a person, over WhatsApp.
///
/// It goes through the provider of the last conversation with them. Needs the scope `messages`. Errors:
/// `invalid_phone_number` (400), `outside_window` (409) for text outside the 24-hour window,
/// `recipient_opted_out` (409).
#[utoipa::path(post, path = "/api/v1/messages", operation_id = "send_message",
    tag = "messages", request_body = MessageRequest,
    params(("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key sends no second message.")),
    responses((status = 202, body = MessageAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn send(
    app: web::Data<Messaging>,
    requests: web::Data<IdempotentRequests>,
    caller: Caller,
    header: IdempotencyHeader,
    body: JsonBody<MessageRequest>,
) -> Result<HttpResponse, ApiError> {
    let client = caller.require(Scope::Messages)?.to_owned();
    let MessageRequest { to, text, template } = body.0;
    let to = PhoneNumber::parse(&to, app.settings.default_region).map_err(|_invalid| {
        ApiError::invalid_phone_number("This is not a possible phone number.").and_field(
            "/to",
            "invalid",
            "must be a phone number",
        )
    })?;
    let words = words_of(&app, text, template)?;
    let fingerprint = fingerprint_of(to.e164(), &words);
    let key = header.key(&caller, "messages.send");
    let shared = app.clone().into_inner();
    answer_once(&requests, StatusCode::ACCEPTED, key, fingerprint, async move {
        answer_written(shared.send_message.to_number(&to, words, &client).await?)
    })
    .await
}

/// Returns a message with its delivery reports.
///
/// A team sees only its own messages. Needs the scope `messages`. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/messages/{id}", operation_id = "get_message",
    tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = MessageView), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<Messaging>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let client = caller.require(Scope::Messages)?;
    let unknown = || ApiError::not_found("Message not found.");
    let id = id.parse::<MessageId>().map_err(|_malformed| unknown())?;
    let found = app.outbox.find(id).await?;
    let own = found.filter(|state| state.client.as_deref() == Some(client)).ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(view(id, own)))
}

fn view(id: MessageId, state: MessageState) -> MessageView {
    let delivery_reports =
        |(status, at, error): (domain::message::DeliveryStatus, DateTime<Utc>, Option<String>)| {
            DeliveryEventJson { status: status.name(), at: time(at), error }
        };
    MessageView {
        id: id.to_string(),
        status: state.status.name(),
        channel: state.channel.name(),
        provider_message_id: state.provider_id,
        price: PriceJson::told(state.price.as_ref(), state.price_category.as_ref()),
        history: state.history.into_iter().map(delivery_reports).collect(),
    }
}

/// Lists opt-outs and opt-ins, newest first.
///
/// Each recipient and channel is listed once, with the newest decision. Needs the scope `messages`.
#[utoipa::path(get, path = "/api/v1/opt-outs", operation_id = "list_opt_outs",
    tag = "messages", params(PageQuery),
    responses((status = 200, body = OptOutPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn opt_outs(
    app: web::Data<Messaging>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Messages)?;
    let (request, limit) = page.behind_number()?;
    let (rows, next_cursor) = cut(app.consents.consents(&request).await?, limit, |row| row.seq.to_string());
    let item = |row: &ports::messaging::ConsentView| OptOutJson {
        channel: row.channel.name(),
        recipient: row.recipient.as_deref().map(mask),
        status: match row.consent {
            ConsentStatus::OptedOut => "opted_out",
            ConsentStatus::OptedIn => "opted_in",
        },
        at: time(row.at),
    };
    Ok(HttpResponse::Ok().json(OptOutPage { items: rows.iter().map(item).collect(), next_cursor }))
}
