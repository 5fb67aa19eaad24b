//! Codes for other teams: one request sends one code, also if it is repeated.

use crate::server::Server;
use reqwest::Response;
use serde_json::{Value, json};

const NUMBER: &str = "+525512340001";

async fn send(server: &Server, path: &str, key: &str, body: &Value) -> Response {
    let call = server.client.post(format!("{}{path}", server.base)).bearer_auth(&server.token);
    call.header("Idempotency-Key", key).json(body).send().await.unwrap()
}

async fn codes(server: &Server) -> usize {
    server.inbox(NUMBER, 0).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sends_one_code_and_gets_the_same_answer() {
    let server = Server::start().await;
    let asked = json!({"phone": NUMBER, "channel": "sms"});
    let first = send(&server, "/api/v1/verify/send", "one", &asked).await;
    assert_eq!(first.status(), 200);
    assert!(first.headers().get("idempotent-replayed").is_none());
    let answer: Value = first.json().await.unwrap();

    let again = send(&server, "/api/v1/verify/send", "one", &asked).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.headers().get("idempotent-replayed").unwrap(), "true");
    assert_eq!(again.json::<Value>().await.unwrap(), answer);
    assert_eq!(codes(&server).await, 1);

    let other = json!({"phone": NUMBER, "channel": "whatsapp"});
    let reused = send(&server, "/api/v1/verify/send", "one", &other).await;
    assert_eq!(reused.status(), 422);
    assert_eq!(reused.json::<Value>().await.unwrap()["code"], "idempotency_key_reused");

    // A refusal is not kept: after the wait the same key can send.
    let soon = send(&server, "/api/v1/verify/resend", "two", &json!({"id": answer["id"]})).await;
    assert_eq!(soon.status(), 429);
    let soon = send(&server, "/api/v1/verify/resend", "two", &json!({"id": answer["id"]})).await;
    assert_eq!((soon.status().as_u16(), soon.headers().get("idempotent-replayed")), (429, None));
    assert_eq!(codes(&server).await, 1);
}
