//! Sends by the Messages resource (`/2010-04-01/Accounts/{AC}/Messages.json`).
//!
//! The resource has no idempotency: a send whose response is lost may have gone out. The URL of the status
//! callback contains our message id, so a delivery report names its message before we know the SID. The list
//! of sent messages is read before such a message is sent again.

use crate::{
    client::TwilioClient,
    error_table::{describe, error_code, message_retry},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{messaging::price::MessagePrice, text::truncate};
use ports::messaging::message_channel::{
    LookupFailed, MessageChannel, MessageForm, OutboundMessage, Retry, SendLookup, SendOutcome,
};
use provider_http::{Answer, TransportError};
use serde::Deserialize;
use std::sync::Arc;

/// Longest body that Twilio accepts, in characters.
const BODY_LENGTH_MAX: usize = 1600;
/// Longest list that is read, in bytes: a hundred messages of the longest body, each character escaped.
const LIST_BYTES_MAX: usize = 4 << 20;

/// Sends messages from one number.
pub struct TwilioMessages {
    /// Client that makes the calls.
    pub client: Arc<TwilioClient>,
    /// Our number: `whatsapp:+14155238886`, or `+14155238887` for SMS.
    pub from: String,
    /// URL for delivery reports, without our message id: `https://…/webhooks/twilio/status`.
    pub status_callback: String,
}

#[derive(Deserialize)]
struct Message {
    sid: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    date_created: String,
}

/// What a message cost. Twilio leaves `price` out until it has computed it.
#[derive(Deserialize)]
struct Priced {
    price: Option<String>,
    price_unit: Option<String>,
}

#[derive(Deserialize)]
struct MessageList {
    messages: Vec<Message>,
}

impl TwilioMessages {
    fn address(&self) -> String {
        let config = &self.client.config;
        format!("{}/2010-04-01/Accounts/{}/Messages.json", config.api_base, config.account_sid)
    }

    /// `To` in the form of this number's channel.
    fn to(&self, recipient: &str) -> String {
        let is_whatsapp = self.from.starts_with("whatsapp:");
        if is_whatsapp && !recipient.starts_with("whatsapp:") {
            format!("whatsapp:{recipient}")
        } else {
            recipient.to_owned()
        }
    }
}

#[async_trait]
impl MessageChannel for TwilioMessages {
    async fn send(&self, message: &OutboundMessage) -> SendOutcome {
        let mut form = vec![("To", self.to(&message.recipient)), ("From", self.from.clone())];
        form.extend(words(message));
        form.push(("StatusCallback", format!("{}?m={}", self.status_callback, message.id)));
        match self.client.post("messages.create", &self.address(), &form).send().await {
            Ok(answer) => sent(&answer),
            Err(TransportError::NotSent(reason)) => {
                SendOutcome::Rejected { code: None, reason: reason.to_owned(), retry: Retry::After(None) }
            }
            Err(TransportError::ResponseLost(reason)) => SendOutcome::Unknown { reason: reason.to_owned() },
        }
    }

    async fn find_sent(
        &self,
        message: &OutboundMessage,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<SendLookup, LookupFailed> {
        let query = [
            ("To", self.to(&message.recipient)),
            ("DateSent>", since.format("%Y-%m-%d").to_string()),
            ("PageSize", "100".to_owned()),
        ];
        let answer = self
            .client
            .get("messages.list", &self.address(), &query)
            .body_bytes_max(LIST_BYTES_MAX)
            .send()
            .await
            .map_err(|fault| LookupFailed { reason: fault.reason().to_owned() })?;
        let list: MessageList = answer.json().ok_or_else(|| LookupFailed { reason: describe(&answer) })?;
        // Only Twilio knows the text of a filled template, so a template is matched without its body.
        let body = match message.form {
            MessageForm::Template(_) => None,
            _ => Some(truncate(&message.text, BODY_LENGTH_MAX)),
        };
        let is_it = |sent: &&Message| {
            let at = DateTime::parse_from_rfc2822(&sent.date_created);
            body.as_ref().is_none_or(|body| sent.body == *body)
                && sent.from == self.from
                && at.is_ok_and(|at| at >= since)
                && !known.contains(&sent.sid)
        };
        let found = list.messages.iter().find(is_it).map(|sent| sent.sid.clone());
        Ok(found.map_or(SendLookup::NoneYet, SendLookup::Found))
    }

    async fn price(&self, provider_id: &str) -> Result<Option<MessagePrice>, LookupFailed> {
        let config = &self.client.config;
        let address = format!(
            "{}/2010-04-01/Accounts/{}/Messages/{provider_id}.json",
            config.api_base, config.account_sid
        );
        let answer = self.client.get("messages.fetch", &address, &[]).send().await;
        let answer = answer.map_err(|fault| LookupFailed { reason: fault.reason().to_owned() })?;
        let priced: Priced = answer.json().ok_or_else(|| LookupFailed { reason: describe(&answer) })?;
        if !answer.status.is_success() {
            return Err(LookupFailed { reason: describe(&answer) });
        }
        Ok(priced.price.zip(priced.price_unit).and_then(|(amount, unit)| MessagePrice::read(&amount, &unit)))
    }
}

/// `Body`, or for a template `ContentSid` (`HX…`) and its parameters, numbered from 1.
fn words(message: &OutboundMessage) -> Vec<(&'static str, String)> {
    let MessageForm::Template(template) = &message.form else {
        return vec![("Body", truncate(&message.text, BODY_LENGTH_MAX))];
    };
    let gaps: serde_json::Map<String, serde_json::Value> = (1..)
        .zip(&template.parameters)
        .map(|(number, value): (u32, _)| (number.to_string(), value.clone().into()))
        .collect();
    vec![
        ("ContentSid", template.name.clone()),
        ("ContentVariables", serde_json::Value::Object(gaps).to_string()),
    ]
}

fn sent(answer: &Answer) -> SendOutcome {
    if answer.status.is_success() {
        return match answer.json::<Message>() {
            Some(message) => SendOutcome::Sent { provider_id: message.sid },
            None => SendOutcome::Unknown { reason: "an answer that can't be read".into() },
        };
    }
    // Neither accepted nor refused: the outcome is unknown.
    if !answer.status.is_client_error() {
        return SendOutcome::Unknown { reason: describe(answer) };
    }
    SendOutcome::Rejected {
        code: error_code(answer).map(|code| code.to_string()),
        reason: describe(answer),
        retry: message_retry(answer),
    }
}
