//! Posts webhooks to the API for all providers, and defines what a person can do on a phone.

use crate::{
    memory::Request,
    world::{World, timestamp},
};
use serde::Deserialize;
use serde_json::Value;

/// A message or action of a person on their phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) provider: String,
    pub(crate) body: Option<String>,
    pub(crate) button_id: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) profile_name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) payload: Option<Value>,
    /// The phone from the request path.
    #[serde(skip)]
    pub(crate) phone: String,
}

impl Said {
    pub(crate) fn profile_name(&self) -> &str {
        self.profile_name.as_deref().unwrap_or("Persona")
    }

    pub(crate) fn text(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}

/// The API's answer to a webhook.
pub(crate) struct Answered {
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
pub(crate) async fn post(world: &World, webhook: Webhook<'_>) -> Result<Answered, String> {
    let Webhook { provider, operation, address, request, shown } = webhook;
    let answer = match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            Ok(Answered { status, body: response.text().await.unwrap_or_default() })
        }
        Err(fault) => Err(fault.without_url().to_string()),
    };
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    tracing::info!(provider, operation, status, "webhook");
    let path = url::Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.path().to_owned());
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
    });
    answer
}

/// The answer of the control route: `{message_id, webhook_status, webhook_body}`.
pub(crate) fn posted(message_id: &str, answered: &Answered) -> Value {
    serde_json::json!({
        "message_id": message_id, "webhook_status": answered.status, "webhook_body": answered.body,
    })
}

/// Copies the fields of `more` into `base`, over existing ones.
pub(crate) fn merge(base: &mut Value, more: Option<&Value>) {
    if let (Some(base), Some(more)) = (base.as_object_mut(), more.and_then(Value::as_object)) {
        base.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
