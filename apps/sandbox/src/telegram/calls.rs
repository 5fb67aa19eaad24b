//! The steps of every call to Telegram: check the token in the path and read the parameters in every form
//! that Telegram accepts.

use super::answer::unauthorized;
use crate::{
    answer::Answer,
    calls::ProviderCall,
    config::TelegramConfig,
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse, http::header};
use serde_json::{Map, Value};

/// The parameters of a method, from the query and the body.
pub(super) struct Parameters(pub(super) Map<String, Value>);

impl Parameters {
    /// Reads the query, and the body as JSON or as a form.
    pub(super) fn read(request: &HttpRequest, body: &[u8]) -> Self {
        let mut all = form(request.query_string().as_bytes());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("application/json")) {
            if let Ok(Value::Object(given)) = serde_json::from_slice(body) {
                all.extend(given);
            }
        } else {
            all.extend(form(body));
        }
        Self(all)
    }

    /// The text of a parameter. A number counts as its digits.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// An object, given as one or, in a form, as a JSON text.
    pub(super) fn object(&self, name: &str) -> Option<Value> {
        match self.0.get(name)? {
            Value::String(json) if json.is_empty() => None,
            Value::String(json) => Some(serde_json::from_str(json).unwrap_or(Value::Null)),
            value => Some(value.clone()),
        }
    }
}

fn form(bytes: &[u8]) -> Map<String, Value> {
    url::form_urlencoded::parse(bytes).map(|(k, v)| (k.into_owned(), Value::from(v.into_owned()))).collect()
}

/// Authenticates the call, applies a fault, does the work, records the call without the token, and answers.
pub(super) async fn answer(
    world: Shared,
    request: HttpRequest,
    method: &str,
    parameters: &Parameters,
    work: impl FnOnce(&World, &TelegramConfig) -> Answer,
) -> HttpResponse {
    let config = world.config.telegram.clone();
    let named = |name: &str| request.match_info().get(name).unwrap_or_default();
    let (token, given) = (named("token"), named("method"));
    let allowed = config.filter(|config| config.bot_token == token);
    let mut shown = parameters.0.clone();
    if let Some(secret) = shown.get_mut("secret_token") {
        *secret = Value::from("••••••");
    }
    let call = ProviderCall {
        path: format!("/telegram/bot••••••/{given}"),
        world,
        request,
        provider: "telegram",
        operation: if method == "sendMessage" { "send".into() } else { method.to_owned() },
        shown: Value::Object(shown),
    };
    match allowed {
        None => call.refuse(&unauthorized()),
        Some(config) => call.answer(|world| work(world, &config)).await,
    }
}
