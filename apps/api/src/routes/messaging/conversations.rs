//! Conversations, for agents: list, read, take over, write in, release.

use super::messages::{MessageAnswer, TemplateJson, answer_written, fingerprint_of, words_of};
use crate::http::json::time;
use crate::{
    composition::Messaging,
    http::{
        caller::{Caller, IdempotencyHeader},
        idempotency::answer_once,
        json::JsonBody,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        words::{AcceptedWord, DeliveryStatusWord, words},
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use application::operations::idempotent_requests::IdempotentRequests;
use chrono::{DateTime, Utc};
use domain::{
    ids::ConversationId,
    message::is_window_open,
    messaging::{
        consent::ConsentStatus,
        conversation::{AgentCommand, InboundContent, Session},
    },
    text::mask,
};
use ports::messaging::{ConversationView, MessageBody, TranscriptMessage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    DirectionWord "Direction" "Who wrote a message: the person or we." ["inbound", "outbound"];
}

/// A conversation with one person over one channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationJson {
    id: String,
    channel: &'static str,
    /// The person's number or chat, masked; `null` after they were erased.
    person: Option<String>,
    /// The person's user id; `null` until their number is proved.
    user_id: Option<String>,
    locale: Option<&'static str>,
    /// When the agent handoff ends at the latest; `null` if no agent has the conversation.
    handed_off_until: Option<String>,
    opted_out: bool,
    /// True if free text may be sent now (24-hour window).
    window_open: bool,
    last_inbound_at: Option<String>,
    updated_at: String,
    /// True if the stored state was erased, or can't be opened because its key is gone. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unreadable: bool,
}

/// A page of conversations, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    items: Vec<ConversationJson>,
    next_cursor: Option<String>,
}

/// One message of a conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct TranscriptMessageJson {
    id: String,
    /// The direction, `inbound` or `outbound`.
    #[schema(value_type = DirectionWord)]
    direction: &'static str,
    /// The text; `null` if it contained a code, or if the message has no text.
    text: Option<String>,
    /// The kind of message if it is not plain text, such as `button`, `image`, `location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "button")]
    kind: Option<String>,
    /// The delivery status of an outbound message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DeliveryStatusWord>)]
    status: Option<&'static str>,
    at: String,
}

/// A page of messages, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct TranscriptPage {
    items: Vec<TranscriptMessageJson>,
    next_cursor: Option<String>,
}

/// A message of an agent: either text or template.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteRequest {
    #[schema(max_length = 4096, example = "Buenas tardes, soy Ana.")]
    text: Option<String>,
    template: Option<TemplateJson>,
}

/// An agent command was accepted. It is carried out after the messages that the person wrote before.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentCommandAnswer {
    id: String,
    /// The status `accepted`.
    #[schema(value_type = AcceptedWord)]
    status: &'static str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/conversations").route(web::get().to(list)))
        .service(web::resource("/api/v1/conversations/{id}").route(web::get().to(show)))
        .service(
            web::resource("/api/v1/conversations/{id}/messages")
                .route(web::get().to(lines))
                .route(web::post().to(write)),
        )
        .service(web::resource("/api/v1/conversations/{id}/handoff").route(web::post().to(hand_off)))
        .service(web::resource("/api/v1/conversations/{id}/release").route(web::post().to(release)));
}

fn unknown() -> ApiError {
    ApiError::not_found("Conversation not found.")
}

fn id_of(text: &str) -> Result<ConversationId, ApiError> {
    text.parse().map_err(|_malformed| unknown())
}

fn json(conversation: &ConversationView, now: DateTime<Utc>) -> ConversationJson {
    let state = &conversation.state;
    let user = match &state.session {
        Session::Open { user, .. } => Some(user.to_string()),
        _ => None,
    };
    ConversationJson {
        id: conversation.id.to_string(),
        channel: conversation.channel.name(),
        person: conversation.sender_key.as_deref().map(mask),
        user_id: user,
        locale: state.locale.map(domain::locale::Locale::tag),
        handed_off_until: state.handed_off_until.filter(|until| *until > now).map(time),
        opted_out: conversation.consent == ConsentStatus::OptedOut,
        window_open: is_window_open(conversation.channel, conversation.last_inbound_at, now),
        last_inbound_at: conversation.last_inbound_at.map(time),
        updated_at: time(conversation.updated_at),
        unreadable: conversation.is_unreadable,
    }
}

/// Lists conversations, newest first.
///
/// Needs the scope `conversations`.
#[utoipa::path(get, path = "/api/v1/conversations", operation_id = "list_conversations",
    tag = "conversations", params(PageQuery),
    responses((status = 200, body = ConversationPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Messaging>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Conversations)?;
    let (request, limit) = page.behind_id()?;
    let (conversations, next_cursor) =
        cut(app.conversations.conversations(&request).await?, limit, |conversation| {
            conversation.id.to_string()
        });
    let now = app.kernel.now();
    let items = conversations.iter().map(|conversation| json(conversation, now)).collect();
    Ok(HttpResponse::Ok().json(ConversationPage { items, next_cursor }))
}

/// Returns one conversation.
///
/// Needs the scope `conversations`. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/conversations/{id}", operation_id = "get_conversation",
    tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ConversationJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<Messaging>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Conversations)?;
    let conversation = app.conversations.find_conversation(id_of(&id)?).await?.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(json(&conversation, app.kernel.now())))
}

/// Lists the messages of a conversation, newest first.
///
/// Needs the scope `conversations`. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", operation_id = "list_conversation_messages",
    tag = "conversations",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = TranscriptPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn lines(
    app: web::Data<Messaging>,
    caller: Caller,
    id: web::Path<String>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Conversations)?;
    let id = id_of(&id)?;
    let (request, limit) = page.behind_id()?;
    app.conversations.find_conversation(id).await?.ok_or_else(unknown)?;
    let (lines, next_cursor) =
        cut(app.conversations.lines(id, &request).await?, limit, |line| line.id.to_string());
    Ok(HttpResponse::Ok()
        .json(TranscriptPage { items: lines.into_iter().map(line_json).collect(), next_cursor }))
}

fn line_json(line: TranscriptMessage) -> TranscriptMessageJson {
    let (direction, text, kind, status) = match line.saying {
        MessageBody::Outbound { text, status } => ("outbound", text, None, Some(status.name())),
        MessageBody::Unreadable { is_ours } => {
            (if is_ours { "outbound" } else { "inbound" }, None, Some("unreadable".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::Text(text)) => ("inbound", Some(text), None, None),
        MessageBody::Inbound(InboundContent::Button { title, .. }) => {
            ("inbound", Some(title), Some("button".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::Reaction) => {
            ("inbound", None, Some("reaction".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::Edited(text)) => {
            ("inbound", Some(text), Some("edited".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::OwnNumber(_)) => {
            ("inbound", None, Some("own_number".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::LinkCode(_)) => ("inbound", None, Some("link".to_owned()), None),
        MessageBody::Inbound(InboundContent::IdentityChanged) => {
            ("inbound", None, Some("identity_changed".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::AgentCommand { .. }) => {
            ("inbound", None, Some("desk".to_owned()), None)
        }
        MessageBody::Inbound(InboundContent::HoldEnded) => ("inbound", None, Some("timer".to_owned()), None),
        MessageBody::Inbound(InboundContent::Other(kind)) => ("inbound", None, Some(kind), None),
    };
    TranscriptMessageJson { id: line.id.to_string(), direction, text, kind, status, at: time(line.at) }
}

/// Sends a message in a conversation.
///
/// It needs no agent handoff. Needs the scope `conversations`. Errors: `not_found` (404), `outside_window`
/// (409) for text outside the 24-hour window, `recipient_opted_out` (409).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", operation_id = "write_in_conversation",
    tag = "conversations", request_body = WriteRequest,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, 
        description = "Recommended. A repeated request with the same key sends no second message.")),
    responses((status = 202, body = MessageAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn write(
    app: web::Data<Messaging>,
    requests: web::Data<IdempotentRequests>,
    caller: Caller,
    header: IdempotencyHeader,
    id: web::Path<String>,
    body: JsonBody<WriteRequest>,
) -> Result<HttpResponse, ApiError> {
    let client = caller.require(Scope::Conversations)?.to_owned();
    let id = id_of(&id)?;
    let words = words_of(&app, body.0.text, body.0.template)?;
    let fingerprint = fingerprint_of(&id.to_string(), &words);
    let key = header.key(&caller, "conversations.write");
    let shared = app.clone().into_inner();
    answer_once(&requests, StatusCode::ACCEPTED, key, fingerprint, async move {
        answer_written(shared.send_message.to_conversation(id, words, &client).await?)
    })
    .await
}

/// Takes a conversation over for an agent.
///
/// Until it is released, or `HANDOFF_HOURS` later, the engine answers only about money, codes and STOP. Needs
/// the scope `conversations`. Error: `not_found` (404).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/handoff", operation_id = "hand_off_conversation",
    tag = "conversations", params(("id" = String, Path)),
    responses((status = 202, body = AgentCommandAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn hand_off(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    order(&app, &wakeups, &caller, &id, AgentCommand::TakeOver).await
}

/// Releases a conversation: the engine answers again.
///
/// Needs the scope `conversations`. Error: `not_found` (404).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/release", operation_id = "release_conversation",
    tag = "conversations", params(("id" = String, Path)),
    responses((status = 202, body = AgentCommandAnswer), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn release(
    app: web::Data<Messaging>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    order(&app, &wakeups, &caller, &id, AgentCommand::Release).await
}

async fn order(
    app: &Messaging,
    wakeups: &WorkerWakeups,
    caller: &Caller,
    id: &str,
    order: AgentCommand,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Conversations)?;
    let id = id_of(id)?;
    if !app.agent.order(id, order, caller.principal()).await? {
        return Err(unknown());
    }
    wakeups.inbox.notify_one();
    Ok(HttpResponse::Accepted().json(AgentCommandAnswer { id: id.to_string(), status: "accepted" }))
}
