//! The API documentation in a real browser, in both widths and both themes. Screenshots for people to see are in
//! `target/screenshots`.

use crate::{
    phones_page::browser::Browser,
    server::{PATIENCE, Server},
};
use fantoccini::Locator;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Runs a script until it returns something, and returns that.
async fn wait_for(browser: &Browser, script: &str, arguments: Vec<Value>) -> Value {
    let begun = Instant::now();
    loop {
        let found = browser.page.execute(script, arguments.clone()).await.unwrap();
        if !found.is_null() && found != json!(false) {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{script} {arguments:?} finds nothing");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Tries an operation out as a person does, with these parameters, and returns the address that was called.
async fn tried(browser: &Browser, id: &str, parameters: &[&str]) -> String {
    let press = "const b = document.querySelector(`[id$=\"-${arguments[0]}\"] ${arguments[1]}`); b?.click(); return !!b";
    for button in [".opblock-summary-control", ".try-out__btn"] {
        wait_for(browser, press, vec![json!(id), json!(button)]).await;
    }
    let field = format!("[id$='-{id}'] .parameters input");
    for value in parameters {
        let field = browser.page.wait().for_element(Locator::Css(&field)).await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    // The page reads a field a moment after the last key: until then it presses in vain.
    let called = "const o = document.querySelector(`[id$=\"-${arguments[0]}\"]`); const u = o.querySelector('.request-url \
                  pre')?.textContent; if (!u) o.querySelector('.execute')?.click(); return u";
    wait_for(browser, called, vec![json!(id)]).await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_calls_what_it_shows_in_both_themes_and_widths() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(&format!("{}/docs/", server.base)).await.unwrap();
    let count = "const n = document.querySelectorAll('.opblock').length; return n > 60 && n";
    let shown = wait_for(&browser, count, Vec::new()).await.as_u64().unwrap();
    let described: Value = server.get("/openapi.json").await.json().await.unwrap();
    let described =
        described["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len());
    assert_eq!(shown, u64::try_from(described.sum::<usize>()).unwrap(), "every operation is shown");
    let missing = "01a22c9e-971a-73e7-8f55-99ed33b329f1";
    let base = &server.base;
    for (id, parameters, path) in [
        ("get_health_at_health_live", &[][..], "/health/live".to_owned()),
        ("get_problem", &["not_found"], "/problems/not_found".to_owned()),
        ("show_verification_page", &["nobody"], "/verify/nobody".to_owned()),
    ] {
        assert_eq!(tried(&browser, id, parameters).await, format!("{base}{path}"), "{id}");
    }
    for (id, path) in
        [("get_transfer", "transfers"), ("get_wallet", "wallets"), ("get_verification", "verify")]
    {
        assert_eq!(tried(&browser, id, &[missing]).await, format!("{base}/api/v1/{path}/{missing}"), "{id}");
    }
    let paper = "return getComputedStyle(document.body).backgroundColor";
    for (theme, colour) in [("light", "rgb(250, 250, 250)"), ("dark", "rgb(28, 32, 34)")] {
        browser.photograph("docs-desktop", 1280, 900, theme).await;
        browser.photograph("docs-phone", 390, 844, theme).await;
        assert_eq!(browser.page.execute(paper, Vec::new()).await.unwrap(), json!(colour), "{theme}");
    }
    // Calls without a token were refused, which the browser tells in its log.
    browser.complaints().await;
    browser.stop().await;
}

#[tokio::test]
async fn a_problems_code_has_a_page_for_people_and_json_for_programs() {
    let server = Server::start().await;
    let refused: Value = server.get("/api/v1/transfers/none").await.json().await.unwrap();
    let address = format!("{}{}", server.base, refused["type"].as_str().unwrap());
    let meaning: Value = server.client.get(&address).send().await.unwrap().json().await.unwrap();
    assert_eq!((&meaning["code"], &meaning["status"]), (&json!("not_found"), &json!(404)));
    let page = server.client.get(&address).header("Accept", "text/html").send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.text().await.unwrap().contains("<code>not_found</code>"));
    assert_eq!(server.get("/problems/no_such_code").await.status(), 404);
}
