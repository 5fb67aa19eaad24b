//! The content of a message, whatever its type.

use serde_json::Value;

/// The content of a message as a phone shows it.
pub(super) struct Content {
    pub(super) body: String,
    pub(super) buttons: Vec<Value>,
    pub(super) template: Option<Value>,
    pub(super) header: Option<String>,
    pub(super) footer: Option<String>,
    pub(super) menu: Option<String>,
    /// The id of an uploaded file.
    pub(super) media: Option<String>,
    /// The price category of the message.
    pub(super) category: &'static str,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            body: String::new(),
            buttons: Vec::new(),
            template: None,
            header: None,
            footer: None,
            menu: None,
            media: None,
            category: "service",
        }
    }
}
