//! The steps of every call to Twilio: authenticate it and decode its form.

use super::answer::error;
use crate::{answer::Answer, calls::ProviderCall, world::World};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A decoded form or query string, by field name.
pub(crate) type Form = BTreeMap<String, String>;

/// A call to Twilio, not yet authenticated.
pub(crate) struct Call {
    pub(crate) world: web::Data<World>,
    pub(crate) request: HttpRequest,
    pub(crate) body: web::Bytes,
    pub(crate) operation: String,
}

impl Call {
    /// The form of a POST or the query of a GET.
    pub(crate) fn form(&self) -> Form {
        let bytes = if self.request.method() == "GET" {
            self.request.query_string().as_bytes()
        } else {
            self.body.as_ref()
        };
        url::form_urlencoded::parse(bytes).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
    }

    /// Authenticates the call, applies a fault, does the work, records the call and answers.
    pub(crate) async fn answer(self, work: impl FnOnce(&World, &Form) -> Answer) -> HttpResponse {
        let form = self.form();
        let refusal = self.refusal();
        let shown = form.iter().map(|(k, v)| (k.clone(), Value::from(v.clone()))).collect::<Map<_, _>>();
        let call = ProviderCall {
            path: self.request.path().to_owned(),
            world: self.world,
            request: self.request,
            provider: "twilio",
            operation: self.operation,
            shown: Value::Object(shown),
        };
        match refusal {
            Some(refusal) => call.refuse(&refusal),
            None => call.answer(|world| work(world, &form)).await,
        }
    }

    /// The refusal of a call with wrong credentials or account, which comes before the request is read.
    fn refusal(&self) -> Option<Answer> {
        if !self.is_authenticated() {
            return Some(error(401, 20003, "Authenticate"));
        }
        let config = &self.world.config;
        let named = |name: &str| self.request.match_info().get(name);
        if named("account").is_some_and(|account| account != config.account_sid)
            || named("service").is_some_and(|service| service != config.verify_service_sid)
        {
            return Some(error(404, 20404, "The requested resource was not found"));
        }
        let kind = self.request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if self.request.method() == "POST" && !is_form {
            return Some(error(415, 20415, "Unsupported Media Type"));
        }
        None
    }

    fn is_authenticated(&self) -> bool {
        let config = &self.world.config;
        let given = self
            .request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Basic "))
            .and_then(|value| STANDARD.decode(value).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let is_key = |(key, secret): &(String, String)| given.as_deref() == Some(&format!("{key}:{secret}"));
        given.as_deref() == Some(&format!("{}:{}", config.account_sid, config.auth_token))
            || config.api_key.as_ref().is_some_and(is_key)
    }
}
