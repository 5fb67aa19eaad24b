//! The settings of the bank: who its customer is.

use chrono_tz::Tz;
use domain::money::{Currency, bank::Cutoff};
use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{PrivateKeyDer, pem::PemObject},
};
use std::time::Duration;

/// How the customer proves who they are at the token endpoint.
#[derive(Clone)]
pub enum BankAuthentication {
    /// `client_secret_basic`.
    SecretBasic(String),
    /// `client_secret_post`.
    SecretPost(String),
    /// `tls_client_auth`. The sandbox has no TLS: it asks for the client id alone.
    Tls,
    /// `private_key_jwt`.
    PrivateKeyJwt {
        /// The public half of the customer's key (`SubjectPublicKeyInfo` in DER).
        public_key: Vec<u8>,
        /// The issuer that an assertion must be for.
        issuer: String,
    },
}

/// The bank's only customer.
#[derive(Clone)]
pub struct BankConfig {
    /// The customer's id at the token endpoint.
    pub client_id: String,
    /// How the customer proves it.
    pub authentication: BankAuthentication,
    /// The scope that tokens are given for. With `None` any is.
    pub scope: Option<String>,
    /// The customer's account.
    pub account: String,
    /// The account's currency.
    pub currency: Currency,
    /// The secret that signs notices (`whsec_…`). With `None` the bank sends none.
    pub webhook_secret: Option<String>,
    /// How long a payment takes to settle. Zero: it has settled when it is answered.
    pub settles_after: Duration,
    /// The time of day from which on the next operating date counts.
    pub cutoff: Cutoff,
    /// The time zone of the bank's days.
    pub zone: Tz,
}

/// A setting of the bank has a value that it can't have: its name, and what it must be.
pub(crate) type InvalidBankConfig = (&'static str, &'static str);

/// The default of `BANK_CUTOFF`.
const CUTOFF: &str = "18:00";
/// The default of `DEFAULT_TIME_ZONE`.
const ZONE: &str = "America/Mexico_City";

impl BankConfig {
    /// Reads the same settings as the API. `None`: there is no customer.
    ///
    /// # Errors
    /// When a value is wrong.
    pub(crate) fn from_env(get: &impl Fn(&str) -> Option<String>) -> Result<Option<Self>, InvalidBankConfig> {
        let given = |name: &str| get(name).filter(|value| !value.is_empty());
        let (Some(client_id), Some(account)) = (given("BANK_API_CLIENT_ID"), given("BANK_ACCOUNT")) else {
            return Ok(None);
        };
        let first = |list: String| list.split(',').next().unwrap_or_default().trim().to_owned();
        let settles_after = given("BANK_SANDBOX_SETTLES_AFTER_MS").unwrap_or_else(|| "0".into());
        let cutoff = given("BANK_CUTOFF").unwrap_or_else(|| CUTOFF.into());
        let zone = given("DEFAULT_TIME_ZONE").unwrap_or_else(|| ZONE.into());
        let currency = given("DEFAULT_CURRENCY").unwrap_or_else(|| Currency::MXN.code().into());
        Ok(Some(Self {
            client_id,
            authentication: authentication(&given)?,
            scope: given("BANK_API_SCOPE"),
            account,
            currency: Currency::parse(&currency)
                .map_err(|_unknown| ("DEFAULT_CURRENCY", "must be a currency code such as MXN"))?,
            webhook_secret: given("BANK_WEBHOOK_SECRET").map(first),
            settles_after: settles_after
                .parse()
                .map(Duration::from_millis)
                .map_err(|_text| ("BANK_SANDBOX_SETTLES_AFTER_MS", "must be a whole number"))?,
            cutoff: cutoff
                .parse()
                .map_err(|_invalid| ("BANK_CUTOFF", "must be a time of day such as 18:00"))?,
            zone: zone.parse().map_err(|_unknown| ("DEFAULT_TIME_ZONE", "must be an IANA time zone"))?,
        }))
    }
}

fn authentication(given: &impl Fn(&str) -> Option<String>) -> Result<BankAuthentication, InvalidBankConfig> {
    let text = |name| given(name).unwrap_or_default();
    let method = given("BANK_API_AUTH_METHOD").unwrap_or_else(|| "client_secret_basic".into());
    Ok(match method.as_str() {
        "client_secret_basic" => BankAuthentication::SecretBasic(text("BANK_API_CLIENT_SECRET")),
        "client_secret_post" => BankAuthentication::SecretPost(text("BANK_API_CLIENT_SECRET")),
        "tls_client_auth" => BankAuthentication::Tls,
        "private_key_jwt" => BankAuthentication::PrivateKeyJwt {
            public_key: public_key(&text("BANK_API_SIGNING_KEY"))
                .ok_or(("BANK_API_SIGNING_KEY", "must be a private key in PEM"))?,
            issuer: text("BANK_API_ISSUER"),
        },
        _ => return Err(("BANK_API_AUTH_METHOD", "is no client authentication that is known")),
    })
}

/// The public half of a private key in PEM.
fn public_key(pem: &str) -> Option<Vec<u8>> {
    let der = PrivateKeyDer::from_pem_slice(pem.replace("\\n", "\n").as_bytes()).ok()?;
    Some(any_supported_type(&der).ok()?.public_key()?.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &'static str) -> Result<Option<BankConfig>, InvalidBankConfig> {
        BankConfig::from_env(&|asked: &str| match asked {
            asked if asked == name => Some(value.to_owned()),
            "BANK_API_CLIENT_ID" | "BANK_ACCOUNT" => Some("1".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn without_a_customer_there_is_no_bank() {
        assert!(read("BANK_API_CLIENT_ID", "").unwrap().is_none());
        assert!(read("BANK_ACCOUNT", "").unwrap().is_none());
        let config = read("BANK_WEBHOOK_SECRET", "whsec_new, whsec_old").unwrap().unwrap();
        assert_eq!(config.webhook_secret.as_deref(), Some("whsec_new"), "the one in use");
        assert!(config.settles_after.is_zero() && config.cutoff.to_string() == "18:00");
    }

    #[test]
    fn a_wrong_value_is_named() {
        for name in [
            "BANK_API_AUTH_METHOD",
            "BANK_SANDBOX_SETTLES_AFTER_MS",
            "BANK_CUTOFF",
            "DEFAULT_TIME_ZONE",
            "DEFAULT_CURRENCY",
        ] {
            assert_eq!(read(name, "nonsense").err().unwrap().0, name);
        }
    }
}
