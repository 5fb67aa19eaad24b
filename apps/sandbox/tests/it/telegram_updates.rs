//! Telegram without a webhook, strangers, edits, files and commands.

use crate::world::{ANA, BOT, World};
use reqwest::multipart::{Form, Part};
use sandbox::Strangers;
use serde_json::{Value, json};

const CHAT: u64 = 525_511_112_222;

fn polling() -> World {
    World::with(|mut config| {
        config.strangers = Strangers::Refuse;
        if let Some(bot) = &mut config.telegram {
            bot.webhook_secret = None;
        }
        config
    })
}

async fn say(world: &World, text: &str) {
    world.say(ANA, json!({"provider": "telegram", "body": text})).await;
}

fn texts(answer: &Value) -> Vec<&str> {
    answer["result"].as_array().unwrap().iter().map(|u| u["message"]["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn without_a_webhook_updates_wait_until_they_are_confirmed() {
    let world = polling();
    assert_eq!(world.telegram("getWebhookInfo", json!({})).await.1["result"]["url"], "");
    for text in ["uno", "dos"] {
        say(&world, text).await;
    }
    let (_, first) = world.telegram("getUpdates", json!({"limit": 1})).await;
    assert_eq!(texts(&first), ["uno"]);
    let (_, again) = world.telegram("getUpdates", json!({})).await;
    assert_eq!(texts(&again), ["uno", "dos"], "nothing was confirmed");
    let next = again["result"][0]["update_id"].as_u64().unwrap() + 1;
    let (_, rest) = world.telegram("getUpdates", json!({"offset": next})).await;
    assert_eq!(texts(&rest), ["dos"]);
    assert_eq!(world.telegram("getWebhookInfo", json!({})).await.1["result"]["pending_update_count"], 1);
    let url = format!("{}/elsewhere", world.api_base);
    world.telegram("setWebhook", json!({"url": url, "secret_token": "another-secret"})).await;
    assert_eq!(world.webhook().await.json()["message"]["text"], "dos", "a webhook gets what waits");
    let (status, refusal) = world.telegram("getUpdates", json!({})).await;
    assert_eq!((status, &refusal["error_code"]), (409, &json!(409)));
    world.telegram("deleteWebhook", json!({})).await;
    say(&world, "tres").await;
    let (_, rest) = world.telegram("getUpdates", json!({})).await;
    assert_eq!(texts(&rest), ["tres"]);
    world.telegram("deleteWebhook", json!({"drop_pending_updates": true})).await;
    assert_eq!(world.telegram("getUpdates", json!({})).await.1["result"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn a_call_waits_for_news_and_ends_when_another_one_comes() {
    let world = polling();
    let waiting = world.telegram("getUpdates", json!({"timeout": 50}));
    let writing = async {
        while world.requests("telegram").await.is_empty() {
            say(&world, "hola").await;
        }
    };
    let ((_, news), ()) = tokio::join!(waiting, writing);
    assert_eq!(texts(&news).first(), Some(&"hola"));
    let next = news["result"].as_array().unwrap().last().unwrap()["update_id"].as_u64().unwrap() + 100;
    let mut older = Box::pin(world.telegram("getUpdates", json!({"timeout": 50, "offset": next})));
    // It may not have begun yet, so newer calls come until one of them has ended it. One that it ends itself gets 409.
    let (status, refusal) = loop {
        tokio::select! {
            ended = &mut older => break ended,
            (status, _) = world.telegram("getUpdates", json!({"offset": next})) => assert!([200, 409].contains(&status)),
        }
    };
    assert_eq!(status, 409);
    assert!(refusal["description"].as_str().unwrap().contains("terminated by other getUpdates request"));
    drop(older);
    world.stop().await;
}

#[tokio::test]
async fn a_bot_writes_to_those_who_wrote_to_it() {
    let world = polling();
    let text = json!({"chat_id": CHAT, "text": "hola"});
    let (status, refusal) = world.telegram("sendMessage", text.clone()).await;
    assert_eq!(status, 403, "{refusal}");
    assert_eq!(world.telegram("getChat", json!({"chat_id": CHAT})).await.0, 400);
    say(&world, "/start").await;
    assert_eq!(world.telegram("sendMessage", text.clone()).await.0, 200);
    let (_, chat) = world.telegram("getChat", json!({"chat_id": CHAT})).await;
    assert_eq!((&chat["result"]["id"], &chat["result"]["type"]), (&json!(CHAT), &json!("private")));
    world
        .post(&format!("/sandbox/phones/{ANA}/window"), &json!({"provider": "telegram", "open": false}))
        .await;
    assert_eq!(world.telegram("sendMessage", text).await.0, 403);
    world.stop().await;
}

#[tokio::test]
async fn messages_are_edited_and_deleted_on_the_phone() {
    let world = World::start();
    let (_, sent) = world.telegram("sendMessage", json!({"chat_id": CHAT, "text": "antes"})).await;
    let id = sent["result"]["message_id"].clone();
    let keys = json!({"inline_keyboard": [[{"text": "Sí", "callback_data": "y"}]]});
    let edit = json!({"chat_id": CHAT, "message_id": id, "text": "después", "reply_markup": keys});
    let (status, edited) = world.telegram("editMessageText", edit.clone()).await;
    assert_eq!((status, &edited["result"]["text"]), (200, &json!("después")));
    assert_eq!(world.telegram("editMessageText", edit).await.0, 400, "nothing would change");
    let shown = &world.inbox(ANA).await[0];
    assert_eq!((&shown["body"], &shown["buttons"][0]["id"]), (&json!("después"), &json!("y")));
    let (_, bare) =
        world.telegram("editMessageReplyMarkup", json!({"chat_id": CHAT, "message_id": id})).await;
    assert_eq!((&bare["result"]["text"], bare["result"].get("reply_markup")), (&json!("después"), None));
    let gone = json!({"chat_id": CHAT, "message_id": id});
    assert_eq!(world.telegram("deleteMessage", gone.clone()).await.1["result"], true);
    assert_eq!(world.telegram("deleteMessage", gone).await.0, 400);
    let late = json!({"chat_id": CHAT, "message_id": id, "text": "tarde"});
    assert_eq!(world.telegram("editMessageText", late).await.0, 400);
    assert!(world.inbox(ANA).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn files_are_sent_by_bytes_by_address_and_by_id() {
    let world = World::start();
    let part = Part::bytes(b"abc".to_vec()).file_name("a.txt").mime_str("text/plain").unwrap();
    let form = Form::new().text("chat_id", CHAT.to_string()).text("caption", "lee").part("document", part);
    let address = format!("{}/telegram/bot{BOT}/sendDocument", world.base);
    let sent: Value = world.http.post(address).multipart(form).send().await.unwrap().json().await.unwrap();
    let document = &sent["result"]["document"];
    assert_eq!((&document["file_name"], &document["file_size"]), (&json!("a.txt"), &json!(3)));
    let (_, info) = world.telegram("getFile", json!({"file_id": document["file_id"]})).await;
    let path = info["result"]["file_path"].as_str().unwrap();
    let file = world.http.get(format!("{}/telegram/file/bot{BOT}/{path}", world.base)).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap().as_ref(), b"abc");
    let foreign = world.http.get(format!("{}/telegram/file/bot1:X/{path}", world.base)).send().await.unwrap();
    assert_eq!(foreign.status(), 404);
    let again = json!({"chat_id": CHAT, "document": document["file_id"]});
    assert_eq!(world.telegram("sendDocument", again).await.0, 200);
    let (_, photo) =
        world.telegram("sendPhoto", json!({"chat_id": CHAT, "photo": "https://example.com/a.png"})).await;
    assert_eq!(photo["result"]["photo"].as_array().unwrap().len(), 1);
    assert_eq!(world.telegram("sendPhoto", json!({"chat_id": CHAT, "photo": "no file"})).await.0, 400);
    let bodies: Vec<_> = world.inbox(ANA).await.into_iter().map(|message| message["body"].clone()).collect();
    assert_eq!(bodies, ["lee", "[document]", "[photo]"]);
    world.stop().await;
}

#[tokio::test]
async fn commands_are_kept() {
    let world = World::start();
    let commands = json!([{"command": "saldo", "description": "Tu saldo"}]);
    assert_eq!(world.telegram("setMyCommands", json!({"commands": commands})).await.1["result"], true);
    assert_eq!(world.telegram("getMyCommands", json!({})).await.1["result"], commands);
    let english = json!({"language_code": "en"});
    assert_eq!(world.telegram("getMyCommands", english).await.1["result"], json!([]));
    let wrong = json!({"commands": [{"command": "Saldo!", "description": "x"}]});
    assert_eq!(world.telegram("setMyCommands", wrong).await.0, 400);
    world.telegram("deleteMyCommands", json!({})).await;
    assert_eq!(world.telegram("getMyCommands", json!({})).await.1["result"], json!([]));
    world.stop().await;
}
