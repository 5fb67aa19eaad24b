//! What a person can do on a phone.

use serde::Deserialize;
use serde_json::Value;

/// A message or action of a person on their phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundAction {
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

impl InboundAction {
    pub(crate) fn profile_name(&self) -> &str {
        self.profile_name.as_deref().unwrap_or("Persona")
    }

    pub(crate) fn text(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}
