//! The phones page in a real browser, for this crate's tests and for those of the whole.

use fantoccini::{Client, ClientBuilder, key::Key, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long something is waited for before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

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

/// A headless Chromium with one page open.
pub(crate) struct Browser {
    driver: Child,
    pub(crate) page: Client,
    profile: PathBuf,
}

impl Browser {
    pub(crate) async fn start() -> Self {
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
        let started = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(page) => return Self { driver, page, profile },
                Err(fault) => assert!(started.elapsed() < PATIENCE, "the browser did not start: {fault}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn cdp(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.page.issue_cmd(Chrome { path: "goog/cdp/execute", body }).await.unwrap();
    }

    pub(crate) async fn look(&self, name: &str, width: u32, height: u32, theme: &str) {
        self.photograph(&format!("phones-{name}"), width, height, theme).await;
    }

    /// Looks at the page in that width and theme: a picture is left in `target/screenshots`.
    pub(crate) async fn photograph(&self, name: &str, width: u32, height: u32, theme: &str) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.cdp("Emulation.setEmulatedMedia", media).await;
        let overflow = "return document.documentElement.scrollWidth <= innerWidth";
        let fits = self.page.execute(overflow, Vec::new()).await.unwrap();
        assert_eq!(fits, json!(true), "{name} {theme} scrolls sideways");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}-{theme}.png")), self.page.screenshot().await.unwrap()).unwrap();
    }

    /// Waits until the chat's last bubbles show a text.
    pub(crate) async fn shows(&self, text: &str) {
        let script = "return [...document.querySelectorAll('.bubble')].some(b => b.textContent.includes(arguments[0]))";
        let started = Instant::now();
        while self.page.execute(script, vec![json!(text)]).await.unwrap() != json!(true) {
            assert!(started.elapsed() < PATIENCE, "the page does not show «{text}»");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into the focused field and presses Enter: no mouse.
    pub(crate) async fn type_line(&self, text: &str) {
        let field = self.page.active_element().await.unwrap();
        field.send_keys(text).await.unwrap();
        field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    }

    /// The lines that the browser logged since the last call.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = Chrome { path: "se/log", body: json!({"type": "browser"}) };
        let log = self.page.issue_cmd(log).await.unwrap();
        log.as_array().unwrap().iter().map(|line| line["message"].to_string()).collect()
    }

    pub(crate) async fn stop(mut self) {
        assert_eq!(self.complaints().await, Vec::<String>::new(), "the browser complains");
        self.page.clone().close().await.unwrap();
        let _stopped = self.driver.kill();
        let _ended = self.driver.wait();
        let _removed = fs::remove_dir_all(&self.profile);
    }
}
