//! What the understanding services were told to answer.

use serde::Deserialize;
use serde_json::Value;

/// What a service answers to every call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    pub(crate) provider: String,
    /// The content, or a whole answer. `None`: that it doesn't know.
    pub(crate) reply: Option<Value>,
    /// The status. `None`: 200.
    pub(crate) status: Option<u16>,
    /// How late the answer comes, in milliseconds.
    pub(crate) delay_ms: Option<u64>,
}

/// What each service was told. `None`: its table decides.
#[derive(Default)]
pub(crate) struct NluMemory {
    pub(crate) openai: Option<Told>,
    pub(crate) rasa: Option<Told>,
}
