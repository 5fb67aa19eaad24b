//! The steps of every call to Meta: check the token and the version, read the JSON.

use super::answer::{bad_token, error};
use crate::{answer::Answer, calls::ProviderCall, config::MetaConfig, world::Shared};
use actix_web::{HttpRequest, HttpResponse, http::header};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A call to Meta, not yet authenticated.
pub(super) struct MetaCall {
    pub(super) world: Shared,
    pub(super) request: HttpRequest,
    pub(super) operation: &'static str,
    /// The JSON of a POST; `None` for a GET.
    pub(super) body: Option<Value>,
}

impl MetaCall {
    /// Authenticates the call, applies a fault, does the work, records the call and answers.
    pub(super) async fn answer(self, work: impl FnOnce(&Shared, &MetaConfig) -> Answer) -> HttpResponse {
        let query = query(&self.request);
        let config = self.world.config.meta.clone();
        let allowed = config.filter(|config| token(&self.request, &query) == Some(&config.access_token));
        // The address of a file has no version.
        let version = self.request.match_info().get("version").map(str::to_owned);
        let call = ProviderCall {
            world: self.world,
            provider: "meta",
            operation: self.operation.into(),
            path: self.request.path().to_owned(),
            shown: self.body.unwrap_or_else(|| shown(&query)),
            request: self.request,
        };
        match allowed {
            _ if version.as_ref().is_some_and(|version| !is_version(version)) => {
                let message = format!("Unknown path components: /{}", version.unwrap_or_default());
                call.refuse(&error(400, 2500, "OAuthException", &message))
            }
            None => call.refuse(&bad_token()),
            Some(config) => call.answer(|world| work(world, &config)).await,
        }
    }
}

pub(super) fn query(request: &HttpRequest) -> BTreeMap<String, String> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The requested fields of a node, and its id.
pub(super) fn pick(node: &Value, id: &str, fields: Option<&str>) -> Value {
    let Some(fields) = fields else { return node.clone() };
    let mut picked = Map::from_iter([("id".to_owned(), json!(id))]);
    for name in fields.split(',').map(str::trim) {
        if let Some(value) = node.get(name) {
            picked.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(picked)
}

/// The query without tokens, for the traffic log.
fn shown(query: &BTreeMap<String, String>) -> Value {
    let cover = |(name, value): (&String, &String)| {
        let value = if name.contains("token") { "••••••" } else { value };
        (name.clone(), Value::from(value))
    };
    Value::Object(query.iter().map(cover).collect::<Map<_, _>>())
}

/// The token from the header, or from the query, which Graph also accepts.
fn token<'a>(request: &'a HttpRequest, query: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("OAuth ")))
        .or_else(|| query.get("access_token").map(String::as_str))
        .map(str::trim)
}

/// True for an API version such as `v25.0`.
fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    text.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(a, b)| digits(a) && digits(b))
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn a_version_is_a_v_and_two_numbers() {
        assert!(is_version("v25.0") && is_version("v9.12"));
        assert!(!["25.0", "v25", "v25.", "v.0", "vx.0", ""].iter().any(|text| is_version(text)));
    }
}
