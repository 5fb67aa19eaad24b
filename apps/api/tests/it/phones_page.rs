//! The phones page in a real browser: hola → code → saldo → transfer → yes → receipt, in both widths and
//! both themes. Screenshots for people to see are in `target/screenshots`.

#[path = "../../../sandbox/tests/it/browser.rs"]
pub(crate) mod browser;

use crate::server::Server;
use browser::Browser;
use fantoccini::{Locator, key::Key};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn from_hello_to_the_receipt_by_keyboard() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(&server.sandbox).await.unwrap();
    let field = browser.page.wait().for_element(Locator::Css("sandbox-phone .write input")).await.unwrap();
    field.send_keys("").await.unwrap();
    browser.type_line("hola").await;
    browser.shows("Soy Ventanilla").await;
    browser.type_line("saldo").await;
    browser.shows("Responde: CONFIRMAR").await;
    let code = browser.page.wait().for_element(Locator::Css("button.code")).await.unwrap();
    code.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    browser.shows("Tu saldo es: 1000.00 MXN").await;
    field.send_keys("").await.unwrap();
    browser.type_line("Transferir 150.50 a 012345678901234567").await;
    browser.shows("150.50 MXN a la cuenta ****4567").await;
    browser.type_line("sí").await;
    browser.shows("completada").await;
    for theme in ["light", "dark"] {
        browser.look("desktop", 1280, 900, theme).await;
        browser.look("phone", 390, 844, theme).await;
    }
    let ticks = "return document.querySelectorAll('.ticks.read').length";
    assert_eq!(
        browser.page.execute(ticks, Vec::new()).await.unwrap(),
        json!(5),
        "all that was said is ticked as read"
    );
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_phone_and_another_language() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(&server.sandbox).await.unwrap();
    let choose = "const s = document.getElementById('language'); s.value = 'pt'; s.dispatchEvent(new Event('change'));";
    browser.page.execute(choose, Vec::new()).await.unwrap();
    let number = browser.page.wait().for_element(Locator::Id("number")).await.unwrap();
    number.send_keys("+52 55 1111 0042").await.unwrap();
    number.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    browser.page.wait().for_element(Locator::Css("sandbox-phone[number='+525511110042']")).await.unwrap();
    browser.type_line("ajuda").await;
    browser.shows("Esto puedo hacer").await;
    browser.type_line("qual é o meu saldo?").await;
    browser.shows("Recebi sua mensagem").await;
    browser.stop().await;
}
