//! Invalid input: a clear refusal or a polite reply, never a 500, never a panic.

use crate::server::{AUTH_TOKEN, Server};
use adapter_twilio::sign_form;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;

async fn problem(answer: reqwest::Response, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status().as_u16(), status, "{what}");
    let kind = answer.headers().get(CONTENT_TYPE).unwrap().to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/problem+json"), "{what}: {kind}");
    let id = answer.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        (body["code"].as_str(), body["request_id"].as_str()),
        (Some(code), Some(id.as_str())),
        "{what}: {body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn json_routes_refuse_invalid_json_and_other_shapes() {
    let server = Server::start().await;
    for path in ["/api/v1/transfers", "/api/v1/verify/send", "/api/v1/verify/check", "/api/v1/nlu/parse"] {
        let post = |kind: &'static str, body: Vec<u8>| {
            let address = format!("{}{path}", server.base);
            server
                .client
                .post(address)
                .bearer_auth(&server.token)
                .header(CONTENT_TYPE, kind)
                .body(body)
                .send()
        };
        let json = "application/json";
        problem(post("text/plain", b"{}".to_vec()).await.unwrap(), 415, "unsupported_media_type", path).await;
        for broken in [&b"{"[..], b"", b"{\"a\":NaN}", b"{\"text\":\"\xff\xfe\"}", b"\0"] {
            problem(post(json, broken.to_vec()).await.unwrap(), 400, "malformed_json", path).await;
        }
        let deep = [b"[".repeat(5_000), b"]".repeat(5_000)].concat();
        problem(post(json, deep).await.unwrap(), 422, "validation_failed", path).await;
        for wrong in
            [&b"[]"[..], b"7", b"{\"monto\":1}", b"{\"text\":7,\"phone\":7,\"code\":7,\"amount\":true}"]
        {
            problem(post(json, wrong.to_vec()).await.unwrap(), 422, "validation_failed", path).await;
        }
        problem(post(json, vec![b' '; 10 << 20]).await.unwrap(), 413, "payload_too_large", path).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_need_a_token_and_unknown_routes_are_problems() {
    let server = Server::start().await;
    let ask = |method: Method, path: &str| server.client.request(method, format!("{}{path}", server.base));
    problem(ask(Method::GET, "/api/v1/wallets").send().await.unwrap(), 401, "unauthorized", "no token").await;
    for token in ["x", "a.b.c", "ñ", &"a".repeat(9_000)] {
        let answer = ask(Method::GET, "/api/v1/wallets").bearer_auth(token).send().await.unwrap();
        problem(answer, 401, "unauthorized", token).await;
    }
    let odd = HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap();
    let answer = ask(Method::GET, "/api/v1/wallets").header("authorization", odd).send().await.unwrap();
    problem(answer, 401, "unauthorized", "odd bytes").await;
    problem(ask(Method::GET, "/nothing/%ff").send().await.unwrap(), 404, "not_found", "unknown").await;
    problem(
        ask(Method::DELETE, "/api/v1/transfers").send().await.unwrap(),
        405,
        "method_not_allowed",
        "method",
    )
    .await;
    for path in
        ["/api/v1/accounts/nobody/balance", "/api/v1/wallets/x", "/api/v1/transfers/x", "/api/v1/verify/x"]
    {
        problem(server.get(path).await, 404, "not_found", path).await;
    }
    for query in ["limit=0", "limit=201", "limit=x", "cursor=%27%3B--"] {
        problem(server.get(&format!("/api/v1/transfers?{query}")).await, 422, "validation_failed", query)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_accepts_any_signed_form_and_no_other() {
    let server = Server::start().await;
    let address = format!("{}/webhooks/twilio", server.base);
    let post = |body: Vec<u8>, signature: String| {
        let request = server.client.post(&address).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.header("X-Twilio-Signature", signature).body(body).send()
    };
    let head = "MessageSid=SM1&From=whatsapp%3A%2B525511110009&To=whatsapp%3A%2B14155238886";
    for (n, text) in [
        "%F0%9F%98%80%F0%9F%A4%96",
        "%D9%85%D8%B1%D8%AD%D8%A8%D8%A7%E2%80%AE",
        "%FF%FE%00",
        "%00",
        "",
        "%",
        &"a".repeat(4096),
        "'%3B+drop+table+inbox%3B--",
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!("{head}{n}&Body={text}").into_bytes();
        let signature = sign_form(AUTH_TOKEN, &address, &body);
        assert_eq!(post(body.clone(), signature).await.unwrap().status(), 200, "{text}");
        problem(post(body, "bm8=".into()).await.unwrap(), 403, "signature_invalid", text).await;
    }
    let truncated = b"MessageSid=SM1&Fro".to_vec();
    let signature = sign_form(AUTH_TOKEN, &address, &truncated);
    // It is answered as if it could be read, and kept for people to look at.
    let answer = post(truncated, signature).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().ends_with("<Response/>"));
    problem(post(vec![b'a'; 4 << 20], "bm8=".into()).await.unwrap(), 413, "payload_too_large", "large").await;
    // After all that, the next person is served.
    server.ask("+525511110010", "ayuda", "Esto puedo hacer").await;
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("\"status\":500"), "{log}");
}
