//! Binding Telegram chats to people's accounts.

use super::{no_code, secret, too_many};
use crate::{
    composition::Accounts,
    http::{
        caller::{Caller, VisitorOf},
        idempotency::detached,
        json::{JsonBody, MaybeJson},
        problem::{ApiError, Problem},
        words::words,
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::accounts::telegram_link::Confirmation;
use chrono::SecondsFormat;
use domain::{
    accounts::{LINK_CODE_TTL, Password},
    text::truncate,
};
use ports::accounts::TelegramChat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    StepUpWord "StepUp" "What the person must still send." ["password"];
}

/// Longest name of a chat that is stored, in characters.
const NAME_LENGTH_MAX: usize = 64;

/// The chat to bind, if the bot asks; empty if a person asks.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartBody {
    /// The chat's id, if the bot asks.
    chat_id: Option<i64>,
    /// The chat's `@` name.
    username: Option<String>,
    /// The first name of the chat's owner.
    first_name: Option<String>,
}

/// A link code, which binds a chat to an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartJson {
    code: String,
    /// Lifetime of the code in seconds.
    #[schema(example = 600)]
    expires_in: i64,
    /// Opens the chat with the bot and sends the code. Only if a person asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    link: Option<String>,
}

/// A link code, and the chat that it is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    code: String,
    chat_id: i64,
    /// The chat's `@` name, if the bot asks.
    username: Option<String>,
    /// The first name of the chat's owner, if the bot asks.
    first_name: Option<String>,
    /// The password, if a person asks. Without it the answer only shows whose chat it is.
    password: Option<String>,
}

/// The chat is bound.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmJson {
    /// `true` in this answer.
    success: bool,
    user_id: String,
    /// An access token for the person.
    jwt_token: String,
    expires_at: String,
}

/// Nothing is bound yet: shows whose chat it is, and what is missing.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepUpJson {
    /// `false` in this answer.
    success: bool,
    /// What is missing: `password`.
    #[schema(value_type = StepUpWord)]
    step_up: &'static str,
    chat_id: i64,
    username: Option<String>,
    first_name: Option<String>,
}

/// The chat is bound, or what is missing.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only the API documentation reads it")]
pub(crate) enum ConfirmAnswer {
    /// The chat is bound.
    Bound(ConfirmJson),
    /// The person must still send their password.
    StepUp(StepUpJson),
}

fn chat(id: i64, username: Option<String>, first_name: Option<String>) -> TelegramChat {
    let shortened = |name: Option<String>| {
        let name = name.map(|name| truncate(name.trim(), NAME_LENGTH_MAX));
        name.filter(|name| !name.is_empty() && !name.chars().any(char::is_control))
    };
    TelegramChat { id, username: shortened(username), first_name: shortened(first_name) }
}

/// Makes a link code.
///
/// A person's code binds the chat that sends it to the bot with `/start`. The bot's service (scope `people`)
/// makes a code for a chat; it binds that chat to the person who confirms it. Errors: `forbidden` (403),
/// `conflict` (409) if no bot is set up.
#[utoipa::path(post, path = "/api/v1/auth/telegram/start", operation_id = "start_telegram_link",
    tag = "accounts", request_body = StartBody,
    responses((status = 200, body = StartJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn start(
    app: web::Data<Accounts>,
    caller: Caller,
    body: MaybeJson<StartBody>,
) -> Result<HttpResponse, ApiError> {
    let StartBody { chat_id, username, first_name } = body.0;
    let expires_in = LINK_CODE_TTL.num_seconds();
    match (caller.as_person(), chat_id) {
        (Some(person), None) => {
            let none = || ApiError::conflict("No Telegram bot is set up on this server.");
            let bot = &app.settings.telegram.as_ref().ok_or_else(none)?.bot_name;
            let code = app.telegram.start_for_person(person.user, person.session).await?;
            let code = code.ok_or_else(|| ApiError::unauthorized("The session has ended. Sign in again."))?;
            let link = Some(format!("https://t.me/{bot}?start={code}"));
            Ok(secret(HttpResponse::Ok()).json(StartJson { code, expires_in, link }))
        }
        (Some(_), Some(_)) => {
            Err(ApiError::forbidden("Only the bot's service may request a code for a chat."))
        }
        (None, chat_id) => {
            caller.require(Scope::People)?;
            let id = chat_id.ok_or_else(|| ApiError::field("/chat_id", "must be given"))?;
            let code = app.telegram.start_for_chat(chat(id, username, first_name)).await?;
            Ok(secret(HttpResponse::Ok()).json(StartJson { code, expires_in, link: None }))
        }
    }
}

/// Confirms a link code and binds the chat.
///
/// The bot's service (scope `people`) confirms a person's code, for the chat that sent it. A person confirms
/// a chat's code with their password; without it the answer only shows whose chat it is. Errors:
/// `code_invalid_or_expired` (400), `unauthorized` (401) for a wrong password, `rate_limit_exceeded` (429).
#[utoipa::path(post, path = "/api/v1/auth/telegram/confirm", operation_id = "confirm_telegram_link",
    tag = "accounts", request_body = ConfirmBody,
    responses((status = 200, body = ConfirmAnswer),
        (status = 400, body = Problem), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn confirm(
    app: web::Data<Accounts>,
    caller: Caller,
    visitor: VisitorOf,
    body: JsonBody<ConfirmBody>,
) -> Result<HttpResponse, ApiError> {
    let ConfirmBody { code, chat_id, username, first_name, password } = body.0;
    let chat = chat(chat_id, username, first_name);
    let wrong = || ApiError::unauthorized("Password wrong.");
    let password = password.as_deref().map(Password::typed).transpose().map_err(|_too_long| wrong())?;
    let (use_case, actor, visitor) = (app.telegram.clone(), caller.actor(), visitor.0);
    let person = caller.as_person();
    if person.is_none() {
        caller.require(Scope::People)?;
    }
    let confirmation = detached(async move {
        match person {
            Some(person) => {
                use_case
                    .confirm_by_person(person.user, chat, &code, password.as_ref(), &visitor, &actor)
                    .await
            }
            None => use_case.confirm_by_bot(chat, &code, &actor).await,
        }
    })
    .await??;
    match confirmation {
        Confirmation::Done(done) => Ok(secret(HttpResponse::Ok()).json(ConfirmJson {
            success: true,
            user_id: done.user.to_string(),
            jwt_token: done.token,
            expires_at: done.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        })),
        Confirmation::StepUpNeeded(chat) => Ok(HttpResponse::Ok().json(StepUpJson {
            success: false,
            step_up: "password",
            chat_id: chat.id,
            username: chat.username,
            first_name: chat.first_name,
        })),
        Confirmation::NoCode => Err(no_code()),
        Confirmation::WrongPassword => Err(wrong()),
        Confirmation::TooMany(next) => Err(too_many(&app, next)),
    }
}
