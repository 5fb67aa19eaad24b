//! Shared by the tests of people's accounts.

use crate::server::Server;
use reqwest::{Method, Response};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "una clave bien larga 7";
pub(crate) const OTHER_PASSWORD: &str = "otra clave bien larga 8";
pub(crate) const SETTINGS: [(&str, &str); 4] = [
    ("OTP_RESEND_COOLDOWN_SECONDS", "0"),
    ("RATE_LIMIT_VERIFY_PER_MINUTE", "1000"),
    ("MAX_OTP_PER_PREFIX_PER_HOUR", "1000"),
    ("MAX_OTP_PER_PHONE_PER_DAY", "100"),
];

pub(crate) async fn on_both() -> [Server; 2] {
    on_both_with(&[]).await
}

/// A server on each database, with more settings.
pub(crate) async fn on_both_with(more: &[(&str, &str)]) -> [Server; 2] {
    let settings = [&SETTINGS, more].concat();
    [Server::start_with(&settings).await, Server::start_on_postgres(&settings).await]
}

impl Server {
    /// Calls a route with that token, or without one.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        token: Option<&str>,
    ) -> Response {
        let mut call = self.client.request(method, format!("{}/api/v1/{path}", self.base));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        if let Some(body) = body {
            call = call.json(&body);
        }
        call.send().await.unwrap()
    }

    /// Posts without a token.
    pub(crate) async fn tell(&self, path: &str, body: Value) -> Response {
        self.call(Method::POST, path, Some(body), None).await
    }

    pub(crate) async fn as_person(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        person: &Value,
    ) -> Response {
        self.call(method, path, body, person["access_token"].as_str()).await
    }

    pub(crate) async fn newest(&self, phone: &str) -> u64 {
        self.inbox(phone, 0).await.last().map_or(0, |message| message["seq"].as_u64().unwrap())
    }

    /// Starts a challenge for a team: returns its id and the code.
    pub(crate) async fn begin(&self, phone: &str, purpose: &str, client_ip: Option<&str>) -> (Value, String) {
        let since = self.newest(phone).await;
        let mut body = json!({"phone": phone, "channel": "sms", "purpose": purpose});
        if let Some(ip) = client_ip {
            body["client_ip"] = json!(ip);
        }
        let begun = answer(self.post("/api/v1/verify/send", body).await, 200).await;
        (begun["id"].clone(), self.code(phone, "sms", since).await)
    }

    /// Signs up a person with a proved number.
    pub(crate) async fn sign_up(&self, email: &str, phone: &str) -> Value {
        let (_, code) = self.begin(phone, "registration", None).await;
        let body = json!({"email": email, "password": PASSWORD, "phone": phone, "otp_code": code});
        let person = answer(self.tell("auth/register", body).await, 201).await;
        assert_eq!(person["phone_verified"], true);
        person
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Response {
        self.tell("auth/login", json!({"email": email, "password": password})).await
    }

    pub(crate) async fn refresh(&self, token: &Value) -> Response {
        self.tell("auth/refresh", json!({"refresh_token": token})).await
    }
}

pub(crate) async fn answer(response: Response, status: u16) -> Value {
    let got = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
}

pub(crate) async fn refused(response: Response, status: u16, code: &str) {
    let body = answer(response, status).await;
    assert_eq!(body["code"], code, "{body}");
    assert!(!body.to_string().contains("token\":"), "{body}");
}

pub(crate) fn wrong(code: &str) -> &'static str {
    if code == "000100" { "000101" } else { "000100" }
}
