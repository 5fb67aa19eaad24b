//! What a bot can ask about a chat, and its commands.

use super::{
    answer::{Checked, bad_request, result},
    calls::Parameters,
    send,
};
use crate::{answer::Answer, json::merge, world::World};
use serde_json::{Value, json};

const COMMANDS_MAX: usize = 100;
const COMMAND_LENGTH_MAX: usize = 32;
const DESCRIPTION_LENGTH_MAX: usize = 256;

/// The chat with a person who wrote to the bot.
pub(super) fn chat(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let (id, phone) = send::chat(parameters)?;
    let memory = world.memory();
    if !memory.windows.is_open("telegram", &phone, world.config.strangers) {
        return Err(bad_request("chat not found"));
    }
    let mut chat = send::private_chat(id);
    let more = json!({
        "active_usernames": [], "accent_color_id": 0, "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
            "gifts_from_channels": true,
        },
    });
    merge(&mut chat, Some(&more));
    Ok(result(&chat))
}

/// The key of a list of commands: for whom it is.
fn scope(parameters: &Parameters) -> String {
    let scope = parameters.object("scope").unwrap_or_else(|| json!({"type": "default"}));
    format!("{scope} {}", parameters.text("language_code").unwrap_or_default())
}

pub(super) fn set_commands(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let commands = parameters.object("commands").unwrap_or_default();
    let Some(list) = commands.as_array().filter(|list| list.len() <= COMMANDS_MAX) else {
        return Err(bad_request("expected an Array of at most 100 BotCommand"));
    };
    for command in list {
        let name = command["command"].as_str().unwrap_or_default();
        let is_name = (1..=COMMAND_LENGTH_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            return Err(bad_request("BOT_COMMAND_INVALID"));
        }
        let description = command["description"].as_str().unwrap_or_default().chars().count();
        if !(1..=DESCRIPTION_LENGTH_MAX).contains(&description) {
            return Err(bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    world.memory().telegram.commands.insert(scope(parameters), commands);
    Ok(result(&json!(true)))
}

pub(super) fn commands(world: &World, parameters: &Parameters) -> Answer {
    let kept = world.memory().telegram.commands.get(&scope(parameters)).cloned();
    result(&kept.unwrap_or_else(|| Value::Array(Vec::new())))
}

pub(super) fn delete_commands(world: &World, parameters: &Parameters) -> Answer {
    world.memory().telegram.commands.remove(&scope(parameters));
    result(&json!(true))
}
