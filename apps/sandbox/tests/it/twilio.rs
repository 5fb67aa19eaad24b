//! Twilio: messages and their statuses, in a sandbox that plays no other provider.

use crate::world::{ANA, TWILIO, World, read};
use reqwest::Method;
use sandbox::Strangers;
use serde_json::{Value, json};

const SMS: &str = "+14155238887";
const WHATSAPP: &str = "whatsapp:+14155238886";

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

/// A call of the account's resources.
async fn call(world: &World, method: Method, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let address = format!("{}/twilio{path}", world.base);
    let request = world.http.request(method.clone(), address).basic_auth(TWILIO.0, Some(TWILIO.1));
    let request = if method == Method::POST { request.form(form) } else { request.query(form) };
    read(request.send().await.unwrap()).await
}

fn messages() -> String {
    format!("/2010-04-01/Accounts/{}/Messages.json", TWILIO.0)
}

fn message(sid: &str) -> String {
    format!("/2010-04-01/Accounts/{}/Messages/{sid}.json", TWILIO.0)
}

async fn create(world: &World, form: &[(&str, &str)]) -> (u16, Value) {
    call(world, Method::POST, &messages(), form).await
}

/// The message, once it has reached this status.
async fn settled(world: &World, sid: &str, status: &str) -> Value {
    for _ in 0..400 {
        let (_, found) = call(world, Method::GET, &message(sid), &[]).await;
        if found["status"] == status {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the message never was {status}");
}

fn refusing(mut config: sandbox::SandboxConfig) -> sandbox::SandboxConfig {
    config.strangers = Strangers::Refuse;
    config
}

#[tokio::test]
async fn who_never_wrote_gets_templates_but_no_free_text_over_whatsapp() {
    let world = World::with(refusing);
    let to = format!("whatsapp:{ANA}");
    let callback = format!("{}/webhooks/twilio/status?m=1", world.api_base);
    let text = [("To", to.as_str()), ("From", WHATSAPP), ("Body", "en frío"), ("StatusCallback", &callback)];
    let (status, cold) = create(&world, &text).await;
    assert_eq!((status, &cold["error_code"]), (201, &Value::Null), "Twilio takes it first");
    let form: Vec<_> = url::form_urlencoded::parse(&world.webhook().await.raw).into_owned().collect();
    for field in [("MessageStatus", "undelivered"), ("ErrorCode", "63016")] {
        assert!(form.contains(&(field.0.into(), field.1.into())), "{form:?}");
    }
    let cold = settled(&world, cold["sid"].as_str().unwrap(), "undelivered").await;
    assert_eq!((&cold["error_code"], &cold["price"]), (&json!(63016), &Value::Null));
    assert!(world.inbox(ANA).await.is_empty());
    let template = format!("HX{}", "0".repeat(32));
    let coded = [
        ("To", to.as_str()),
        ("From", WHATSAPP),
        ("ContentSid", &template),
        ("ContentVariables", r#"{"1":"9"}"#),
    ];
    assert_eq!(create(&world, &coded).await.0, 201);
    assert_eq!(create(&world, &[("To", ANA), ("From", SMS), ("Body", "por SMS")]).await.0, 201);
    assert_eq!(world.inbox(ANA).await.len(), 2);
    world.say(ANA, json!({"provider": "twilio", "body": "hola"})).await;
    let (_, warm) = create(&world, &text).await;
    settled(&world, warm["sid"].as_str().unwrap(), "delivered").await;
    let path = format!("/sandbox/phones/{ANA}/window");
    let (status, closed) = world.post(&path, &json!({"provider": "twilio", "open": false})).await;
    assert_eq!((status, &closed["open"]), (200, &json!(false)));
    let (_, late) = create(&world, &text).await;
    settled(&world, late["sid"].as_str().unwrap(), "undelivered").await;
    assert_eq!(world.inbox(ANA).await.len(), 3);
    assert_eq!(world.post(&path, &json!({"provider": "pigeon", "open": true})).await.0, 422);
    assert_eq!(world.post(&path, &json!({"provider": "twilio"})).await.0, 422);
    world.stop().await;
}

#[tokio::test]
async fn a_message_has_its_price_and_dates_once_it_is_sent_and_can_be_redacted_and_deleted() {
    let world = World::start();
    let (_, queued) = create(&world, &[("To", ANA), ("From", SMS), ("Body", "hola")]).await;
    assert_eq!((&queued["price"], &queued["date_sent"]), (&Value::Null, &Value::Null));
    let sid = queued["sid"].as_str().unwrap();
    let sent = settled(&world, sid, "delivered").await;
    assert_eq!((&sent["price"], &sent["price_unit"]), (&json!("-0.00790"), &json!("USD")));
    assert!(sent["date_sent"].as_str().unwrap().ends_with("+0000"));
    assert_eq!(call(&world, Method::POST, &message(sid), &[("Body", "otro")]).await.0, 400);
    let (status, redacted) = call(&world, Method::POST, &message(sid), &[("Body", "")]).await;
    assert_eq!((status, &redacted["body"]), (200, &json!("")));
    assert_eq!(call(&world, Method::DELETE, &message(sid), &[]).await, (204, Value::Null));
    assert_eq!(call(&world, Method::GET, &message(sid), &[]).await.0, 404);
    assert_eq!(world.inbox(ANA).await[0]["body"], "hola", "the phone keeps it");
    world.stop().await;
}

#[tokio::test]
async fn what_is_on_its_way_cannot_be_deleted() {
    let world = World::start();
    let (_, queued) = create(&world, &[("To", ANA), ("From", SMS), ("Body", "hola")]).await;
    let sid = queued["sid"].as_str().unwrap();
    settled(&world, sid, "delivered").await;
    // A status that the phone takes back to the way, as a slow network would leave it.
    world.post("/sandbox/statuses", &json!({"message_id": sid, "status": "sending"})).await;
    let (status, refusal) = call(&world, Method::DELETE, &message(sid), &[]).await;
    assert_eq!((status, &refusal["code"]), (409, &json!(20009)));
    world.stop().await;
}

#[tokio::test]
async fn pages_lead_to_all_messages_newest_first() {
    let world = World::start();
    let mut sids = Vec::new();
    for number in 0..5 {
        let (_, sent) = create(&world, &[("To", ANA), ("From", SMS), ("Body", &number.to_string())]).await;
        sids.insert(0, sent["sid"].as_str().unwrap().to_owned());
    }
    let (mut path, mut seen) = (format!("{}?PageSize=2&To=%2B525511112222", messages()), Vec::new());
    loop {
        let (status, page) = call(&world, Method::GET, &path, &[]).await;
        assert_eq!(status, 200, "{page}");
        seen.extend(
            page["messages"].as_array().unwrap().iter().map(|m| m["sid"].as_str().unwrap().to_owned()),
        );
        match page["next_page_uri"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, sids);
    assert_eq!(call(&world, Method::GET, &format!("{}?PageToken=x", messages()), &[]).await.0, 400);
    world.stop().await;
}

#[tokio::test]
async fn media_services_and_hidden_numbers_are_told() {
    let world = World::start();
    let to = format!("whatsapp:{ANA}");
    let media = [
        ("To", to.as_str()),
        ("From", WHATSAPP),
        ("MediaUrl", "https://example.com/a.png"),
        ("MediaUrl", "https://example.com/b.png"),
    ];
    let (_, sent) = create(&world, &media).await;
    assert_eq!(sent["num_media"], "2");
    assert!(sent["sid"].as_str().unwrap().starts_with("MM"));
    let service = format!("MG{}", "0".repeat(32));
    let (_, sent) = create(&world, &[("To", ANA), ("MessagingServiceSid", &service), ("Body", "hola")]).await;
    assert_eq!(
        (&sent["messaging_service_sid"], &sent["from"], &sent["status"]),
        (&json!(service), &json!(SMS), &json!("accepted"))
    );
    let (status, refusal) =
        create(&world, &[("To", ANA), ("MessagingServiceSid", "MG1"), ("Body", "hola")]).await;
    assert_eq!((status, &refusal["code"]), (400, &json!(21701)));
    let hidden = "whatsapp:US.13491208655302741918";
    let (status, sent) = create(&world, &[("To", hidden), ("From", WHATSAPP), ("Body", "hola")]).await;
    assert_eq!((status, &sent["to"]), (201, &json!(hidden)));
    assert_eq!(world.inbox("US.13491208655302741918").await[0]["body"], "hola");
    world.say("US.13491208655302741918", json!({"provider": "twilio", "body": "hola"})).await;
    world.stop().await;
}

#[tokio::test]
async fn the_account_and_the_attempts_of_its_codes_can_be_asked_for() {
    let world = World::start();
    let (status, account) =
        call(&world, Method::GET, &format!("/2010-04-01/Accounts/{}.json", TWILIO.0), &[]).await;
    assert_eq!((status, &account["status"], &account["sid"]), (200, &json!("active"), &json!(TWILIO.0)));
    assert!(!account.to_string().contains(TWILIO.1));
    let service = format!("/v2/Services/VA{}", "0".repeat(32));
    let start =
        [("To", ANA), ("Channel", "sms"), ("Amount", "100"), ("Payee", "Luz"), ("CustomCode", "4321")];
    let (status, first) = call(&world, Method::POST, &format!("{service}/Verifications"), &start).await;
    assert_eq!((status, &first["amount"], &first["payee"]), (201, &json!("100"), &json!("Luz")));
    call(&world, Method::POST, &format!("{service}/Verifications"), &[("To", ANA), ("Channel", "whatsapp")])
        .await;
    let check = [("To", ANA), ("Code", "4321")];
    let (_, checked) = call(&world, Method::POST, &format!("{service}/VerificationCheck"), &check).await;
    assert_eq!((&checked["status"], &checked["payee"]), (&json!("approved"), &json!("Luz")));
    let (_, attempts) = call(&world, Method::GET, "/v2/Attempts?PageSize=1", &[]).await;
    let newest = &attempts["attempts"][0];
    assert_eq!((&newest["channel"], &newest["conversion_status"]), (&json!("whatsapp"), &json!("converted")));
    assert_eq!(newest["price"], json!({"value": "0.05", "currency": "USD"}));
    let next =
        attempts["meta"]["next_page_url"].as_str().unwrap().trim_start_matches("https://verify.twilio.com");
    let (_, older) = call(&world, Method::GET, next, &[]).await;
    assert_eq!(
        (&older["attempts"][0]["channel"], &older["meta"]["next_page_url"]),
        (&json!("sms"), &Value::Null)
    );
    let (_, summary) = call(&world, Method::GET, "/v2/Attempts/Summary", &[]).await;
    assert_eq!(
        (&summary["total_attempts"], &summary["total_converted"], &summary["conversion_rate_percentage"]),
        (&json!(2), &json!(1), &json!("50.00"))
    );
    let sid = newest["sid"].as_str().unwrap();
    assert_eq!(call(&world, Method::GET, &format!("/v2/Attempts/{sid}"), &[]).await.1["sid"], sid);
    assert_eq!(call(&world, Method::GET, "/v2/Attempts/VL1", &[]).await.0, 404);
    world.stop().await;
}
