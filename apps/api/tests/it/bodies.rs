//! Bodies that are too large or never end: told so in the form that the route's callers know, before anything
//! else about the request is judged.

use crate::server::Server;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const JSON: &str = "application/json";
const KIB: usize = 1024;

/// Posts that many spaces, as nobody.
async fn post(server: &Server, path: &str, size: usize, headers: &[(&str, &str)]) -> (u16, HeaderMap, Value) {
    let mut call = server.client.post(format!("{}{path}", server.base)).header(CONTENT_TYPE, JSON);
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    let answer = call.body(vec![b' '; size]).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.json().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_before_its_signature_is_judged() {
    let server = Server::start().await;
    for path in [
        "/webhooks/twilio",
        "/webhook/whatsapp",
        "/webhooks/twilio/status",
        "/webhooks/telegram",
        "/webhook/telegram",
    ] {
        let (status, _, problem) = post(&server, path, 64 * KIB + 1, &[("X-Twilio-Signature", "x")]).await;
        assert_eq!((status, &problem["code"]), (413, &"payload_too_large".into()), "{path}");
        let (status, ..) = post(&server, path, 64 * KIB, &[("X-Twilio-Signature", "x")]).await;
        assert_eq!(status, 403, "{path}");
    }
    for path in ["/webhooks/meta", "/api/whatsapp/webhook"] {
        let signed = [("X-Hub-Signature-256", "sha256=00")];
        assert_eq!(post(&server, path, 3 * KIB * KIB + 1, &signed).await.0, 413, "{path}");
        assert_eq!(post(&server, path, 3 * KIB * KIB, &signed).await.0, 403, "{path}");
    }
    let signed = [("X-Client-Id", "a"), ("X-Signature", "x")];
    assert_eq!(post(&server, "/api/v1/transfers", 256 * KIB + 1, &signed).await.0, 413);
    assert_eq!(post(&server, "/api/v1/transfers", 256 * KIB + 1, &[]).await.0, 413);
    assert_eq!(post(&server, "/reset", 256 * KIB + 1, &[]).await.0, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_endpoints_refuse_a_body_in_their_own_json() {
    let server = Server::start().await;
    for path in [
        "/send-otp",
        "/verify-otp",
        "/register-with-otp",
        "/forgot-password-otp",
        "/api/whatsapp/send",
        "/api/auth/send-verification-code",
        "/api/auth/verify-code",
        "/api/auth/resend-verification-code",
    ] {
        let (status, headers, body) = post(&server, path, 256 * KIB + 1, &[]).await;
        assert_eq!((status, &headers[CONTENT_TYPE]), (413, &JSON.parse().unwrap()), "{path}");
        assert_eq!((&body["code"], body["error"].is_string()), (&"payload_too_large".into(), true), "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
    }
}

/// All kinds of framing: with one of them, the server could go on reading for ever after its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_answered_and_its_connection_closed() {
    let server = Server::start().await;
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let ended = [
        "Content-Length: 100000\r\n\r\n{",
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n{",
    ]
    .map(|framing| {
        let address = address.clone();
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(&address).unwrap();
            let head =
                format!("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n{framing}");
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            // It returns when the server has closed the connection.
            stream.read_to_string(&mut answer).unwrap();
            answer
        })
    });
    for answer in ended {
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(
            answer.contains("application/problem+json") && answer.contains("request_timeout"),
            "{answer}"
        );
    }
}
