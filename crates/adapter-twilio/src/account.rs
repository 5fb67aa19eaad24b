//! Reads that prove that the credentials and ids are right. None of them costs money or changes anything.

use crate::{client::TwilioClient, error_table::describe};
use domain::phone::PhoneNumber;
use thiserror::Error;

/// Twilio did not answer, or refused. The text is for people who run the server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NotConfirmed(String);

impl TwilioClient {
    /// Reads one message of the account: the account and its credentials are right.
    ///
    /// # Errors
    /// When Twilio does not answer, or refuses.
    pub async fn confirm_account(&self) -> Result<(), NotConfirmed> {
        let config = &self.config;
        let address = format!("{}/2010-04-01/Accounts/{}/Messages.json", config.api_base, config.account_sid);
        self.confirm("account.confirm", &address, &[("PageSize", "1".to_owned())]).await
    }

    /// Reads the Verify service: its id is right, and the credentials may use it.
    ///
    /// # Errors
    /// When Twilio does not answer, or refuses.
    pub async fn confirm_verify_service(&self, service_sid: &str) -> Result<(), NotConfirmed> {
        let address = format!("{}/v2/Services/{service_sid}", self.config.verify_base);
        self.confirm("verify.confirm", &address, &[]).await
    }

    /// Looks up a number without any data that costs money.
    ///
    /// # Errors
    /// When Twilio does not answer, or refuses.
    pub async fn confirm_lookup(&self, number: &PhoneNumber) -> Result<(), NotConfirmed> {
        let address = format!("{}/v2/PhoneNumbers/{}", self.config.lookups_base, number.e164());
        self.confirm("lookup.confirm", &address, &[]).await
    }

    async fn confirm(
        &self,
        operation: &'static str,
        address: &str,
        query: &[(&str, String)],
    ) -> Result<(), NotConfirmed> {
        let answer = self.get(operation, address, query).send().await;
        let answer = answer.map_err(|fault| NotConfirmed(fault.reason().to_owned()))?;
        let meaning = match answer.status.as_u16() {
            200..=299 => return Ok(()),
            401 | 403 => "the account or its token is wrong: ",
            404 => "there is no such thing in this account: ",
            _ => "",
        };
        Err(NotConfirmed(format!("{meaning}{}", describe(&answer))))
    }
}
