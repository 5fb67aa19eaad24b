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
    let (to, from) = (format!("whatsapp:{ANA}"), "whatsapp:+14155238886".to_owned());
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
