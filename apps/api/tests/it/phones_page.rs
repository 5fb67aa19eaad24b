//! The phones page in a real browser: hola → code → saldo → transfer → yes → receipt, in both widths and
//! both themes. Screenshots are left in `target/screenshots` to be looked at.

use crate::server::{PATIENCE, Server};
use fantoccini::{Client, ClientBuilder, Locator, key::Key, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A command of Chrome's own protocol, or of its log.
#[derive(Debug)]
struct Chrome {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Chrome {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

struct Browser {
    driver: Child,
    page: Client,
    profile: PathBuf,
}

impl Browser {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver, which `cargo xtask test` sees to");
        let profile = std::env::temp_dir().join(format!("ventanilla-browser-{port}"));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--lang=es",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let options = json!({"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments}});
        let capabilities: fantoccini::wd::Capabilities = serde_json::from_value(options).unwrap();
        let address = format!("http://127.0.0.1:{port}");
        let begun = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(page) => return Self { driver, page, profile },
                Err(fault) => assert!(begun.elapsed() < PATIENCE, "the browser did not start: {fault}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn cdp(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.page.issue_cmd(Chrome { path: "goog/cdp/execute", body }).await.unwrap();
    }

    async fn look(&self, name: &str, width: u32, height: u32, theme: &str) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.cdp("Emulation.setEmulatedMedia", media).await;
        let overflow = "return document.documentElement.scrollWidth <= innerWidth";
        let fits = self.page.execute(overflow, Vec::new()).await.unwrap();
        assert_eq!(fits, json!(true), "{name} {theme} scrolls sideways");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("phones-{name}-{theme}.png")), self.page.screenshot().await.unwrap())
            .unwrap();
    }

    /// Waits until the chat's last bubbles show a text.
    async fn shows(&self, text: &str) {
        let script = "return [...document.querySelectorAll('.bubble')].some(b => b.textContent.includes(arguments[0]))";
        let begun = Instant::now();
        while self.page.execute(script, vec![json!(text)]).await.unwrap() != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "the page does not show «{text}»");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into the focused field and presses Enter: no mouse.
    async fn type_line(&self, text: &str) {
        let field = self.page.active_element().await.unwrap();
        field.send_keys(text).await.unwrap();
        field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    }

    async fn stop(mut self) {
        let log =
            self.page.issue_cmd(Chrome { path: "se/log", body: json!({"type": "browser"}) }).await.unwrap();
        assert_eq!(log, json!([]), "the browser complains");
        self.page.clone().close().await.unwrap();
        let _stopped = self.driver.kill();
        let _ended = self.driver.wait();
        let _removed = fs::remove_dir_all(&self.profile);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_hello_to_the_receipt_by_keyboard() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(&server.sandbox).await.unwrap();
    let field = browser.page.wait().for_element(Locator::Css("sandbox-phone .write input")).await.unwrap();
    field.send_keys("").await.unwrap();
    browser.type_line("hola").await;
    browser.shows("Soy tu ventanilla").await;
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
