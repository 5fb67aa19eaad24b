//! Signed requests of internal clients, the same on both databases.

use crate::server::{DEMO, Server};
use chrono::DateTime;
use futures_util::future::join_all;
use reqwest::{Method, Response};
use ring::{digest, hmac};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const CLIENTS: &str = r#"
[[clients]]
id = "treasury"
scopes = ["wallets:read", "transfers"]
secrets = ["the first secret of the treasury, in use", "the second secret of the treasury, to come"]

[[clients]]
id = "backend"
scopes = []
secrets = ["the only secret of a backend for people"]
"#;
const FIRST: &str = "the first secret of the treasury, in use";
const SECOND: &str = "the second secret of the treasury, to come";
const BACKENDS: &str = "the only secret of a backend for people";
const NOTHING_SIGNED: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const WALLETS: &str = "/api/v1/wallets";

/// The clients as a file, in a folder that the operating system forgets.
fn clients_file(name: &str) -> PathBuf {
    let file = std::env::temp_dir().join(format!("ventanilla-signed-{name}-{}.toml", std::process::id()));
    fs::write(&file, CLIENTS).unwrap();
    file
}

async fn on_both(name: &str, settings: &[(&str, &str)]) -> [Server; 2] {
    let file = clients_file(name);
    let settings = [settings, &[("CLIENTS_FILE", file.to_str().unwrap())]].concat();
    [Server::start_with(&settings).await, Server::start_on_postgres(&settings).await]
}

/// A call as a client signs it. Later changes are not covered by the signature.
#[derive(Clone)]
struct Call {
    method: Method,
    target: String,
    body: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// What a client signs a call with.
#[derive(Clone, Copy)]
struct Signer<'a> {
    client: &'a str,
    secret: &'a str,
    timestamp: i64,
    nonce: Option<&'a str>,
}

impl Signer<'_> {
    fn call(self, method: Method, target: &str, body: &str) -> Call {
        // Written out as other programs do it, without the code under test.
        let hash = hex::encode(digest::digest(&digest::SHA256, body.as_bytes()));
        let nonce = self.nonce.map(|nonce| format!("{nonce}:")).unwrap_or_default();
        let base = format!("{method}:{target}:{}:{nonce}{hash}", self.timestamp);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let mut headers = vec![
            ("X-Client-Id", self.client.to_owned()),
            ("X-Timestamp", self.timestamp.to_string()),
            ("X-Signature", hex::encode(hmac::sign(&key, base.as_bytes()))),
        ];
        headers.extend(self.nonce.map(|nonce| ("X-Nonce", nonce.to_owned())));
        Call { method, target: target.to_owned(), body: body.to_owned(), token: None, headers }
    }

    fn get(self, target: &str) -> Call {
        self.call(Method::GET, target, "")
    }
}

impl Call {
    fn with(mut self, header: &str, value: &str) -> Self {
        for (name, old) in &mut self.headers {
            if *name == header {
                value.clone_into(old);
            }
        }
        self
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header);
        self
    }

    fn bearing(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    async fn send(&self, server: &Server) -> Response {
        let mut call = server.client.request(self.method.clone(), format!("{}{}", server.base, self.target));
        for (name, value) in &self.headers {
            call = call.header(*name, value);
        }
        if let Some(token) = &self.token {
            call = call.bearer_auth(token);
        }
        if !self.body.is_empty() {
            call = call.header("Content-Type", "application/json").body(self.body.clone());
        }
        call.send().await.unwrap()
    }

    async fn answer(&self, server: &Server, status: u16) -> Value {
        let answer = self.send(server).await;
        let (got, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(got, status, "{} {}: {text}", self.method, self.target);
        serde_json::from_str(&text).unwrap()
    }

    async fn is_refused(&self, server: &Server, why: &str) {
        let answer = self.send(server).await;
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{why}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(403), &json!("signature_invalid")),
            "{why}"
        );
    }
}

/// A time at most one and a half seconds before the server's time.
async fn now(server: &Server) -> i64 {
    let answer = server.get("/health/live").await;
    DateTime::parse_from_rfc2822(answer.headers()["date"].to_str().unwrap()).unwrap().timestamp()
}

async fn treasury<'a>(server: &Server, nonce: &'a str) -> Signer<'a> {
    Signer { client: "treasury", secret: FIRST, timestamp: now(server).await, nonce: Some(nonce) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_acts_as_its_client_with_its_scopes() {
    for server in on_both("acts", &[]).await {
        let wallets =
            treasury(&server, "n-1").await.get("/api/v1/wallets?limit=1&").answer(&server, 200).await;
        let user = &wallets["wallets"][0]["user_id"];
        let body = json!({"user_id": user, "amount": "150.50", "destination_account": "012345678901234567"});
        let transfer =
            treasury(&server, "n-2").await.call(Method::POST, "/api/v1/transfers", &body.to_string());
        let made = transfer.answer(&server, 201).await;
        let own = treasury(&server, "n-3").await.get("/api/v1/transfers").answer(&server, 200).await;
        assert_eq!(own["items"][0]["id"], made["id"], "it is the client's");
        let (_, other) = server.command(&["token", "--client", "other", "--scopes", "transfers"]);
        let others = server.client.get(format!("{}/api/v1/transfers", server.base)).bearer_auth(other.trim());
        let others: Value = others.send().await.unwrap().json().await.unwrap();
        assert_eq!(others["items"], json!([]), "and no other team's");
        let beyond = treasury(&server, "n-4").await.get("/api/v1/events").answer(&server, 403).await;
        assert_eq!(beyond["code"], "forbidden", "a scope it does not have");
        // A token of the same client is the same caller.
        let (_, token) = server.command(&["token", "--client", "treasury", "--scopes", "transfers"]);
        let by_token =
            server.client.get(format!("{}/api/v1/transfers", server.base)).bearer_auth(token.trim());
        let by_token: Value = by_token.send().await.unwrap().json().await.unwrap();
        assert_eq!(by_token["items"][0]["id"], made["id"]);
        let log = server.log();
        let signature = &transfer.headers.iter().find(|(name, _)| *name == "X-Signature").unwrap().1;
        assert!(!log.contains(FIRST) && !log.contains(signature.as_str()), "nothing of it is logged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_of_a_rotation_sign_and_no_other() {
    for server in on_both("secrets", &[]).await {
        let first = treasury(&server, "a").await;
        first.get(WALLETS).answer(&server, 200).await;
        Signer { secret: SECOND, nonce: Some("b"), ..first }.get(WALLETS).answer(&server, 200).await;
        for (client, secret) in
            [("treasury", BACKENDS), ("backend", FIRST), ("stranger", FIRST), ("treasury", "")]
        {
            let wrong = Signer { client, secret, nonce: Some("c"), ..first }.get(WALLETS);
            wrong.is_refused(&server, client).await;
            wrong.bearing(&server.token).is_refused(&server, "whatever token comes along").await;
        }
        Signer { nonce: Some("c"), ..first }.get(WALLETS).answer(&server, 200).await;
        let unknown = Signer { client: "stranger", ..first }.get(WALLETS).answer(&server, 403).await;
        let wrong = Signer { secret: BACKENDS, ..first }.get(WALLETS).answer(&server, 403).await;
        assert_eq!(unknown["detail"], wrong["detail"], "which of the two it was is not told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_works_once_and_within_its_window() {
    for server in on_both("window", &[]).await {
        let base = treasury(&server, "x").await;
        for (seconds, nonce) in [(-28, "early"), (0, "now"), (30, "late")] {
            let signer = Signer { timestamp: base.timestamp + seconds, nonce: Some(nonce), ..base };
            signer.get(WALLETS).answer(&server, 200).await;
            signer.get(WALLETS).is_refused(&server, "a second time").await;
            let elsewhere = Signer { timestamp: base.timestamp + 1, ..signer }.get("/api/v1/transfers");
            elsewhere.is_refused(&server, "the nonce again, signed anew").await;
        }
        for seconds in [-3600, -32, 33, 3600] {
            let signer = Signer { timestamp: base.timestamp + seconds, nonce: Some("stale"), ..base };
            signer.get(WALLETS).is_refused(&server, "outside of the window").await;
        }
        Signer { nonce: Some("stale"), ..base }.get(WALLETS).answer(&server, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_accepted_also_by_two_replicas() {
    let file = clients_file("replicas");
    let settings = [
        ("CLIENTS_FILE", file.to_str().unwrap()),
        ("JWT_SECRET", "a secret of the tests for signing tokens"),
        ("HMAC_SECRET", "a secret of the tests for hashing codes"),
        ("ENCRYPTION_KEY", "a secret of the tests for sealing texts"),
    ];
    let one = Server::start_on_postgres(&settings).await;
    let other = one.start_beside().await;
    for nonce in [Some("once"), None] {
        let call = Signer { nonce, ..treasury(&one, "once").await }.get(WALLETS);
        let calls = (0..20).map(|n| call.send(if n % 2 == 0 { &one } else { &other }));
        let statuses: Vec<u16> =
            join_all(calls).await.iter().map(|answer| answer.status().as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 19, "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_signed_is_accepted() {
    for server in on_both("bound", &[]).await {
        let body =
            json!({"user_id": DEMO, "amount": "1", "destination_account": "012345678901234567"}).to_string();
        let signer = treasury(&server, "n").await;
        let signed = signer.call(Method::POST, "/api/v1/transfers?a=b", &body);
        for (changed, why) in [
            (Call { method: Method::PUT, ..signed.clone() }, "another method"),
            (Call { target: "/api/v1/wallets?a=b".into(), ..signed.clone() }, "another path"),
            (Call { target: "/api/v1/transfers?a=c".into(), ..signed.clone() }, "another query"),
            (Call { target: "/api/v1/transfers".into(), ..signed.clone() }, "no query"),
            (
                Call { target: "/api/v1/%74ransfers?a=b".into(), ..signed.clone() },
                "the path written otherwise",
            ),
            (Call { body: body.replace('1', "2"), ..signed.clone() }, "another body"),
            (Call { body: format!("{body} "), ..signed.clone() }, "a body that means the same"),
            (Call { body: String::new(), ..signed.clone() }, "no body"),
            (signed.clone().with("X-Nonce", "m"), "another nonce"),
            (signed.clone().with("X-Client-Id", "backend"), "another client"),
            (signed.clone().with("X-Timestamp", &(signer.timestamp + 1).to_string()), "another time"),
        ] {
            changed.is_refused(&server, why).await;
        }
        // The route's own rules come afterwards.
        assert_eq!(signed.answer(&server, 422).await["code"], "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separator_cannot_forge_another_signed_text() {
    for server in on_both("separator", &[]).await {
        let signer = treasury(&server, "n").await;
        let time = signer.timestamp;
        // A nonce that looks like a time, and the same text read as a legacy client's with a longer path.
        let looks_like_time = time.to_string();
        let signed = Signer { nonce: Some(&looks_like_time), ..signer }.get("/api/v1/wallets?a=b");
        let moved = Call { target: format!("/api/v1/wallets?a=b:{time}"), ..signed.clone() };
        moved.without("X-Nonce").is_refused(&server, "a field moved into the query").await;
        let legacy = Signer { nonce: None, ..signer }.get(&format!("/api/v1/wallets?a=b:{time}"));
        legacy.is_refused(&server, "a colon in the query, though rightly signed").await;
        Signer { nonce: Some("a:b"), ..signer }
            .get(WALLETS)
            .is_refused(&server, "a colon in the nonce")
            .await;
        Signer { client: "treasury:x", ..signer }.get(WALLETS).is_refused(&server, "a colon in the id").await;
        signed.answer(&server, 200).await;
        // An escaped colon is accepted.
        signer.get("/api/v1/wallets?a=10%3A30").answer(&server, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_headers_are_refused_even_with_a_valid_token() {
    for server in on_both("malformed", &[]).await {
        let signer = treasury(&server, "n").await;
        let good = signer.get(WALLETS);
        let signature = good.headers.iter().find(|(name, _)| *name == "X-Signature").unwrap().1.clone();
        let mut twice = good.clone();
        twice.headers.push(("X-Signature", signature.clone()));
        let mut two_nonces = good.clone();
        two_nonces.headers.push(("X-Nonce", "m".into()));
        for (call, why) in [
            (good.clone().without("X-Client-Id"), "no client"),
            (good.clone().without("X-Timestamp"), "no time"),
            (good.clone().without("X-Nonce"), "its nonce left out"),
            (good.clone().with("X-Signature", &signature.to_uppercase()), "capitals"),
            (good.clone().with("X-Signature", ""), "empty"),
            (good.clone().with("X-Signature", signature.get(1..).unwrap()), "cut short"),
            (good.clone().with("X-Timestamp", "soon"), "no number"),
            (good.clone().with("X-Timestamp", "99999999999999999999"), "a number out of range"),
            (good.clone().with("X-Nonce", ""), "an empty nonce"),
            (good.clone().with("X-Nonce", &"n".repeat(129)), "a nonce too long"),
            (twice, "two signatures"),
            (two_nonces, "two nonces"),
        ] {
            call.is_refused(&server, why).await;
            call.bearing(&server.token).is_refused(&server, why).await;
        }
        // Without a signature the request is unsigned, and the token is enough.
        let unsigned = good.clone().without("X-Signature");
        unsigned.answer(&server, 401).await;
        unsigned.bearing(&server.token).answer(&server, 200).await;
        good.answer(&server, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_form_has_no_nonce_and_works_once() {
    for server in on_both("legacy", &[]).await {
        let signer = Signer { nonce: None, ..treasury(&server, "").await };
        let call = signer.get(WALLETS);
        call.answer(&server, 200).await;
        call.is_refused(&server, "a second time").await;
        let signature = &call.headers.iter().find(|(name, _)| *name == "X-Signature").unwrap().1;
        call.clone().with("X-Signature", &signature.to_uppercase()).is_refused(&server, "in capitals").await;
        signer.get("/api/v1/wallets?again=1").answer(&server, 200).await;
        // A legacy client's signature is not accepted in the new form, nor the other way round.
        let newer = Signer { nonce: Some("n"), ..signer }.get(WALLETS);
        newer.clone().without("X-Nonce").is_refused(&server, "without its nonce").await;
        newer.answer(&server, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_hashed_as_it_came_and_has_its_limit() {
    for server in on_both("bodies", &[]).await {
        let call = treasury(&server, "n").await.get(WALLETS);
        assert!(call.body.is_empty() && NOTHING_SIGNED == hex::encode(digest::digest(&digest::SHA256, b"")));
        call.answer(&server, 200).await;
        let large = "x".repeat(256 * 1024 + 1);
        let large = treasury(&server, "m").await.call(Method::POST, "/api/v1/transfers", &large);
        assert_eq!(large.answer(&server, 413).await["code"], "payload_too_large");
        let broken = treasury(&server, "o").await.call(Method::POST, "/api/v1/transfers", "{\"amount\": ");
        assert_eq!(broken.answer(&server, 400).await["code"], "malformed_json");
        assert_eq!(
            treasury(&server, "p").await.get("/nowhere").answer(&server, 404).await["code"],
            "not_found"
        );
    }
}

/// Method and path of each route about money, from the API documentation.
async fn money_routes(server: &Server) -> Vec<(Method, String)> {
    let document: Value = server.get("/openapi.json").await.json().await.unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let is_money = operation["tags"].as_array().is_some_and(|tags| tags.contains(&json!("money")));
            if is_money {
                let path = path.replace("{id}", "0190a000-0000-7000-8000-000000000001");
                let path = path.replace("{user_id}", "0190a000-0000-7000-8000-000000000001");
                found.push((method.to_uppercase().parse().unwrap(), path));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn if_required_every_money_route_needs_a_signature_in_addition_to_the_token() {
    for server in on_both("demanded", &[("REQUIRE_HMAC_VERIFICATION", "true")]).await {
        let routes = money_routes(&server).await;
        assert!(routes.len() >= 13, "{routes:?}");
        for (number, (method, path)) in routes.iter().enumerate() {
            let nonce = format!("n-{number}");
            let signed = treasury(&server, &nonce).await.call(method.clone(), path, "");
            let unsigned = Call { headers: Vec::new(), ..signed.clone() };
            unsigned.clone().bearing(&server.token).is_refused(&server, path).await;
            assert_eq!(unsigned.answer(&server, 401).await["code"], "unauthorized", "{path}");
            // The signature passes; the rest of the answer is up to the route.
            let passed = signed.bearing(&server.token).send(&server).await;
            assert!(![401, 403].contains(&passed.status().as_u16()), "{method} {path}: {}", passed.status());
        }
        let otherwise =
            Call { target: "/api/v1/%77allets".into(), ..treasury(&server, "w").await.get(WALLETS) };
        let otherwise = Call { headers: Vec::new(), ..otherwise }.bearing(&server.token);
        otherwise.is_refused(&server, "the same route, written otherwise").await;
        treasury(&server, "alone").await.get(WALLETS).answer(&server, 200).await;
        assert_eq!(server.get("/api/v1/opt-outs").await.status(), 200, "what is not about money needs none");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_says_who_calls_and_the_signature_which_client_forwards_it() {
    for server in on_both("people", &[("REQUIRE_HMAC_VERIFICATION", "true")]).await {
        let account = json!({"email": "ana@example.com", "password": "una clave bien larga 7"});
        let registered = server.client.post(format!("{}/api/v1/auth/register", server.base)).json(&account);
        let person: Value = registered.send().await.unwrap().json().await.unwrap();
        let token = person["access_token"].as_str().unwrap();
        let backend = Signer { client: "backend", secret: BACKENDS, ..treasury(&server, "n-1").await };
        let own = Call { headers: Vec::new(), ..backend.get(WALLETS) }.bearing(token);
        own.is_refused(&server, "a person's token alone").await;
        let forwarded = backend.get(WALLETS).bearing(token).answer(&server, 200).await;
        let is_theirs = |wallet: &Value| wallet["user_id"] == person["user_id"];
        assert!(
            forwarded["wallets"].as_array().unwrap().iter().all(is_theirs),
            "they see their own: {forwarded}"
        );
        let alone = Signer { nonce: Some("n-2"), ..backend }.get(WALLETS).answer(&server, 403).await;
        assert_eq!(alone["code"], "forbidden", "the backend itself may see nothing");
        let bad = Signer { nonce: Some("n-3"), ..backend }.get(WALLETS).bearing("nonsense");
        assert_eq!(bad.answer(&server, 401).await["code"], "unauthorized", "a bad token is not made good");
        let team = treasury(&server, "n-4").await.get("/api/v1/events").bearing(&server.token);
        team.answer(&server, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_requests_work_as_before() {
    for server in on_both("before", &[]).await {
        let bare = Call { headers: Vec::new(), ..treasury(&server, "n").await.get(WALLETS) };
        assert_eq!(bare.answer(&server, 401).await["code"], "unauthorized");
        bare.bearing(&server.token).answer(&server, 200).await;
    }
}
