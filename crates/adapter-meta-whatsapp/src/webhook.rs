//! The webhook: the handshake by GET, and what Meta posts.

use crate::{
    events::events,
    items::items,
    signature::{AppSecrets, is_same_secret},
};
use ports::messaging::inbound_webhook::{
    InboundEvent, InboundWebhook, RawWebhook, SignatureInvalid, Undecodable,
};
use secrecy::SecretString;

/// Messages, statuses and all other news.
pub struct MetaWebhook {
    /// The app's secrets.
    pub secrets: AppSecrets,
    /// The word by which Meta's GET shows that it was set up by us.
    pub verify_token: SecretString,
    /// The ids of our numbers.
    pub phone_number_ids: Vec<String>,
}

impl MetaWebhook {
    /// Answers the handshake (`hub.mode=subscribe`, `hub.verify_token`, `hub.challenge`) of a GET's query:
    /// the challenge, to be sent back bare.
    ///
    /// # Errors
    /// When the token is wrong, or something is missing.
    pub fn handshake(&self, query: &str) -> Result<String, SignatureInvalid> {
        let value = |wanted: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let is_ours = value("hub.mode").as_deref() == Some("subscribe")
            && value("hub.verify_token").is_some_and(|token| is_same_secret(&self.verify_token, &token));
        value("hub.challenge").filter(|_| is_ours).ok_or(SignatureInvalid)
    }
}

impl InboundWebhook for MetaWebhook {
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        self.secrets.verify(webhook)
    }

    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
        let found = items(&webhook.body)?;
        Ok(found.iter().flat_map(|item| events(item, &self.phone_number_ids)).collect())
    }
}

#[cfg(test)]
mod tests;
