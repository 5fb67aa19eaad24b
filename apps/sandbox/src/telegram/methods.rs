//! The bot methods by name, in upper or lower case, as Telegram accepts them.

use super::{
    answer::{Checked, result, unknown_method},
    calls::{self, Parameters},
    send, webhook,
};
use crate::{
    answer::Answer,
    config::TelegramConfig,
    json::merge,
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

const METHODS: [&str; 7] = [
    "sendMessage",
    "answerCallbackQuery",
    "sendChatAction",
    "getMe",
    "setWebhook",
    "getWebhookInfo",
    "deleteWebhook",
];

pub(super) async fn call(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let given = request.match_info().get("method").unwrap_or_default().to_owned();
    let method =
        METHODS.iter().find(|known| known.eq_ignore_ascii_case(&given)).copied().unwrap_or("unknown");
    let parameters = Parameters::read(&request, &body);
    let work = |world: &World, config: &TelegramConfig| {
        done(method, world, config, &parameters).unwrap_or_else(|refusal| refusal)
    };
    calls::answer(world, request, method, &parameters, work).await
}

fn done(method: &str, world: &World, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    match method {
        "sendMessage" => send::message(world, config, parameters),
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
        "setWebhook" => webhook::set(world, parameters),
        "getWebhookInfo" => Ok(webhook::info(world)),
        "deleteWebhook" => Ok(webhook::delete(world)),
        _ => Err(unknown_method()),
    }
}
