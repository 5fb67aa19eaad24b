//! Meta: messages to a phone, and messages from it.

use crate::world::{ACCESS_TOKEN, ACCOUNT_ID, ANA, PHONE_NUMBER_ID, World, read};
use serde_json::{Value, json};

fn text(body: &str) -> Value {
    json!({"to": ANA, "type": "text", "text": {"body": body}, "biz_opaque_callback_data": "our key"})
}

async fn next_status(world: &World) -> Value {
    world.webhook().await.value()["statuses"][0].clone()
}

#[tokio::test]
async fn a_message_arrives_and_its_statuses_come_signed() {
    let world = World::start();
    let (status, answer) = world.meta(text("señal 😀")).await;
    assert_eq!((status, &answer["messaging_product"]), (200, &json!("whatsapp")));
    assert_eq!(
        (&answer["contacts"][0]["input"], &answer["contacts"][0]["wa_id"]),
        (&json!(ANA), &json!("525511112222"))
    );
    let id = answer["messages"][0]["id"].as_str().unwrap();
    assert!(id.starts_with("wamid."));
    let sent = next_status(&world).await;
    assert_eq!(
        (&sent["id"], &sent["status"], &sent["recipient_id"]),
        (&json!(id), &json!("sent"), &json!("525511112222"))
    );
    assert_eq!(
        (&sent["biz_opaque_callback_data"], &sent["pricing"]["category"]),
        (&json!("our key"), &json!("service"))
    );
    assert!(sent["timestamp"].as_str().unwrap().parse::<u64>().is_ok());
    assert_eq!(next_status(&world).await["status"], "delivered");
    let shown = &world.inbox("+5215511112222").await[0];
    assert_eq!(
        (&shown["body"], &shown["provider"], &shown["to"], &shown["id"]),
        (&json!("señal 😀"), &json!("meta"), &json!(ANA), &json!(id))
    );
    let (status, reported) =
        world.post("/sandbox/statuses", &json!({"message_id": id, "status": "read"})).await;
    assert_eq!((status, reported), (200, json!({"webhook_status": 200})));
    assert_eq!(next_status(&world).await["status"], "read");
    assert_eq!(
        world.post("/sandbox/statuses", &json!({"message_id": "wamid.x", "status": "read"})).await.0,
        404
    );
    world.stop().await;
}

#[tokio::test]
async fn what_a_person_writes_comes_signed_and_again_when_it_is_redelivered() {
    let world = World::start();
    let action = json!({"provider": "meta", "body": "¿saldo? 😀 a/b", "profile_name": "Ana Núñez"});
    let posted = world.say("+5215511112222", action.clone()).await;
    let first = world.webhook().await;
    assert!(first.raw.is_ascii(), "Meta escapes what it signs");
    let value = first.value();
    assert_eq!(value["metadata"]["phone_number_id"], PHONE_NUMBER_ID);
    assert_eq!(first.json()["entry"][0]["id"], ACCOUNT_ID);
    let contact = &value["contacts"][0];
    assert_eq!(
        (&contact["profile"]["name"], &contact["wa_id"]),
        (&json!("Ana Núñez"), &json!("5215511112222"))
    );
    assert_eq!(contact["user_id"], value["messages"][0]["from_user_id"]);
    assert_eq!(
        (&value["messages"][0]["from"], &value["messages"][0]["text"]["body"]),
        (&json!("5215511112222"), &json!("¿saldo? 😀 a/b"))
    );
    assert_eq!(value["messages"][0]["id"], posted["message_id"]);
    let again = json!({"provider": "meta", "body": "otra cosa", "message_id": posted["message_id"]});
    assert_eq!(world.say(ANA, again).await["message_id"], posted["message_id"]);
    assert_eq!(world.webhook().await.raw, first.raw);
    world.stop().await;
}

#[tokio::test]
async fn reading_and_typing_show_on_the_phone_and_are_no_send() {
    let world = World::start();
    let posted = world.say(ANA, json!({"provider": "meta", "body": "hola"})).await;
    world
        .fault(json!({"provider": "meta", "operation": "send", "kind": "status", "status": 500, "times": 1}))
        .await;
    let read =
        json!({"status": "read", "message_id": posted["message_id"], "typing_indicator": {"type": "text"}});
    assert_eq!(world.meta(read).await, (200, json!({"success": true})));
    let signs = world.signs(ANA).await;
    assert_eq!(
        signs.iter().map(|sign| sign["kind"].as_str().unwrap()).collect::<Vec<_>>(),
        ["read", "typing"]
    );
    assert_eq!(signs[0]["message_id"], posted["message_id"]);
    let kinds: Vec<_> = world.requests("meta").await.iter().map(|r| r["operation"].clone()).collect();
    assert_eq!(kinds, ["read"]);
    assert_eq!(world.meta(text("hola")).await.0, 500, "the fault waited for a message");
    world.stop().await;
}

#[tokio::test]
async fn a_lost_reply_is_a_message_that_went_out() {
    let world = World::start();
    world.fault(json!({"provider": "meta", "operation": "send", "kind": "drop_reply", "times": 1})).await;
    let mut body = text("perdida");
    body["messaging_product"] = json!("whatsapp");
    assert!(world.meta_raw(ACCESS_TOKEN, &body).await.is_err());
    for expected in ["sent", "delivered"] {
        let status = next_status(&world).await;
        assert_eq!(
            (&status["status"], &status["biz_opaque_callback_data"]),
            (&json!(expected), &json!("our key"))
        );
    }
    assert_eq!(world.inbox(ANA).await.len(), 1);
    let requests = world.requests("meta").await;
    assert_eq!(
        (requests.len(), &requests[0]["fault"], &requests[0]["operation"]),
        (1, &json!("drop_reply"), &json!("send"))
    );
    world.stop().await;
}

#[tokio::test]
async fn a_fault_answers_as_its_caller_says() {
    let world = World::start();
    let error = json!({"error": {"code": 130_429, "message": "rate"}});
    world.fault(json!({"provider": "meta", "operation": "send", "kind": "status", "status": 429, "body": error, "times": 2})).await;
    assert_eq!(world.meta(text("uno")).await, (429, error.clone()));
    assert_eq!(world.meta(text("uno")).await, (429, error));
    assert_eq!(world.meta(text("uno")).await.0, 200);
    assert_eq!((world.inbox(ANA).await.len(), world.requests("meta").await.len()), (1, 3));
    world.stop().await;
}

#[tokio::test]
async fn a_number_without_its_plus_reaches_nobody() {
    let world = World::start();
    let (status, answer) = world.meta(json!({"to": "525511112222", "text": {"body": "hola"}})).await;
    assert_eq!((status, &answer["contacts"][0]["wa_id"]), (200, &json!("1525511112222")));
    let failed = next_status(&world).await;
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_026)));
    assert!(world.inbox(ANA).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn somebody_without_a_number_is_written_to_by_his_user_id() {
    let world = World::start();
    let (status, answer) = world.meta(json!({"recipient": "MX.1349120865", "text": {"body": "hola"}})).await;
    assert_eq!(
        (status, &answer["contacts"]),
        (200, &json!([{"input": "MX.1349120865", "user_id": "MX.1349120865"}]))
    );
    let sent = next_status(&world).await;
    assert_eq!((sent.get("recipient_id"), &sent["recipient_user_id"]), (None, &json!("MX.1349120865")));
    assert_eq!(world.inbox("MX.1349120865").await.len(), 1);
    next_status(&world).await;
    world.say("MX.1349120865", json!({"provider": "meta", "body": "hola"})).await;
    let value = world.webhook().await.value();
    assert_eq!(
        (value["messages"][0].get("from"), &value["messages"][0]["from_user_id"]),
        (None, &json!("MX.1349120865"))
    );
    world.stop().await;
}

#[tokio::test]
async fn a_tap_answers_the_message_that_bears_the_button() {
    let world = World::start();
    let action = json!({"buttons": [{"type": "reply", "reply": {"id": "confirm:1", "title": "Sí"}}]});
    let interactive = json!({"type": "button", "body": {"text": "¿Confirmas?"}, "action": action});
    let (_, answer) = world.meta(json!({"to": ANA, "type": "interactive", "interactive": interactive})).await;
    for _ in ["sent", "delivered"] {
        world.webhook().await;
    }
    assert_eq!(
        world.inbox(ANA).await[0]["buttons"],
        json!([{"kind": "reply", "id": "confirm:1", "title": "Sí"}])
    );
    world.say(ANA, json!({"provider": "meta", "button_id": "confirm:1"})).await;
    let message = world.webhook().await.value()["messages"][0].clone();
    let reply = json!({"type": "button_reply", "button_reply": {"id": "confirm:1", "title": "Sí"}});
    assert_eq!((&message["type"], &message["interactive"]), (&json!("interactive"), &reply));
    assert_eq!(message["context"]["id"], answer["messages"][0]["id"]);
    world.stop().await;
}

#[tokio::test]
async fn the_account_tells_about_itself_to_whom_it_knows() {
    let world = World::start();
    let get = async |path: &str, token: &str| {
        let request = world.http.get(format!("{}/meta/{path}", world.base)).bearer_auth(token);
        read(request.send().await.unwrap()).await
    };
    let (status, account) = get(&format!("v25.0/{ACCOUNT_ID}"), ACCESS_TOKEN).await;
    assert_eq!((status, &account["id"], account["name"].is_string()), (200, &json!(ACCOUNT_ID), true));
    let (_, number) = get(&format!("v25.0/{PHONE_NUMBER_ID}?fields=verified_name"), ACCESS_TOKEN).await;
    assert_eq!(number, json!({"id": PHONE_NUMBER_ID, "verified_name": "Ventanilla"}));
    assert_eq!(get("v25.0/1", ACCESS_TOKEN).await.1["error"]["code"], 100);
    assert_eq!(get(&format!("v25.0/{ACCOUNT_ID}"), "wrong").await.0, 401);
    assert_eq!(get(&format!("x/{ACCOUNT_ID}"), ACCESS_TOKEN).await.0, 400);
    let (_, good) = get(&format!("v25.0/debug_token?input_token={ACCESS_TOKEN}"), ACCESS_TOKEN).await;
    assert_eq!(good["data"]["is_valid"], true);
    let (_, bad) = get("v25.0/debug_token?input_token=other", ACCESS_TOKEN).await;
    assert_eq!((&bad["data"]["is_valid"], &bad["data"]["error"]["code"]), (&json!(false), &json!(190)));
    let shown = serde_json::to_string(&world.requests("meta").await).unwrap();
    assert!(!shown.contains(ACCESS_TOKEN), "the wire shows no token");
    world.stop().await;
}
