//! Twilio: messages and their statuses, in a sandbox that plays no other provider.

use crate::world::{ANA, TWILIO, World, read};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_arrives_and_its_statuses_come_signed() {
    let world = World::start();
    let (status, message) = send(&world, "hola").await;
    assert_eq!((status, &message["status"]), (201, &json!("queued")));
    for expected in ["sent", "delivered"] {
        let webhook = world.webhook().await;
        assert_eq!(webhook.path, "/webhooks/twilio/status");
        let form: Vec<_> = url::form_urlencoded::parse(&webhook.raw).into_owned().collect();
        assert!(form.contains(&("MessageStatus".into(), expected.into())), "{form:?}");
    }
    assert_eq!(world.inbox(ANA).await[0]["body"], "hola");
    world.say(ANA, json!({"provider": "twilio", "body": "¿qué tal?"})).await;
    assert_eq!(world.webhook().await.path, "/webhooks/twilio");
    world.stop().await;
}

async fn send(world: &World, text: &str) -> (u16, Value) {
    send_from(world, (format!("whatsapp:{ANA}"), "whatsapp:+14155238886".to_owned()), text).await
}

/// Sends Ana a text message.
pub(crate) async fn send_sms(world: &World, text: &str) {
    let sent = send_from(world, (ANA.to_owned(), "+14155238887".to_owned()), text).await;
    assert_eq!(sent.0, 201, "{}", sent.1);
}

async fn send_from(world: &World, (to, from): (String, String), text: &str) -> (u16, Value) {
    let address = format!("{}/webhooks/twilio/status?m=1", world.api_base);
    let form = [("To", to), ("From", from), ("Body", text.to_owned()), ("StatusCallback", address)];
    let path = format!("{}/twilio/2010-04-01/Accounts/{}/Messages.json", world.base, TWILIO.0);
    read(world.http.post(path).basic_auth(TWILIO.0, Some(TWILIO.1)).form(&form).send().await.unwrap()).await
}

#[tokio::test]
async fn without_their_settings_the_others_are_off() {
    let world = World::with(|mut config| {
        (config.meta, config.telegram, config.smtp_bind_address) = (None, None, None);
        config
    });
    let (status, refusal) = world.meta(json!({"to": ANA, "text": {"body": "hola"}})).await;
    assert_eq!((status, &refusal["error"]["code"]), (401, &json!(190)));
    assert_eq!(world.telegram("getMe", json!({})).await.0, 401);
    assert!(world.mail.is_empty());
    for provider in ["meta", "telegram"] {
        let (status, refusal) =
            world.post(&format!("/sandbox/phones/{ANA}/messages"), &json!({"provider": provider})).await;
        assert_eq!(status, 502, "{refusal}");
    }
    world.say(ANA, json!({"provider": "twilio", "body": "hola"})).await;
    world.stop().await;
}

#[tokio::test]
async fn the_page_gets_both_sides_and_everybody_else_what_reached_the_phone() {
    let world = World::start();
    let posted = world.say(ANA, json!({"provider": "twilio", "body": "hola"})).await;
    world.webhook().await;
    send(&world, "¡Hola!").await;
    let (_, both) = world.get(&format!("/sandbox/phones/{ANA}/conversation")).await;
    let said: Vec<_> =
        both["items"].as_array().unwrap().iter().map(|i| (&i["direction"], &i["body"])).collect();
    assert_eq!(said, [(&json!("written"), &json!("hola")), (&json!("received"), &json!("¡Hola!"))]);
    assert_eq!(both["items"][0]["message_id"], posted["message_id"]);
    assert_eq!(both["items"][0]["webhook_status"], 200);
    let (_, news) = world.get(&format!("/sandbox/phones/{ANA}/conversation?since={}", both["seq"])).await;
    assert_eq!(news["items"], json!([]));
    assert_eq!(world.inbox(ANA).await.len(), 1);
    assert_eq!(world.inbox(ANA).await[0].get("direction"), None);
    world.stop().await;
}

#[tokio::test]
async fn what_the_api_did_not_take_is_kept_as_lost() {
    let world = World::with(|mut config| {
        config.api_base = "http://127.0.0.1:9".into();
        config
    });
    let path = format!("/sandbox/phones/{ANA}/messages");
    assert_eq!(world.post(&path, &json!({"provider": "twilio", "body": "hola"})).await.0, 502);
    let (_, both) = world.get(&format!("/sandbox/phones/{ANA}/conversation")).await;
    assert_eq!(both["items"][0]["webhook_status"], 0);
    world.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_are_kept_out() {
    let world = World::start();
    let messages = format!("{}/sandbox/phones/{ANA}/messages", world.base);
    let rebound = world.http.get(&messages).header("Host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 403);
    let form =
        world.http.post(&messages).header("Content-Type", "text/plain").body(r#"{"provider":"twilio"}"#);
    assert_eq!(form.send().await.unwrap().status(), 415);
    assert_eq!(world.get(&format!("/sandbox/phones/{ANA}/conversation")).await.1["items"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn numbers_of_the_united_states_and_of_brazil_are_found() {
    let world = World::start();
    for (number, country) in [("+12125550123", "US"), ("+5511987654321", "BR")] {
        let path = format!("{}/twilio/v2/PhoneNumbers/{number}?Fields=line_type_intelligence", world.base);
        let (status, found) =
            read(world.http.get(path).basic_auth(TWILIO.0, Some(TWILIO.1)).send().await.unwrap()).await;
        assert_eq!((status, &found["valid"], &found["country_code"]), (200, &json!(true), &json!(country)));
        assert_eq!(found["line_type_intelligence"]["type"], "mobile");
    }
    world.stop().await;
}
