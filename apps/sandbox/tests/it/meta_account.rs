//! Meta: windows, people by number and by user id, media, numbers and templates.

use crate::world::{ACCESS_TOKEN, ACCOUNT_ID, ANA, PHONE_NUMBER_ID, World, read};
use reqwest::multipart::{Form, Part};
use sandbox::Strangers;
use serde_json::{Value, json};

async fn get(world: &World, path: &str) -> (u16, Value) {
    let request = world.http.get(format!("{}/meta/v25.0/{path}", world.base)).bearer_auth(ACCESS_TOKEN);
    read(request.send().await.unwrap()).await
}

fn text(to: &str) -> Value {
    json!({"to": to, "type": "text", "text": {"body": "hola"}})
}

#[tokio::test]
async fn who_never_wrote_gets_templates_but_no_free_text() {
    let world = World::with(|mut config| {
        config.strangers = Strangers::Refuse;
        config
    });
    assert_eq!(world.meta(text(ANA)).await.0, 200, "Meta takes it first");
    let failed = world.webhook().await.value()["statuses"][0].clone();
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));
    assert!(world.inbox(ANA).await.is_empty());
    let template = json!({"to": ANA, "type": "template", "template": {"name": "hello_world", "language": {"code": "es"}}});
    assert_eq!(world.meta(template).await.0, 200);
    for status in ["sent", "delivered"] {
        assert_eq!(world.webhook().await.value()["statuses"][0]["status"], status);
    }
    world.say(ANA, json!({"provider": "meta", "body": "hola"})).await;
    world.webhook().await;
    world.meta(text(ANA)).await;
    assert_eq!(world.webhook().await.value()["statuses"][0]["status"], "sent");
    world.stop().await;
}

#[tokio::test]
async fn a_person_is_named_by_number_and_by_id_in_messages_and_statuses() {
    let world = World::start();
    world.say(ANA, json!({"provider": "meta", "body": "hola", "profile_name": "Ana"})).await;
    let contact = world.webhook().await.value()["contacts"][0].clone();
    world.meta(text(ANA)).await;
    let value = world.webhook().await.value();
    assert_eq!(value["contacts"], json!([contact]));
    let status = &value["statuses"][0];
    assert_eq!(
        (&status["recipient_id"], &status["recipient_user_id"]),
        (&contact["wa_id"], &contact["user_id"])
    );
    world.webhook().await;
    // By the id alone the message reaches the same phone, and its status tells no number.
    let hidden = json!({"recipient": contact["user_id"], "type": "text", "text": {"body": "por id"}});
    assert_eq!(world.meta(hidden).await.0, 200);
    let value = world.webhook().await.value();
    assert_eq!(value["contacts"], json!([{"profile": {"name": "Ana"}, "user_id": contact["user_id"]}]));
    assert_eq!(value["statuses"][0].get("recipient_id"), None);
    assert_eq!(world.inbox(ANA).await[1]["body"], "por id");
    world.stop().await;
}

#[tokio::test]
async fn files_are_uploaded_sent_and_fetched() {
    let world = World::start();
    let upload = async |mime: &str, fields: Form| {
        let part = Part::bytes(b"\x89PNG".to_vec()).file_name("a.png").mime_str(mime).unwrap();
        let address = format!("{}/meta/v25.0/{PHONE_NUMBER_ID}/media", world.base);
        let request = world.http.post(address).bearer_auth(ACCESS_TOKEN).multipart(fields.part("file", part));
        read(request.send().await.unwrap()).await
    };
    let product = || Form::new().text("messaging_product", "whatsapp").text("type", "image/png");
    let (status, media) = upload("image/png", product()).await;
    assert_eq!(status, 200, "{media}");
    assert_eq!(upload("image/png", Form::new()).await.0, 400);
    assert_eq!(upload("image/x-unknown", product()).await.0, 400);
    let id = media["id"].as_str().unwrap();
    let image = |id: &str| json!({"to": ANA, "type": "image", "image": {"id": id}});
    assert_eq!(world.meta(image(id)).await.0, 200);
    assert_eq!(world.meta(image("1")).await.0, 400);
    let (_, node) = get(&world, id).await;
    assert_eq!((&node["mime_type"], &node["file_size"]), (&json!("image/png"), &json!(4)));
    let url = node["url"].as_str().unwrap();
    let bytes = world.http.get(url).bearer_auth(ACCESS_TOKEN).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes.as_ref(), b"\x89PNG");
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 401);
    world
        .http
        .delete(format!("{}/meta/v25.0/{id}", world.base))
        .bearer_auth(ACCESS_TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(get(&world, id).await.0, 400);
    for status in ["sent", "delivered"] {
        assert_eq!(world.webhook().await.value()["statuses"][0]["status"], status);
    }
    world.say(ANA, json!({"provider": "meta", "type": "document"})).await;
    let document = world.webhook().await.value()["messages"][0]["document"].clone();
    let (_, node) = get(&world, document["id"].as_str().unwrap()).await;
    assert_eq!(node["mime_type"], "application/pdf");
    world.stop().await;
}

#[tokio::test]
async fn the_account_lists_its_number_and_its_templates() {
    let world = World::start();
    let (_, numbers) = get(&world, &format!("{ACCOUNT_ID}/phone_numbers?fields=display_phone_number")).await;
    assert_eq!(numbers["data"], json!([{"id": PHONE_NUMBER_ID, "display_phone_number": "+1 555-078-3881"}]));
    assert_eq!(get(&world, "1/phone_numbers").await.0, 400);
    let (_, templates) = get(&world, &format!("{ACCOUNT_ID}/message_templates?summary=total_count")).await;
    let first = &templates["data"][0];
    assert_eq!((&first["status"], &templates["summary"]["total_count"]), (&json!("APPROVED"), &json!(6)));
    assert_eq!(get(&world, first["id"].as_str().unwrap()).await.1["name"], first["name"]);
    let (_, named) = get(&world, &format!("{ACCOUNT_ID}/message_templates?name=ours&language=es")).await;
    assert_eq!((named["data"].as_array().unwrap().len(), &named["data"][0]["name"]), (1, &json!("ours")));
    world.stop().await;
}
