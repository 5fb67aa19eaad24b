//! Telegram: chats, keyboards, taps, blocking; the errors.

use crate::world::{ANA, BOT, World};
use serde_json::{Value, json};

const CHAT: u64 = 525_511_112_222;

fn text(text: &str) -> Value {
    json!({"chat_id": CHAT, "text": text})
}

async fn refused(world: &World, method: &str, body: Value, status: u16, description: &str) {
    let (got, answer) = world.telegram(method, body).await;
    assert_eq!(got, status, "{answer}");
    assert_eq!(answer, json!({"ok": false, "error_code": status, "description": description}));
}

#[tokio::test]
async fn a_message_goes_to_the_chat_of_the_numbers_digits() {
    let world = World::start();
    let (status, answer) = world.telegram("sendMessage", text("hola")).await;
    assert_eq!((status, &answer["ok"], &answer["result"]["chat"]["id"]), (200, &json!(true), &json!(CHAT)));
    let shown = &world.inbox(ANA).await[0];
    assert_eq!(
        (&shown["channel"], &shown["provider"], &shown["body"]),
        (&json!("telegram"), &json!("telegram"), &json!("hola"))
    );
    // Forms and queries are as good as JSON.
    let form = [("chat_id", CHAT.to_string()), ("text", "por formulario".into())];
    let address = format!("{}/telegram/bot{BOT}/sendmessage", world.base);
    assert_eq!(world.http.post(&address).form(&form).send().await.unwrap().status(), 200);
    assert_eq!(world.http.get(&address).query(&form).send().await.unwrap().status(), 200);
    assert_eq!(world.inbox(ANA).await.len(), 3);
    let shown = serde_json::to_string(&world.requests("telegram").await).unwrap();
    assert!(!shown.contains("SANDBOX") && shown.contains(r#""operation":"send""#), "{shown}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::start();
    let (status, _) = world.get("/telegram/bot1:WRONG/getMe").await;
    assert_eq!(status, 401);
    refused(&world, "fly", json!({}), 404, "Not Found").await;
    refused(&world, "sendMessage", json!({"text": "x"}), 400, "Bad Request: chat_id is empty").await;
    refused(&world, "sendMessage", json!({"chat_id": 12, "text": "x"}), 400, "Bad Request: chat not found")
        .await;
    refused(&world, "sendMessage", text(""), 400, "Bad Request: message text is empty").await;
    refused(&world, "sendMessage", text(&"x".repeat(4097)), 400, "Bad Request: message is too long").await;
    let mut long = text("x");
    long["reply_markup"] = json!({"inline_keyboard": [[{"text": "x", "callback_data": "x".repeat(65)}]]});
    refused(&world, "sendMessage", long, 400, "Bad Request: BUTTON_DATA_INVALID").await;
    let gone = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    refused(&world, "answerCallbackQuery", json!({"callback_query_id": "1"}), 400, gone).await;
    refused(
        &world,
        "sendChatAction",
        json!({"chat_id": CHAT, "action": "sing"}),
        400,
        "Bad Request: wrong parameter action in request",
    )
    .await;
    assert!(world.inbox(ANA).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn an_update_redelivered_is_the_same_update() {
    let world = World::start();
    let posted = world.say(ANA, json!({"provider": "telegram", "body": "/start ABC"})).await;
    let first = world.webhook().await;
    assert_eq!(
        (first.path.as_str(), &first.json()["message"]["chat"]["id"]),
        ("/webhooks/telegram", &json!(CHAT))
    );
    assert_eq!(first.json()["message"]["message_id"].to_string(), posted["message_id"].as_str().unwrap());
    let again = json!({"provider": "telegram", "body": "/start ABC", "message_id": posted["message_id"]});
    world.say(ANA, again).await;
    assert_eq!(world.webhook().await.raw, first.raw);
    world.say(ANA, json!({"provider": "telegram", "body": "/start ABC"})).await;
    let next = world.webhook().await.json();
    assert_eq!(next["update_id"].as_u64(), first.json()["update_id"].as_u64().map(|id| id + 1));
    world.stop().await;
}

#[tokio::test]
async fn an_edit_is_an_update_of_its_own_about_the_same_message() {
    let world = World::start();
    let edit = |body: &str, id: &Value| json!({"provider": "telegram", "type": "edited", "body": body, "message_id": id});
    let posted = world.say(ANA, json!({"provider": "telegram", "body": "manda 5"})).await;
    let first = world.webhook().await.json();
    let id = &posted["message_id"];
    world.say(ANA, edit("manda 6", id)).await;
    let second = world.webhook().await;
    let edited = second.json()["edited_message"].clone();
    assert_eq!(edited["message_id"], first["message"]["message_id"]);
    assert_eq!((&edited["text"], edited["edit_date"].is_u64()), (&json!("manda 6"), true));
    assert_ne!(second.json()["update_id"], first["update_id"]);
    world.say(ANA, edit("manda 6", id)).await;
    assert_eq!(world.webhook().await.raw, second.raw, "the same edit again is a redelivery");
    world.say(ANA, edit("manda 7", id)).await;
    assert_eq!(world.webhook().await.json()["edited_message"]["text"], "manda 7");
    // Of a message that the sandbox never sent, there is an edit too.
    world.say(ANA, json!({"provider": "telegram", "type": "edited", "body": "hola"})).await;
    assert_eq!(world.webhook().await.json()["edited_message"]["text"], "hola");
    world.stop().await;
}

#[tokio::test]
async fn a_tap_is_answered_once() {
    let world = World::start();
    let mut ask = text("¿Confirmas?");
    ask["reply_markup"] = json!({"inline_keyboard": [[{"text": "Sí", "callback_data": "n0nce"}]]});
    let (_, sent) = world.telegram("sendMessage", ask).await;
    assert_eq!(
        world.inbox(ANA).await[0]["buttons"],
        json!([{"kind": "callback", "id": "n0nce", "title": "Sí"}])
    );
    let posted = world.say(ANA, json!({"provider": "telegram", "button_id": "n0nce"})).await;
    let query = world.webhook().await.json()["callback_query"].clone();
    assert_eq!((&query["data"], &query["id"]), (&json!("n0nce"), &posted["message_id"]));
    assert_eq!(query["message"]["message_id"], sent["result"]["message_id"]);
    let done = json!({"callback_query_id": query["id"], "text": "Hecho"});
    assert_eq!(
        world.telegram("answerCallbackQuery", done.clone()).await,
        (200, json!({"ok": true, "result": true}))
    );
    assert_eq!(world.signs(ANA).await[0]["text"], "Hecho");
    assert_eq!(world.telegram("answerCallbackQuery", done).await.0, 400);
    world.stop().await;
}

#[tokio::test]
async fn the_number_is_given_by_its_owner() {
    let world = World::start();
    let mut ask = text("¿Tu número?");
    ask["reply_markup"] = json!({"keyboard": [[{"text": "Compartir", "request_contact": true}]]});
    world.telegram("sendMessage", ask).await;
    assert_eq!(world.inbox(ANA).await[0]["buttons"][0]["kind"], "contact");
    world.say(ANA, json!({"provider": "telegram", "type": "contact"})).await;
    let message = world.webhook().await.json()["message"].clone();
    assert_eq!(
        (&message["contact"]["user_id"], &message["contact"]["phone_number"]),
        (&message["from"]["id"], &json!("525511112222"))
    );
    world.stop().await;
}

#[tokio::test]
async fn who_blocks_the_bot_hears_it_no_more() {
    let world = World::start();
    world.say(ANA, json!({"provider": "telegram", "type": "block"})).await;
    let change = world.webhook().await.json()["my_chat_member"].clone();
    assert_eq!(change["new_chat_member"]["status"], "kicked");
    let blocked = "Forbidden: bot was blocked by the user";
    refused(&world, "sendMessage", text("hola"), 403, blocked).await;
    refused(&world, "sendChatAction", json!({"chat_id": CHAT, "action": "typing"}), 403, blocked).await;
    world.say(ANA, json!({"provider": "telegram", "type": "unblock"})).await;
    assert_eq!(world.telegram("sendMessage", text("hola")).await.0, 200);
    assert_eq!(world.telegram("sendChatAction", json!({"chat_id": CHAT, "action": "typing"})).await.0, 200);
    assert_eq!(world.signs(ANA).await[0]["kind"], "typing");
    world.stop().await;
}

#[tokio::test]
async fn updates_go_where_the_webhook_is_set() {
    let world = World::start();
    let (_, me) = world.telegram("getMe", json!({})).await;
    assert_eq!((&me["result"]["id"], &me["result"]["username"]), (&json!(123_456), &json!("ventanilla_bot")));
    let url = format!("{}/elsewhere", world.api_base);
    let bad = json!({"url": url, "secret_token": "not allowed!"});
    assert_eq!(world.telegram("setWebhook", bad).await.0, 400);
    let set = json!({"url": url, "secret_token": "another-secret", "allowed_updates": ["message"]});
    assert_eq!(world.telegram("setWebhook", set).await.0, 200);
    let (_, info) = world.telegram("getWebhookInfo", json!({})).await;
    assert_eq!(
        (&info["result"]["url"], &info["result"]["allowed_updates"]),
        (&json!(url), &json!(["message"]))
    );
    world.say(ANA, json!({"provider": "telegram", "body": "hola"})).await;
    assert_eq!(world.webhook().await.path, "/elsewhere");
    world.stop().await;
}

#[tokio::test]
async fn a_fault_answers_as_its_caller_says() {
    let world = World::start();
    let body = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1", "parameters": {"retry_after": 1}});
    world.fault(json!({"provider": "telegram", "operation": "send", "kind": "status", "status": 429, "body": body, "times": 1})).await;
    assert_eq!(world.telegram("getMe", json!({})).await.0, 200, "a fault of `send` is for messages alone");
    assert_eq!(world.telegram("sendMessage", text("hola")).await, (429, body));
    assert_eq!(world.telegram("sendMessage", text("hola")).await.0, 200);
    world.stop().await;
}
