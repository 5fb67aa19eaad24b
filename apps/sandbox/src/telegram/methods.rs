//! The bot methods by name, in upper or lower case, as Telegram accepts them.

use super::{
    answer::{Checked, result, unknown_method},
    calls::{self, Parameters},
    chats, edits, files, send, updates, webhook,
};
use crate::{answer::Answer, config::TelegramConfig, json::merge, world::Shared};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

const METHODS: [&str; 20] = [
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
    "deleteMessage",
    "deleteMessages",
    "answerCallbackQuery",
    "sendChatAction",
    "getMe",
    "getChat",
    "getFile",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "getUpdates",
    "setWebhook",
    "getWebhookInfo",
    "deleteWebhook",
];

pub(super) async fn call(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let given = request.match_info().get("method").unwrap_or_default().to_owned();
    let method =
        METHODS.iter().find(|known| known.eq_ignore_ascii_case(&given)).copied().unwrap_or("unknown");
    let parameters = Parameters::read(&request, body).await;
    let token = request.match_info().get("token").unwrap_or_default();
    let is_known = world.config.telegram.as_ref().is_some_and(|config| config.bot_token == token);
    let poll = if method == "getUpdates" && is_known { updates::wait(&world, &parameters).await } else { 0 };
    let work = |world: &Shared, config: &TelegramConfig| {
        let done = match method {
            "getUpdates" => updates::get(world, &parameters, poll),
            method => done(method, world, config, &parameters),
        };
        done.unwrap_or_else(|refusal| refusal)
    };
    calls::answer(world.clone(), request, method, &parameters, work).await
}

fn done(method: &str, world: &Shared, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    match method {
        "sendMessage" => send::message(world, config, parameters),
        "sendPhoto" => files::photo(world, config, parameters),
        "sendDocument" => files::document(world, config, parameters),
        "editMessageText" => edits::text(world, parameters),
        "editMessageCaption" => edits::caption(world, parameters),
        "editMessageReplyMarkup" => edits::reply_markup(world, parameters),
        "deleteMessage" => edits::delete(world, parameters),
        "deleteMessages" => edits::delete_several(world, parameters),
        "answerCallbackQuery" => send::callback_answer(world, parameters),
        "sendChatAction" => send::chat_action(world, parameters),
        "getMe" => {
            let mut me = send::bot(config);
            let abilities = json!({
                "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
                "can_connect_to_business": false, "has_main_web_app": false,
            });
            merge(&mut me, Some(&abilities));
            Ok(result(&me))
        }
        "getChat" => chats::chat(world, parameters),
        "getFile" => files::info(world, parameters),
        "setMyCommands" => chats::set_commands(world, parameters),
        "getMyCommands" => Ok(chats::commands(world, parameters)),
        "deleteMyCommands" => Ok(chats::delete_commands(world, parameters)),
        "setWebhook" => webhook::set(world, config, parameters),
        "getWebhookInfo" => Ok(webhook::info(world)),
        "deleteWebhook" => Ok(webhook::delete(world, parameters)),
        _ => Err(unknown_method()),
    }
}
