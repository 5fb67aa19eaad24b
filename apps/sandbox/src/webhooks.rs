//! Posts webhooks to the API for all providers.

use crate::{clock::timestamp, memory::Request, world::World};
use serde_json::Value;

/// The API's answer to a webhook.
pub(crate) struct WebhookAnswer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// A webhook that is ready to post.
pub(crate) struct Webhook<'a> {
    pub(crate) provider: &'static str,
    pub(crate) operation: &'a str,
    pub(crate) address: &'a str,
    pub(crate) request: reqwest::RequestBuilder,
    /// The body for the traffic log.
    pub(crate) shown: Value,
}

/// Posts a webhook and records it.
///
/// # Errors
/// If the API can't be reached: the reason, without the API's address.
pub(crate) async fn post(world: &World, webhook: Webhook<'_>) -> Result<WebhookAnswer, String> {
    let Webhook { provider, operation, address, request, shown } = webhook;
    let answer = match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            Ok(WebhookAnswer { status, body: response.text().await.unwrap_or_default() })
        }
        Err(fault) => Err(fault.without_url().to_string()),
    };
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    tracing::info!(provider, operation, status, "webhook");
    let path = url::Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.path().to_owned());
    let subject = world.subject(provider, &path, &shown, &Value::Null);
    world.log_webhook(Request {
        seq: 0,
        provider: provider.into(),
        operation: operation.to_owned(),
        method: "POST".into(),
        path,
        body: shown,
        status,
        fault: None,
        at: timestamp(),
        subject,
    });
    answer
}

/// The answer of the control route: `{message_id, webhook_status, webhook_body}`.
pub(crate) fn posted(message_id: &str, answer: &WebhookAnswer) -> Value {
    serde_json::json!({
        "message_id": message_id, "webhook_status": answer.status, "webhook_body": answer.body,
    })
}
