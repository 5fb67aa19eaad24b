//! The steps of every call to Telegram: check the token in the path and read the parameters in every form
//! that Telegram accepts.

use super::answer::unauthorized;
use crate::{
    answer::Answer,
    calls::ProviderCall,
    config::TelegramConfig,
    multipart::{self, Part},
    world::Shared,
};
use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};
use serde_json::{Map, Value};

/// The parameters of a method, from the query and the body.
pub(super) struct Parameters {
    pub(super) fields: Map<String, Value>,
    files: Vec<Part>,
}

impl Parameters {
    /// Reads the query, and the body as JSON, as a form or as an upload.
    pub(super) async fn read(request: &HttpRequest, body: Bytes) -> Self {
        let mut fields = form(request.query_string().as_bytes());
        let mut files = Vec::new();
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default();
        if kind.starts_with("application/json") {
            if let Ok(Value::Object(given)) = serde_json::from_slice(&body) {
                fields.extend(given);
            }
        } else if kind.starts_with("multipart/form-data") {
            for part in multipart::read(kind, body).await.unwrap_or_default() {
                match part.text().map(|text| Value::from(text.to_owned())) {
                    Some(text) => drop(fields.insert(part.name, text)),
                    None => files.push(part),
                }
            }
        } else {
            fields.extend(form(&body));
        }
        Self { fields, files }
    }

    /// An uploaded file.
    pub(super) fn file(&self, name: &str) -> Option<&Part> {
        self.files.iter().find(|part| part.name == name)
    }

    /// The text of a parameter. A number counts as its digits.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// An object, given as one or, in a form, as a JSON text.
    pub(super) fn object(&self, name: &str) -> Option<Value> {
        match self.fields.get(name)? {
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
    work: impl FnOnce(&Shared, &TelegramConfig) -> Answer,
) -> HttpResponse {
    let config = world.config.telegram.clone();
    let named = |name: &str| request.match_info().get(name).unwrap_or_default();
    let (token, given) = (named("token"), named("method"));
    let allowed = config.filter(|config| config.bot_token == token);
    let mut shown = parameters.fields.clone();
    for file in &parameters.files {
        shown.insert(file.name.clone(), Value::from(file.file_name.clone()));
    }
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
