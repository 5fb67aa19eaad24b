//! The phones page on each channel: what a tap sends, and what the page shows.

use crate::{
    browser::Browser,
    world::{ANA, World},
};
use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};

const CHAT: u64 = 525_511_112_222;

async fn add(browser: &Browser, channel: &str, address: &str) {
    let choose = "const c = document.getElementById('channel'); c.value = arguments[0]; c.dispatchEvent(new Event('change'));";
    browser.page.execute(choose, vec![json!(channel)]).await.unwrap();
    let field = browser.page.wait().for_element(Locator::Id("number")).await.unwrap();
    field.send_keys(address).await.unwrap();
    field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    let phone = format!("sandbox-phone[channel='{channel}'][number='{address}']");
    browser.page.wait().for_element(Locator::Css(&phone)).await.unwrap();
}

/// Waits for the button with this text and presses it with the keyboard.
async fn press(browser: &Browser, css: &str) {
    let button = browser.page.wait().for_element(Locator::Css(css)).await.unwrap();
    button.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
}

async fn open(world: &World) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(&world.base).await.unwrap();
    // Without the demo phone, so that the phone under test is the one that a narrow page shows.
    browser.page.execute("localStorage.setItem('phones', '[]')", Vec::new()).await.unwrap();
    browser.page.refresh().await.unwrap();
    browser
}

/// The next message from a person that the API gets over Meta. Statuses are skipped.
async fn next_message(world: &World) -> Value {
    loop {
        let value = world.webhook().await.value();
        if value["messages"].is_array() {
            return value["messages"][0].clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_over_meta_shows_lists_typing_and_what_was_read() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "whatsapp-meta", ANA).await;
    browser.type_line("hola").await;
    let message = next_message(&world).await;
    assert_eq!(message["text"]["body"], "hola");
    let read = json!({"status": "read", "message_id": message["id"], "typing_indicator": {"type": "text"}});
    world.meta(read).await;
    for css in [
        "sandbox-phone[channel='whatsapp-meta'] .ticks.read",
        "sandbox-phone[channel='whatsapp-meta'] .typing",
    ] {
        browser.page.wait().for_element(Locator::Css(css)).await.unwrap();
    }
    let rows = json!([{"id": "row:1", "title": "Diario", "description": "849.50 MXN"}, {"id": "row:2", "title": "Casa"}]);
    let action = json!({"button": "Ver cuentas", "sections": [{"title": "Tuyas", "rows": rows}]});
    let list = json!({"type": "list", "body": {"text": "¿Cuál?"}, "action": action});
    world.meta(json!({"to": ANA, "type": "interactive", "interactive": list})).await;
    browser.shows("¿Cuál?").await;
    while world.webhook().await.value()["statuses"][0]["status"] != "read" {}
    press(&browser, "sandbox-phone[channel='whatsapp-meta'] .choices button").await;
    for theme in ["light", "dark"] {
        browser.look("list-desktop", 1280, 900, theme).await;
        browser.look("list-phone", 390, 844, theme).await;
    }
    press(&browser, ".sheet .row").await;
    let reply = json!({"id": "row:1", "title": "Diario", "description": "849.50 MXN"});
    assert_eq!(next_message(&world).await["interactive"]["list_reply"], reply);
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_over_telegram_shows_keyboards_and_shares_the_number() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "telegram", ANA).await;
    let contact = json!({"keyboard": [[{"text": "Compartir mi número", "request_contact": true}]]});
    world
        .telegram("sendMessage", json!({"chat_id": CHAT, "text": "¿Quién eres?", "reply_markup": contact}))
        .await;
    browser.shows("¿Quién eres?").await;
    press(&browser, ".keys .contact").await;
    let update = world.webhook().await.json();
    assert_eq!(update["message"]["contact"]["user_id"], CHAT);
    let yes = json!({"inline_keyboard": [[{"text": "Sí", "callback_data": "n0nce"}, {"text": "No", "callback_data": "n1nce"}]]});
    world.telegram("sendMessage", json!({"chat_id": CHAT, "text": "¿Confirmas?", "reply_markup": yes})).await;
    browser.shows("¿Confirmas?").await;
    for theme in ["light", "dark"] {
        browser.look("telegram-desktop", 1280, 900, theme).await;
        browser.look("telegram-phone", 390, 844, theme).await;
    }
    press(&browser, "[data-look='telegram'] .choices button").await;
    let query = world.webhook().await.json()["callback_query"].clone();
    assert_eq!(query["data"], "n0nce");
    world.telegram("answerCallbackQuery", json!({"callback_query_id": query["id"], "text": "Hecho"})).await;
    browser.page.wait().for_element(Locator::Css(".choices [aria-busy='false']")).await.unwrap();
    press(&browser, "[data-look='telegram'] .ideas .quiet").await;
    let change = world.webhook().await.json()["my_chat_member"].clone();
    assert_eq!(change["new_chat_member"]["status"], "kicked");
    browser.page.wait().for_element(Locator::Css("sandbox-phone.blocked")).await.unwrap();
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_shows_its_mail_and_other_channels_slide_in() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "email", "ana@example.com").await;
    let mail = "Subject: Tu enlace\r\n\r\nAbre https://example.com/reset?token=abc.\r\n.\r\n";
    assert_eq!(crate::smtp::Client::greet(&world).await.send("ana@example.com", mail).await, "250");
    let link = browser.page.wait().for_element(Locator::Css(".mail a")).await.unwrap();
    assert_eq!(link.attr("href").await.unwrap().as_deref(), Some("https://example.com/reset?token=abc"));
    add(&browser, "whatsapp", ANA).await;
    world.telegram("sendMessage", json!({"chat_id": CHAT, "text": "desde Telegram"})).await;
    browser.page.wait().for_element(Locator::Css(".notice")).await.unwrap();
    for theme in ["light", "dark"] {
        browser.look("mail-desktop", 1280, 900, theme).await;
    }
    browser.stop().await;
    world.stop().await;
}
