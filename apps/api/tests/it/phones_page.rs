//! The phones page in a real browser: hola → code → saldo → transfer → yes → receipt, in both widths and
//! both themes. Screenshots for people to see are in `target/screenshots`.

#[path = "../../../sandbox/tests/it/browser.rs"]
pub(crate) mod browser;

use crate::server::{DEMO, PATIENCE, Server};
use browser::Browser;
use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

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
    browser.type_line("Transferir 150.50 a 012180011223344550").await;
    browser.shows("150.50 MXN a la cuenta ****4550").await;
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
    browser.shows("Posso ajudar com").await;
    browser.type_line("qual é o meu saldo?").await;
    browser.shows("Recebi sua mensagem").await;
    browser.stop().await;
}

const FRIEND: &str = "+521234567891";
const AMERICAN: &str = "+12125550123";

/// The phone with this number.
fn phone(number: &str, inside: &str) -> String {
    format!("sandbox-phone[number='{number}'] {inside}")
}

/// Types into a phone and presses Enter.
async fn say(browser: &Browser, number: &str, text: &str) {
    let field = phone(number, ".write input");
    let field = browser.page.wait().for_element(Locator::Css(&field)).await.unwrap();
    field.send_keys(text).await.unwrap();
    field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
}

/// Waits until this phone shows the text in a bubble, and counts the bubbles that do.
async fn hears(browser: &Browser, number: &str, text: &str) -> u64 {
    let count = "return [...document.querySelectorAll(arguments[0])].filter(b => b.textContent.includes(arguments[1])).length";
    let asked: Vec<Value> = vec![json!(phone(number, ".bubble")), json!(text)];
    let begun = Instant::now();
    loop {
        let found = browser.page.execute(count, asked.clone()).await.unwrap().as_u64().unwrap();
        if found > 0 {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{number} does not show «{text}»");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Presses a button of a phone with the keyboard.
async fn press(browser: &Browser, number: &str, button: &str) {
    let button = browser.page.wait().for_element(Locator::Css(&phone(number, button))).await.unwrap();
    button.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
}

/// The whole story on three phones: the demo people pay each other by name, the larger payment needs the second
/// step, the page is reloaded while its code is awaited, and an American number is proved in English.
#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_know_each_other_pay_and_a_reload_loses_nothing() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(&server.sandbox).await.unwrap();
    browser.page.execute("localStorage.language = 'es'", Vec::new()).await.unwrap();
    browser.page.refresh().await.unwrap();
    let field = browser.page.wait().for_element(Locator::Id("number")).await.unwrap();
    field.send_keys(AMERICAN).await.unwrap();
    field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    for (number, ask, balance) in [
        (DEMO, "saldo", "1000.00 MXN"),
        (FRIEND, "saldo", "25,000.00 MXN"),
        (AMERICAN, "balance", "0.00 MXN"),
    ] {
        say(&browser, number, ask).await;
        press(&browser, number, "button.code").await;
        hears(&browser, number, balance).await;
    }
    say(&browser, DEMO, "manda 150 a Mateo").await;
    hears(&browser, DEMO, "150.00 MXN").await;
    say(&browser, DEMO, "sí").await;
    hears(&browser, DEMO, "completada").await;
    say(&browser, FRIEND, "manda 1200 a Sofía").await;
    hears(&browser, FRIEND, "1200.00 MXN").await;
    say(&browser, FRIEND, "sí").await;
    hears(&browser, FRIEND, "necesito un código más").await;
    browser.page.wait().for_element(Locator::Css(&phone(FRIEND, ".notice .code"))).await.unwrap();
    for theme in ["light", "dark"] {
        browser.look("three-desktop", 1440, 900, theme).await;
    }
    let fits = "const end = document.getElementById('side').getBoundingClientRect().left;
        return [...document.querySelectorAll('.phone')].filter(p => p.getBoundingClientRect().right <= end).length";
    assert_eq!(browser.page.execute(fits, Vec::new()).await.unwrap(), json!(3), "three phones fit");
    browser.page.refresh().await.unwrap();
    assert_eq!(hears(&browser, FRIEND, "manda 1200 a Sofía").await, 1, "what was written is there");
    assert_eq!(hears(&browser, DEMO, "manda 150 a Mateo").await, 1);
    press(&browser, FRIEND, ".inbox").await;
    press(&browser, FRIEND, ".sheet .code").await;
    hears(&browser, FRIEND, "completada").await;
    say(&browser, DEMO, "saldo").await;
    hears(&browser, DEMO, "2050.00 MXN").await;
    press(&browser, AMERICAN, ".ideas .all").await;
    let ideas = phone(AMERICAN, ".sheet .row");
    browser.page.wait().for_element(Locator::Css(&ideas)).await.unwrap();
    for theme in ["light", "dark"] {
        browser.look("ideas-desktop", 1440, 900, theme).await;
        browser.look("ideas-phone", 390, 844, theme).await;
    }
    browser.stop().await;
}
