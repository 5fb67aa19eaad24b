//! Channels: one conversation over each provider, messages of teams, opt-outs, agents, dead letters.

use crate::server::{DEMO, PATIENCE, Server};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ANA: &str = "+525511112222";
const META: &[(&str, &str)] = &[("WHATSAPP_PROVIDER", "meta")];

async fn body(answer: Response) -> Value {
    answer.json().await.unwrap()
}

/// Repeats a GET until the answer is as wanted.
async fn until(server: &Server, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let told = body(server.get(path).await).await;
        if is_so(&told) {
            return told;
        }
        assert!(begun.elapsed() < PATIENCE, "{path}: {told}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for a message that contains `words`.
async fn arrives(server: &Server, phone: &str, words: &str) -> Value {
    arrives_after(server, phone, 0, words).await
}

/// Waits for a message that contains `words` and is newer than `since`.
async fn arrives_after(server: &Server, phone: &str, since: u64, words: &str) -> Value {
    let begun = Instant::now();
    loop {
        let all = server.inbox(phone, since).await;
        if let Some(found) = all.into_iter().find(|m| m["body"].as_str().unwrap().contains(words)) {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "«{words}» did not arrive");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_writes_through_the_last_provider_and_sees_the_delivery_status() {
    let server = Server::start_with(META).await;
    let refused = server.post("/api/v1/messages", json!({"to": ANA, "text": "hola"})).await;
    assert_eq!((refused.status().as_u16(), &body(refused).await["code"]), (409, &json!("outside_window")));
    server.ask_by("meta", ANA, "ayuda", "saldo").await;
    let sent =
        server.post("/api/v1/messages", json!({"to": "55 1111 2222", "text": "Tu cita es mañana"})).await;
    assert_eq!(sent.status(), 202);
    let id = body(sent).await["id"].as_str().unwrap().to_owned();
    assert_eq!(arrives(&server, ANA, "Tu cita es mañana").await["provider"], "meta");
    let path = format!("/api/v1/messages/{id}");
    let told = until(&server, &path, |told| told["status"] == "delivered").await;
    assert_eq!(told["history"][0]["status"], "sent", "{told}");
    let (known, other) = server.command(&["token", "--client", "other"]);
    assert!(known);
    let stranger = server.client.get(format!("{}{path}", server.base)).bearer_auth(other.trim());
    assert_eq!(stranger.send().await.unwrap().status(), 404, "another team's");
    for wrong in [
        json!({"to": ANA}),
        json!({"to": ANA, "text": ""}),
        json!({"to": ANA, "text": "a", "template": {"name": "b"}}),
    ] {
        assert_eq!(server.post("/api/v1/messages", wrong).await.status(), 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_to_a_person_who_said_stop() {
    let server = Server::start_with(META).await;
    server.ask_by("meta", ANA, "Baja", "START").await;
    for (path, words) in [
        ("/api/v1/messages", json!({"to": ANA, "text": "hola"})),
        ("/api/whatsapp/send", json!({"to": ANA, "text": "hola", "other": true})),
    ] {
        let refused = server.post(path, words).await;
        assert_eq!(
            (refused.status().as_u16(), &body(refused).await["code"]),
            (409, &json!("recipient_opted_out")),
            "{path}"
        );
    }
    let listed = body(server.get("/api/v1/opt-outs").await).await;
    assert_eq!(listed["items"][0]["recipient"], "****2222");
    assert_eq!(listed["items"][0]["status"], "opted_out");
    server.ask_by("twilio", ANA, "ALTA", "Qué gusto").await;
    let sent = server.post("/api/whatsapp/send", json!({"to": ANA, "text": "Bienvenida"})).await;
    assert_eq!(sent.status(), 200);
    assert_eq!(body(sent).await["to"], "****2222");
    assert_eq!(arrives(&server, ANA, "Bienvenida").await["provider"], "twilio", "where they came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_that_is_unclear_or_older_than_its_prompt_pays_nothing() {
    let server = Server::start_with(META).await;
    let since = server.newest(DEMO).await;
    server.ask_by("meta", DEMO, "saldo", "código").await;
    let sent = arrives_after(&server, DEMO, since, "verificación").await;
    let code = sent["body"].as_str().unwrap().split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6);
    server.ask_by("meta", DEMO, code.unwrap(), "1000.00").await;
    server.ask_by("meta", DEMO, "manda 2 a 012345678901234567", "Confirmas").await;
    server.ask_by("meta", DEMO, "sí, a Pedro", "Sigue pendiente").await;
    let late = json!({"provider": "meta", "body": "sí", "payload": {"timestamp": "1700000000"}});
    let since = server.newest(DEMO).await;
    server.play(&format!("/phones/{DEMO}/messages"), late).await;
    arrives_after(&server, DEMO, since, "Confirmas").await;
    server.ask_by("meta", DEMO, "saldo", "1000.00").await;
    server.ask_by("meta", DEMO, "sí", "completada").await;
    server.ask_by("meta", DEMO, "manda 3 a 012345678901234567", "Confirmas").await;
    let changed = json!({"provider": "meta", "type": "system", "payload":
        {"system": {"type": "customer_identity_changed", "body": "changed"}}});
    server.play(&format!("/phones/{DEMO}/messages"), changed).await;
    server.ask_by("meta", DEMO, "sí", "pendiente").await;
    server.ask_by("meta", DEMO, "saldo", "código").await;
    let audit = body(server.get("/api/v1/events").await).await.to_string();
    assert!(audit.contains("conversation.identity_changed"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_takes_over_a_conversation_answers_and_releases_it() {
    let server = Server::start_with(META).await;
    server.ask_by("meta", ANA, "hola", "Ventanilla").await;
    let listed = body(server.get("/api/v1/conversations").await).await;
    let conversation = format!("/api/v1/conversations/{}", listed["items"][0]["id"].as_str().unwrap());
    assert_eq!(listed["items"][0]["person"], "****2222");
    assert_eq!(server.post(&format!("{conversation}/handoff"), json!({})).await.status(), 202);
    until(&server, &conversation, |told| !told["handed_off_until"].is_null()).await;
    let written =
        server.post(&format!("{conversation}/messages"), json!({"text": "Soy Luz, ¿le ayudo?"})).await;
    assert_eq!(written.status(), 202);
    arrives(&server, ANA, "Soy Luz").await;
    assert_eq!(server.post(&format!("{conversation}/release"), json!({})).await.status(), 202);
    until(&server, &conversation, |told| told["handed_off_until"].is_null()).await;
    server.ask_by("meta", ANA, "hola", "Ventanilla").await;
    let lines = body(server.get(&format!("{conversation}/messages")).await).await;
    let said: Vec<_> = lines["items"].as_array().unwrap().iter().filter_map(|l| l["text"].as_str()).collect();
    assert!(said.contains(&"Soy Luz, ¿le ayudo?") && said.contains(&"hola"), "{said:?}");
    assert_eq!(server.get("/api/v1/conversations/none").await.status(), 404);
    let audit =
        until(&server, "/api/v1/events", |told| told.to_string().contains("conversation.given_back")).await;
    assert!(audit.to_string().contains("conversation.taken_over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_lost_answer_is_a_dead_letter_that_an_operator_replays() {
    let server = Server::start_with(&[]).await;
    let chat = "+525533334444";
    server.ask_by("telegram", chat, "/help", "saldo").await;
    let fault = json!({"provider": "telegram", "operation": "send", "kind": "drop_reply", "times": 1});
    server.play("/faults", fault).await;
    server.say_by("telegram", chat, "gracias, adiós").await;
    let is_there = |told: &Value| told["items"].as_array().is_some_and(|items| !items.is_empty());
    let listed = until(&server, "/api/v1/dead-letters", is_there).await;
    let dead = listed["items"][0].clone();
    assert_eq!(dead["kind"], "outbound", "{dead}");
    let before = server.inbox(chat, 0).await.len();
    let replay = format!("/api/v1/dead-letters/{}/replay", dead["id"].as_str().unwrap());
    assert_eq!(body(server.post(&replay, json!({})).await).await["status"], "queued");
    until(&server, "/api/v1/dead-letters", |told| told["items"] == json!([])).await;
    let begun = Instant::now();
    while server.inbox(chat, 0).await.len() == before {
        assert!(begun.elapsed() < PATIENCE, "it was not sent again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.post(&replay, json!({})).await.status(), 404, "it is no longer a dead letter");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_and_debug_routes_are_closed_without_their_keys() {
    let server =
        Server::start_with(&[("WHATSAPP_VERIFY_TOKEN", "the word"), ("DEBUG_KEY", "a debug key")]).await;
    let ask = |query: &'static str| server.get(query);
    let right = ask("/webhooks/meta?hub.mode=subscribe&hub.verify_token=the%20word&hub.challenge=42").await;
    assert_eq!(right.text().await.unwrap(), "42");
    let wrong = ask("/webhooks/meta?hub.mode=subscribe&hub.verify_token=x&hub.challenge=42").await;
    assert_eq!(wrong.status(), 403);
    for path in ["/webhooks/meta", "/webhooks/telegram", "/webhooks/twilio"] {
        assert_eq!(server.post(path, json!({"entry": []})).await.status(), 403, "{path}");
    }
    assert_eq!(server.get("/api/whatsapp/debug/waba").await.status(), 403);
    let address = format!("{}/api/whatsapp/debug/waba", server.base);
    let opened = server.client.get(address).header("X-Debug-Key", "a debug key").send().await.unwrap();
    assert_eq!(body(opened).await["status"], "ok");
    let anybody = server.client.get(format!("{}/metrics", server.base)).send().await.unwrap();
    assert_eq!(anybody.status(), 401);
    server.ask_by("meta", ANA, "ayuda", "saldo").await;
    let metrics = server.get("/metrics").await.text().await.unwrap();
    assert!(
        metrics.contains("ventanilla_inbound_messages_total{webhook=\"meta\",outcome=\"new\"} 1"),
        "{metrics}"
    );
    assert!(metrics.contains("ventanilla_turns_total{outcome=\"done\"} 1"), "{metrics}");
}
