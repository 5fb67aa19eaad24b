//! `POST /oauth/token`: client credentials (RFC 6749 §4.4).

use super::{assertion, error};
use crate::{
    answer::Answer,
    bank_config::{BankAuthentication, BankConfig},
    calls::ProviderCall,
    clock::now,
    world::Shared,
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How long a token is good, in seconds.
const LIFE_SECONDS: i64 = 3_600;
/// The fields that the traffic log doesn't show.
const SECRETS: [&str; 2] = ["client_secret", "client_assertion"];

type Form = BTreeMap<String, String>;

pub(super) async fn grant(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let form: Form = url::form_urlencoded::parse(&body).into_owned().collect();
    let shown = form.iter().map(|(name, value)| {
        let value = if SECRETS.contains(&name.as_str()) { "••••••" } else { value };
        (name.clone(), Value::from(value))
    });
    let shown = Value::Object(shown.collect());
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let header = header.map(str::to_owned);
    let call = ProviderCall {
        path: request.path().to_owned(),
        world,
        request,
        provider: "bank",
        operation: "token".to_owned(),
        shown,
    };
    call.answer(|world| granted(world, &form, header.as_deref())).await
}

fn granted(world: &Shared, form: &Form, header: Option<&str>) -> Answer {
    let Some(config) = &world.config.bank else { return error(401, "invalid_client") };
    if form.get("grant_type").map(String::as_str) != Some("client_credentials") {
        return error(400, "unsupported_grant_type");
    }
    if !is_customer(world, config, form, header) {
        return error(401, "invalid_client");
    }
    let asked = form.get("scope").map(String::as_str).unwrap_or_default();
    if let Some(scope) = &config.scope {
        let given: Vec<&str> = scope.split(' ').collect();
        if asked.is_empty() || !asked.split(' ').all(|one| given.contains(&one)) {
            return error(400, "invalid_scope");
        }
    }
    let token = hex::encode(world.random_bytes::<24>());
    let end = now() + chrono::Duration::seconds(LIFE_SECONDS);
    world.memory().bank.keep_token(token.clone(), end);
    Answer::ok(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS, "scope": asked,
    }))
}

fn is_customer(world: &Shared, config: &BankConfig, form: &Form, header: Option<&str>) -> bool {
    let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
    match &config.authentication {
        BankAuthentication::SecretBasic(secret) => {
            header.and_then(basic).is_some_and(|(id, given)| id == config.client_id && given == *secret)
        }
        BankAuthentication::SecretPost(secret) => {
            header.is_none() && is("client_id", &config.client_id) && is("client_secret", secret)
        }
        BankAuthentication::Tls => header.is_none() && is("client_id", &config.client_id),
        BankAuthentication::PrivateKeyJwt { public_key, issuer } => {
            let known = assertion::Known { client_id: &config.client_id, issuer, public_key };
            let jwt = form.get("client_assertion").filter(|_| is("client_assertion_type", assertion::TYPE));
            let id = jwt.and_then(|jwt| assertion::checked(jwt, &known, now()));
            id.is_some_and(|id| world.memory().bank.takes_assertion(id))
        }
    }
}

/// Id and secret, each form-urlencoded before they were joined.
fn basic(header: &str) -> Option<(String, String)> {
    let pair = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decoded(id), decoded(secret)))
}

fn decoded(text: &str) -> String {
    // The text as the value of a field without a name.
    let field = format!("={}", text.replace('&', "%26").replace('=', "%3D"));
    url::form_urlencoded::parse(field.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_decoded_after_they_are_parted() {
        let header = format!("Basic {}", STANDARD.encode("a+b%3Ac:p%2Bs%26x%3Dy"));
        assert_eq!(basic(&header), Some(("a b:c".into(), "p+s&x=y".into())));
        assert_eq!(basic("Basic ***"), None);
    }
}
