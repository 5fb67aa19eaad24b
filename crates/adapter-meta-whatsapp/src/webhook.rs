//! The webhook: the handshake by GET, and the updates by POST.

use crate::{
    events::events,
    items::items,
    signature::{AppSecrets, is_same_secret},
};
use ports::messaging::inbound_webhook::{
    InboundEvent, InboundWebhook, RawWebhook, SignatureInvalid, Undecodable,
};
use secrecy::SecretString;

/// Webhook for messages, delivery reports and all other updates.
pub struct MetaWebhook {
    /// App secrets that verify the signature.
    pub secrets: AppSecrets,
    /// Token that we gave Meta at set-up, and that its GET must repeat.
    pub verify_token: SecretString,
    /// Phone number ids of our numbers.
    pub phone_number_ids: Vec<String>,
}

impl MetaWebhook {
    /// Checks the handshake in the query of a GET (`hub.mode=subscribe`, `hub.verify_token`,
    /// `hub.challenge`). Returns the challenge, which is the whole body of the response.
    ///
    /// # Errors
    /// When the token is wrong or a parameter is missing.
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
