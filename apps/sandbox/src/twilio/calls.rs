//! What every call goes through: authentication, form, faults, the log.

use super::answer::Answer;
use crate::{
    faults::{Fault, FaultKind},
    hangup::hang_up,
    world::{Request, World, timestamp},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

/// How long a held connection is held at the most.
const HELD_FOR: Duration = Duration::from_mins(2);

/// A decoded form or query.
pub(crate) type Form = BTreeMap<String, String>;

/// A call as it came.
pub(crate) struct Call {
    pub(crate) world: web::Data<World>,
    pub(crate) request: HttpRequest,
    pub(crate) body: web::Bytes,
    pub(crate) operation: String,
}

impl Call {
    /// The form of a POST, the query of a GET.
    pub(crate) fn form(&self) -> Form {
        let bytes = if self.request.method() == "GET" {
            self.request.query_string().as_bytes()
        } else {
            self.body.as_ref()
        };
        url::form_urlencoded::parse(bytes).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
    }

    /// Authenticates, lets a fault strike, does the work, writes it down, answers.
    pub(crate) async fn answer(self, work: impl FnOnce(&World, &Form) -> Answer) -> HttpResponse {
        let form = self.form();
        if let Some(refusal) = self.refusal() {
            return self.finish(&refusal, &form, None);
        }
        let chance = f64::from(u16::from_be_bytes(self.world.random_bytes::<2>())) / f64::from(u16::MAX);
        let fault = self.world.memory().faults.strike("twilio", &self.operation, chance);
        let Some(fault) = fault else {
            let answer = work(&self.world, &form);
            return self.finish(&answer, &form, None);
        };
        self.strike(fault, work, &form).await
    }

    async fn strike(
        self,
        fault: Fault,
        work: impl FnOnce(&World, &Form) -> Answer,
        form: &Form,
    ) -> HttpResponse {
        let kind = Some(fault.kind);
        match fault.kind {
            FaultKind::Status => {
                let status = fault.status.unwrap_or(500);
                let body = fault.body.unwrap_or(Value::Null);
                self.finish(&Answer { status, body }, form, kind)
            }
            FaultKind::Delay => {
                let answer = work(&self.world, form);
                tokio::time::sleep(Duration::from_millis(fault.delay_ms.unwrap_or(1000))).await;
                self.finish(&answer, form, kind)
            }
            FaultKind::Timeout => {
                let unanswered = self.finish(&Answer::error(504, 20504, "Timeout"), form, kind);
                tokio::time::sleep(HELD_FOR).await;
                unanswered
            }
            FaultKind::Reset => {
                hang_up(&self.request);
                self.finish(&Answer::error(500, 20500, "Reset"), form, kind)
            }
            FaultKind::DropReply => {
                let answer = work(&self.world, form);
                hang_up(&self.request);
                self.finish(&answer, form, kind)
            }
            FaultKind::Garbage => {
                let _logged = self.finish(&Answer { status: 200, body: Value::Null }, form, kind);
                HttpResponse::Ok().content_type("text/html").body("<html><body>Bad Gateway \u{fffd}\u{0}")
            }
        }
    }

    fn finish(&self, answer: &Answer, form: &Form, fault: Option<FaultKind>) -> HttpResponse {
        let body = form.iter().map(|(k, v)| (k.clone(), Value::from(v.clone()))).collect::<Map<_, _>>();
        tracing::info!(operation = %self.operation, status = answer.status, fault = fault.map(FaultKind::name), "twilio");
        self.world.memory().log(
            Request {
                seq: 0,
                provider: "twilio".into(),
                operation: self.operation.clone(),
                method: self.request.method().to_string(),
                path: self.request.path().to_owned(),
                body: Value::Object(body),
                status: answer.status,
                fault: fault.map(|fault| fault.name().to_owned()),
                at: timestamp(),
            },
            false,
        );
        answer.respond()
    }

    /// What Twilio refuses before it looks at the request itself.
    fn refusal(&self) -> Option<Answer> {
        if !self.is_authenticated() {
            return Some(Answer::error(401, 20003, "Authenticate"));
        }
        let config = &self.world.config;
        let named = |name: &str| self.request.match_info().get(name);
        if named("account").is_some_and(|account| account != config.account_sid)
            || named("service").is_some_and(|service| service != config.verify_service_sid)
        {
            return Some(Answer::error(404, 20404, "The requested resource was not found"));
        }
        let kind = self.request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if self.request.method() == "POST" && !is_form {
            return Some(Answer::error(415, 20415, "Unsupported Media Type"));
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
