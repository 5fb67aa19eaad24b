//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`, and the posting of updates.

use super::{
    answer::{Checked, bad_request, result},
    calls::Parameters,
};
use crate::{
    answer::Answer,
    config::TelegramConfig,
    json::merge,
    memory::Hook,
    webhooks::{self, Webhook, WebhookAnswer},
    world::World,
};
use serde_json::{Value, json};

pub(super) fn set(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let url = parameters.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(world));
    }
    // Telegram accepts only HTTPS; the API in development has only HTTP.
    if !url::Url::parse(&url).is_ok_and(|url| ["http", "https"].contains(&url.scheme())) {
        return Err(bad_request("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let secret = parameters.text("secret_token").filter(|secret| !secret.is_empty());
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if secret.as_ref().is_some_and(|secret| secret.len() > 256 || !secret.chars().all(allowed)) {
        return Err(bad_request("secret token contains unallowed characters"));
    }
    let max_connections = parameters.text("max_connections").map_or(Some(40), |n| n.parse().ok());
    let max_connections = max_connections
        .filter(|n| (1..=100).contains(n))
        .ok_or_else(|| bad_request("bad webhook: max_connections must be 1-100"))?;
    let allowed_updates = parameters.object("allowed_updates");
    world.memory().telegram.hook = Hook::Set { url, secret, max_connections, allowed_updates };
    let mut answer = result(&json!(true));
    merge(&mut answer.body, Some(&json!({"description": "Webhook was set"})));
    Ok(answer)
}

pub(super) fn delete(world: &World) -> Answer {
    world.memory().telegram.hook = Hook::None;
    let mut answer = result(&json!(true));
    merge(&mut answer.body, Some(&json!({"description": "Webhook was deleted"})));
    answer
}

pub(super) fn info(world: &World) -> Answer {
    let mut info = json!({
        "url": "", "has_custom_certificate": false, "pending_update_count": 0, "max_connections": 40,
    });
    let current = match world.memory().telegram.hook.clone() {
        Hook::FromSettings => json!({"url": url_from_settings(world)}),
        Hook::None => json!({}),
        Hook::Set { url, max_connections, allowed_updates: None, .. } => {
            json!({"url": url, "max_connections": max_connections})
        }
        Hook::Set { url, max_connections, allowed_updates: Some(kinds), .. } => {
            json!({"url": url, "max_connections": max_connections, "allowed_updates": kinds})
        }
    };
    merge(&mut info, Some(&current));
    result(&info)
}

fn url_from_settings(world: &World) -> String {
    format!("{}/webhooks/telegram", world.config.api_base)
}

/// Posts an update with the secret of the webhook.
pub(super) async fn post(
    world: &World,
    config: &TelegramConfig,
    update: Value,
) -> Result<WebhookAnswer, String> {
    let hook = world.memory().telegram.hook.clone();
    let (address, secret) = match hook {
        Hook::FromSettings => (url_from_settings(world), Some(config.webhook_secret.clone())),
        Hook::Set { url, secret, .. } => (url, secret),
        Hook::None => return Err("telegram: the bot has no webhook; deleteWebhook removed it".into()),
    };
    let mut request = world.http.post(&address).json(&update);
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let webhook = Webhook {
        provider: "telegram",
        operation: "webhook.update",
        address: &address,
        request,
        shown: update,
    };
    webhooks::post(world, webhook).await
}
