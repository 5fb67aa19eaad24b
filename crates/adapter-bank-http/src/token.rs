//! Gets a token at the bank's token endpoint (`OAuth2` client credentials, RFC 6749 §4.4).

use crate::{
    assertion::{ASSERTION_TYPE, assertion},
    config::{BankConfig, ClientAuthentication},
    token_cache::{Grant, TokenError, TokenSource},
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use ports::{clock::Clock, ids_and_random::Random};
use provider_http::{Answer, ProviderClient};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use url::form_urlencoded::byte_serialize;

/// How long a token is good when the bank doesn't say.
const LIFE: Duration = Duration::from_mins(1);
/// A token is renewed after this time, however long the bank calls it good.
const LIFE_MAX: Duration = Duration::from_hours(24);

/// The fields of a form.
type Form = Vec<(&'static str, String)>;

/// The bank's token endpoint.
pub(crate) struct TokenEndpoint {
    pub(crate) config: Arc<BankConfig>,
    pub(crate) http: ProviderClient,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

#[derive(Deserialize)]
struct TokenJson {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
struct RefusalJson {
    error: String,
}

#[async_trait]
impl TokenSource for TokenEndpoint {
    async fn fetch(&self) -> Result<Grant, TokenError> {
        let (form, header) = self.proof()?;
        let call = self.http.post("token.get", self.config.token_url.as_str()).with(|request| {
            let request = request.header("Accept", "application/json").form(&form);
            match &header {
                Some(header) => request.header("Authorization", header.expose_secret()),
                None => request,
            }
        });
        let answer = call.send().await.map_err(|error| TokenError::Unavailable(error.reason().to_owned()))?;
        read(&answer)
    }
}

impl TokenEndpoint {
    /// The form, and the header `Authorization` where the proof goes there.
    fn proof(&self) -> Result<(Form, Option<SecretString>), TokenError> {
        let config = &self.config;
        let mut form = vec![("grant_type", "client_credentials".to_owned())];
        form.extend(config.scope.clone().map(|scope| ("scope", scope)));
        let id = || ("client_id", config.client_id.clone());
        let header = match &config.authentication {
            ClientAuthentication::SecretBasic(secret) => Some(basic(&config.client_id, secret)),
            ClientAuthentication::SecretPost(secret) => {
                form.extend([id(), ("client_secret", secret.expose_secret().to_owned())]);
                None
            }
            ClientAuthentication::Tls => {
                form.push(id());
                None
            }
            ClientAuthentication::PrivateKeyJwt { key, issuer } => {
                let mut jti = [0; 16];
                self.random.fill(&mut jti);
                let whom = (config.client_id.as_str(), issuer.as_str());
                let jwt = assertion(key, whom, &hex::encode(jti), self.clock.now())
                    .ok_or_else(|| TokenError::Refused("our key can't sign".to_owned()))?;
                form.extend([
                    id(),
                    ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                    ("client_assertion", jwt),
                ]);
                None
            }
        };
        Ok((form, header))
    }
}

/// Id and secret, each form-urlencoded before they are joined (RFC 6749 §2.3.1).
fn basic(id: &str, secret: &SecretString) -> SecretString {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}

/// A refusal by 400, 401 or 403 is an operator's to repair; everything else passes with time.
fn read(answer: &Answer) -> Result<Grant, TokenError> {
    let status = answer.status.as_u16();
    match status {
        200 => {}
        400 | 401 | 403 => {
            let error =
                answer.json::<RefusalJson>().map(|refusal| refusal.error).filter(|code| is_code(code));
            let error = error.unwrap_or_else(|| "no code".to_owned());
            return Err(TokenError::Refused(format!("{error} (HTTP {status})")));
        }
        status => return Err(TokenError::Unavailable(format!("HTTP {status} for a token"))),
    }
    let unusable = || TokenError::Unavailable("the answer has no bearer token".to_owned());
    let token = answer.json::<TokenJson>().ok_or_else(unusable)?;
    let is_sendable = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !token.token_type.eq_ignore_ascii_case("bearer") || !is_sendable(&token.access_token) {
        return Err(unusable());
    }
    let life = token.expires_in.as_ref().and_then(seconds).map_or(LIFE, Duration::from_secs).min(LIFE_MAX);
    Ok(Grant { token: token.access_token.into(), life })
}

/// Some servers write the number as a text.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The codes of RFC 6749 §5.2 and the like. Other texts aren't logged.
fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_http::StatusCode;
    use serde_json::json;

    fn answer(status: u16, body: &Value) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, retry_after: None, date: None, body: body.to_string().into() }
    }

    fn life(expires_in: &Value) -> u64 {
        let body = json!({"access_token": "t", "token_type": "bearer", "expires_in": expires_in});
        read(&answer(200, &body)).ok().unwrap().life.as_secs()
    }

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let header = basic("casa de pruebas", &"p+s/w:x=%&é".into());
        let pair = header.expose_secret().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(pair).unwrap(), b"casa+de+pruebas:p%2Bs%2Fw%3Ax%3D%25%26%C3%A9");
    }

    #[test]
    fn a_token_is_good_as_long_as_the_bank_says_or_a_minute() {
        assert_eq!((life(&json!(3600)), life(&json!("300")), life(&Value::Null)), (3600, 300, 60));
        assert_eq!((life(&json!(-1)), life(&json!(1.5)), life(&json!(u64::MAX))), (60, 60, 86_400));
    }

    #[test]
    fn what_is_refused_is_the_operators_and_the_rest_passes() {
        let error = |status, body: Value| read(&answer(status, &body)).err().unwrap();
        let refused = |text: &str| TokenError::Refused(text.to_owned());
        assert_eq!(error(401, json!({"error": "invalid_client"})), refused("invalid_client (HTTP 401)"));
        assert_eq!(error(400, json!({"error": "invalid_scope"})), refused("invalid_scope (HTTP 400)"));
        assert_eq!(error(403, json!("<html>")), refused("no code (HTTP 403)"));
        assert_eq!(error(401, json!({"error": "Our Client Secret"})), refused("no code (HTTP 401)"));
        for (status, body) in [
            (500, json!({"error": "invalid_client"})),
            (302, Value::Null),
            (429, Value::Null),
            (200, json!({"access_token": "t"})),
            (200, json!({"access_token": "t", "token_type": "mac"})),
            (200, json!({"access_token": "", "token_type": "bearer"})),
            (200, json!({"access_token": "a\nb", "token_type": "bearer"})),
            (200, json!([])),
        ] {
            assert!(matches!(error(status, body.clone()), TokenError::Unavailable(_)), "{status} {body}");
        }
    }
}
