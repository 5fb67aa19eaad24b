//! Codes by Verify v2. A code is checked by the SID of its verification, never by phone number: a check by
//! number lets a stranger use up another person's attempts.

use crate::{
    client::TwilioClient,
    error_table::{describe, error_code, start_error},
};
use async_trait::async_trait;
use domain::{message::Channel, messaging::price::MessagePrice, verification::otp::OtpCode};
use ports::verification::code_provider::{
    CodeProvider, CodeProviderError, CodeVerdict, StartCode, StartedCode,
};
use provider_http::{Repeat, TransportError};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Sends and checks codes by one Verify service.
pub struct TwilioVerify {
    /// Client that makes the calls.
    pub client: Arc<TwilioClient>,
    /// SID of the Verify service, `VA…`.
    pub service_sid: String,
}

#[derive(Deserialize)]
struct Verification {
    sid: String,
    status: String,
    #[serde(default)]
    channel: String,
    /// The sends of the verification, the newest last.
    #[serde(default)]
    send_code_attempts: Vec<SentCode>,
}

#[derive(Deserialize)]
struct SentCode {
    attempt_sid: String,
}

/// One send of a code, with what it cost. Twilio leaves the value out until it has computed it.
#[derive(Deserialize)]
struct Attempt {
    price: Option<AttemptPrice>,
}

#[derive(Deserialize)]
struct AttemptPrice {
    value: Option<Value>,
    currency: Option<String>,
}

impl AttemptPrice {
    fn read(self) -> Option<MessagePrice> {
        let amount = match self.value? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        MessagePrice::read(&amount, &self.currency?)
    }
}

impl TwilioVerify {
    fn address(&self, path: &str) -> String {
        format!("{}/v2/Services/{}/{path}", self.client.config.verify_base, self.service_sid)
    }
}

fn unavailable(fault: TransportError) -> CodeProviderError {
    CodeProviderError::Unavailable(fault.reason().to_owned())
}

#[async_trait]
impl CodeProvider for TwilioVerify {
    fn name(&self) -> &'static str {
        "twilio"
    }

    async fn start(&self, request: &StartCode) -> Result<StartedCode, CodeProviderError> {
        let form = [
            ("To", request.to.e164().to_owned()),
            ("Channel", request.channel.name().to_owned()),
            ("Locale", request.locale.tag().to_owned()),
        ];
        // A second start during an open verification sends the same code, so a refused one may be repeated.
        let address = self.address("Verifications");
        let answer = self
            .client
            .post("verify.start", &address, &form)
            .repeat(Repeat::WhenRefused)
            .send()
            .await
            .map_err(unavailable)?;
        if !answer.status.is_success() {
            return Err(start_error(&answer));
        }
        let started: Verification = answer
            .json()
            .ok_or_else(|| CodeProviderError::Unavailable("an answer that can't be read".into()))?;
        let channel = Channel::parse(&started.channel).unwrap_or(request.channel);
        let send_ref = started.send_code_attempts.into_iter().next_back().map(|sent| sent.attempt_sid);
        Ok(StartedCode { provider_ref: started.sid, channel, send_ref })
    }

    async fn check(&self, sid: &str, code: &OtpCode) -> Result<CodeVerdict, CodeProviderError> {
        let form = [("VerificationSid", sid.to_owned()), ("Code", code.reveal().to_owned())];
        let answer = self
            .client
            .post("verify.check", &self.address("VerificationCheck"), &form)
            .repeat(Repeat::WhenRefused)
            .send()
            .await
            .map_err(unavailable)?;
        match (answer.status.as_u16(), error_code(&answer)) {
            (200 | 201, _) => match answer.json::<Verification>().map(|v| v.status).as_deref() {
                Some("approved") => Ok(CodeVerdict::Approved),
                Some("pending") => Ok(CodeVerdict::Wrong),
                Some(_) => Ok(CodeVerdict::Gone),
                None => Err(CodeProviderError::Unavailable("an answer that can't be read".into())),
            },
            // Already approved, expired, or out of attempts.
            (404, _) | (429, Some(60202)) => Ok(CodeVerdict::Gone),
            _ => Err(CodeProviderError::Unavailable(describe(&answer))),
        }
    }

    async fn is_approved(&self, sid: &str) -> Result<bool, CodeProviderError> {
        let address = self.address(&format!("Verifications/{sid}"));
        let answer = self
            .client
            .get("verify.read", &address, &[])
            .repeat(Repeat::Safely)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.json::<Verification>().is_some_and(|verification| verification.status == "approved"))
    }

    async fn price(&self, send_ref: &str) -> Result<Option<MessagePrice>, CodeProviderError> {
        let address = format!("{}/v2/Attempts/{send_ref}", self.client.config.verify_base);
        let answer = self
            .client
            .get("verify.attempts", &address, &[])
            .repeat(Repeat::Safely)
            .send()
            .await
            .map_err(unavailable)?;
        let unreadable = || CodeProviderError::Unavailable(describe(&answer));
        let attempt: Attempt = answer.json().filter(|_| answer.status.is_success()).ok_or_else(unreadable)?;
        Ok(attempt.price.and_then(AttemptPrice::read))
    }

    async fn cancel(&self, sid: &str) -> Result<(), CodeProviderError> {
        let address = self.address(&format!("Verifications/{sid}"));
        let form = [("Status", "canceled".to_owned())];
        let answer = self
            .client
            .post("verify.cancel", &address, &form)
            .repeat(Repeat::Safely)
            .send()
            .await
            .map_err(unavailable)?;
        // A verification that no longer exists counts as canceled.
        if answer.status.is_success() || answer.status.as_u16() == 404 {
            Ok(())
        } else {
            Err(CodeProviderError::Unavailable(describe(&answer)))
        }
    }
}
