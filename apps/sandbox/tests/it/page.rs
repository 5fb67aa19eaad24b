//! The phones page on each channel: what a tap sends, and what the page shows.

use crate::{
    bank::{PENDING, order},
    browser::Browser,
    twilio::send_sms,
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
    browser
        .page
        .execute("localStorage.phones = '[]'; localStorage.language = 'es'", Vec::new())
        .await
        .unwrap();
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

/// Waits until a script says true.
async fn until(browser: &Browser, script: &str) {
    let begun = std::time::Instant::now();
    while browser.page.execute(script, Vec::new()).await.unwrap() != json!(true) {
        assert!(begun.elapsed().as_secs() < 30, "never true: {script}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_a_conversation_are_there_after_a_reload() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "whatsapp-meta", ANA).await;
    browser.type_line("¿cuánto tengo?").await;
    let message = next_message(&world).await;
    world.meta(json!({"status": "read", "message_id": message["id"]})).await;
    world.meta(json!({"to": ANA, "type": "text", "text": {"body": "849.50 MXN"}})).await;
    browser.shows("849.50 MXN").await;
    browser.page.refresh().await.unwrap();
    browser.shows("849.50 MXN").await;
    let said = "return [...document.querySelectorAll('.bubble p')].map(p => p.textContent)";
    let said = browser.page.execute(said, Vec::new()).await.unwrap();
    assert_eq!(said, json!(["¿cuánto tengo?", "849.50 MXN"]));
    browser.page.wait().for_element(Locator::Css(".mine .ticks.read")).await.unwrap();
    // Another life of the sandbox has other conversations.
    assert_eq!(world.http.delete(format!("{}/sandbox", world.base)).send().await.unwrap().status(), 204);
    until(&browser, "return !document.querySelector('.bubble')").await;
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_for_one_use_leaves_and_can_be_brought_back() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "telegram", ANA).await;
    let keys = json!({"keyboard": [["saldo", "ayuda"]], "one_time_keyboard": true});
    world.telegram("sendMessage", json!({"chat_id": CHAT, "text": "¿Qué?", "reply_markup": keys})).await;
    press(&browser, ".keys button").await;
    assert_eq!(world.webhook().await.json()["message"]["text"], "saldo");
    until(&browser, "return document.querySelector('.keys').hidden").await;
    browser.page.refresh().await.unwrap();
    browser.shows("saldo").await;
    until(&browser, "return document.querySelector('.keys').hidden").await;
    press(&browser, ".write .toggle").await;
    until(&browser, "return !document.querySelector('.keys').hidden").await;
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_message_can_be_edited_in_telegram() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "telegram", ANA).await;
    browser.type_line("manda 5").await;
    let sent = world.webhook().await.json()["message"].clone();
    press(&browser, ".mine .pen").await;
    browser.type_line("0").await;
    let edit = world.webhook().await.json()["edited_message"].clone();
    assert_eq!((&edit["message_id"], &edit["text"]), (&sent["message_id"], &json!("manda 50")));
    until(&browser, "return !document.querySelector('.mine .edited').hidden").await;
    browser.shows("manda 50").await;
    browser.page.refresh().await.unwrap();
    browser.shows("manda 50").await;
    until(&browser, "return document.querySelectorAll('.mine').length === 1").await;
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_leaves_by_itself_and_can_be_read_again() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "whatsapp", ANA).await;
    browser.page.wait().for_element(Locator::Css(".ideas button")).await.unwrap();
    until(&browser, "return document.querySelector('.who small').textContent !== ''").await;
    send_sms(&world, "Tu código es 740802.").await;
    browser.page.wait().for_element(Locator::Css(".notice .code")).await.unwrap();
    let below = "const [n, c] = ['.notice', '.conversation'].map(s => document.querySelector(s).getBoundingClientRect()); return n.bottom <= c.top";
    assert_eq!(browser.page.execute(below, Vec::new()).await.unwrap(), json!(true), "it covers nothing");
    until(&browser, "return !document.querySelector('.notice')").await;
    press(&browser, ".inbox.unread").await;
    browser.page.wait().for_element(Locator::Css(".sheet .mail .code")).await.unwrap();
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_traffic_has_one_line_for_a_message_and_covers_its_code() {
    let world = World::start();
    let browser = open(&world).await;
    add(&browser, "whatsapp", ANA).await;
    send_sms(&world, "Por 1200.00 MXN, tu código es\n740802\n740-802 @x #740802").await;
    for _status in ["sent", "delivered"] {
        world.webhook().await;
    }
    until(&browser, "return document.querySelectorAll('#wire pre').length === 3").await;
    assert_eq!(browser.page.find_all(Locator::Css("#wire li")).await.unwrap().len(), 1);
    let shown = "return document.querySelector('#wire').textContent";
    let text = browser.page.execute(shown, Vec::new()).await.unwrap().to_string();
    assert!(!text.contains("740802") && !text.contains("740-802") && !text.contains("5511112222"), "{text}");
    assert!(text.contains("2222") && text.contains("1200.00 MXN") && text.contains("entregado"), "{text}");
    press(&browser, "#wire summary").await;
    let uncover = "const m = [...document.querySelectorAll('#wire .mask')].find(m => m.textContent === '••••••'); m.click(); return m.textContent";
    assert_eq!(browser.page.execute(uncover, Vec::new()).await.unwrap(), json!("740802"));
    browser.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banks_panel_settles_a_payment_and_pays_money_in() {
    let world = World::start();
    let browser = open(&world).await;
    let token = world.token().await;
    world.paid(&token, &order("P", PENDING)).await;
    press(&browser, "#bank summary").await;
    press(&browser, "#payments .payment button").await;
    let told = world.webhook().await.json();
    assert_eq!((&told["type"], &told["data"]["status"]), (&json!("transfer.status"), &json!("ACSC")));
    // The panel shows it, and offers nothing more.
    browser.page.wait().for_element(Locator::Css("#payments .state[title='liquidado']")).await.unwrap();
    assert!(browser.page.find_all(Locator::Css("#payments .payment button")).await.unwrap().is_empty());
    let account = browser.page.find(Locator::Id("entry-account")).await.unwrap();
    account.send_keys("6461 8000 0200 0000 09").await.unwrap();
    press(&browser, "#entry button").await;
    let told = world.webhook().await.json();
    assert_eq!((&told["type"], &told["data"]["amount"]), (&json!("entry.booked"), &json!("75.25")));
    assert_eq!(told["data"]["creditor_account"], "646180000200000009");
    browser.stop().await;
    world.stop().await;
}
