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
    world::{Shared, World},
};
use serde_json::{Value, json};

pub(super) fn set(world: &Shared, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    let url = parameters.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(world, parameters));
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
    drop_waiting(world, parameters);
    post_waiting(world.clone(), config.clone());
    // A call of `getUpdates` that waits is refused.
    world.updates.notify_waiters();
    let mut answer = result(&json!(true));
    merge(&mut answer.body, Some(&json!({"description": "Webhook was set"})));
    Ok(answer)
}

/// Forgets what waits, if the caller says so.
fn drop_waiting(world: &World, parameters: &Parameters) {
    if parameters.text("drop_pending_updates").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        world.memory().telegram.take_waiting();
    }
}

/// Posts what waited for `getUpdates` to the webhook that was set, in order.
fn post_waiting(world: Shared, config: TelegramConfig) {
    let waiting = world.memory().telegram.take_waiting();
    tokio::spawn(async move {
        for update in waiting {
            // The caller that set the webhook sees in the traffic log what it answered.
            let _logged = post(&world, &config, update).await;
        }
    });
}

pub(super) fn delete(world: &World, parameters: &Parameters) -> Answer {
    world.memory().telegram.hook = Hook::None;
    drop_waiting(world, parameters);
    let mut answer = result(&json!(true));
    merge(&mut answer.body, Some(&json!({"description": "Webhook was deleted"})));
    answer
}

pub(super) fn info(world: &World) -> Answer {
    let memory = world.memory();
    let url = address(world, &memory.telegram.hook).unwrap_or_default();
    let mut info = json!({
        "url": url, "has_custom_certificate": false, "pending_update_count": memory.telegram.waiting(),
        "max_connections": 40,
    });
    let current = match memory.telegram.hook.clone() {
        Hook::FromSettings | Hook::None => json!({}),
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

/// Where updates are posted. `None` if they wait for `getUpdates`.
pub(super) fn address(world: &World, hook: &Hook) -> Option<String> {
    match hook {
        Hook::FromSettings => {
            let secret = world.config.telegram.as_ref().and_then(|config| config.webhook_secret.as_ref());
            secret.map(|_| format!("{}/webhooks/telegram", world.config.api_base))
        }
        Hook::Set { url, .. } => Some(url.clone()),
        Hook::None => None,
    }
}

/// Posts an update with the secret of the webhook. Without a webhook it waits for `getUpdates`, and the answer
/// says so.
pub(super) async fn post(
    world: &World,
    config: &TelegramConfig,
    update: Value,
) -> Result<WebhookAnswer, String> {
    let (address, secret) = {
        let mut memory = world.memory();
        let Some(address) = address(world, &memory.telegram.hook) else {
            memory.telegram.wait(update);
            drop(memory);
            world.updates.notify_waiters();
            return Ok(WebhookAnswer { status: 200, body: "kept for getUpdates".into() });
        };
        let secret = match &memory.telegram.hook {
            Hook::Set { secret, .. } => secret.clone(),
            Hook::FromSettings | Hook::None => config.webhook_secret.clone(),
        };
        (address, secret)
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
