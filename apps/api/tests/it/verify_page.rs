//! The verification page in a real browser. Screenshots for people to see are in `target/screenshots`.

mod trouble;

use crate::{
    axe,
    phones_page::browser::Browser,
    server::{PATIENCE, Server},
};
use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpListener};

/// A team's app that people come back to.
async fn app() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 49\r\nConnection: close\r\n\r\n\
                      <link rel=icon href=data:,><h1>Ya volviste</h1>  ";
        while let Ok((mut visitor, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _read = tokio::io::AsyncReadExt::read(&mut visitor, &mut request).await;
            let _written = visitor.write_all(answer.as_bytes()).await;
        }
    });
    origin
}

fn settings<'a>(app: &'a str, cooldown: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("RETURN_TO_ORIGINS", app),
        ("OTP_RESEND_COOLDOWN_SECONDS", cooldown),
        ("MAX_OTP_PER_IP_PER_HOUR", "100"),
    ]
}

/// A page of a server, in a browser.
pub(crate) struct Visit {
    pub(crate) server: Server,
    pub(crate) browser: Browser,
    phone: &'static str,
}

impl Visit {
    pub(crate) async fn begin(server: Server, phone: &'static str, body: Value) -> Self {
        let opened = server.post("/api/v1/verify/sessions", body).await;
        assert_eq!(opened.status(), 201);
        let opened: Value = opened.json().await.unwrap();
        Self::at(server, phone, opened["url"].as_str().unwrap()).await
    }

    /// Opens the page at an address.
    pub(crate) async fn at(server: Server, phone: &'static str, address: &str) -> Self {
        let browser = Browser::start().await;
        browser.page.goto(address).await.unwrap();
        Self { server, browser, phone }
    }

    /// Waits until the page shows that phase.
    pub(crate) async fn phase(&self, phase: &str) {
        let found = Locator::Css("main");
        let begun = Instant::now();
        loop {
            let main = self.browser.page.wait().for_element(found).await.unwrap();
            if main.attr("data-phase").await.ok().flatten().as_deref() == Some(phase) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the page is not {phase}: {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn text(&self) -> String {
        let text = self.browser.page.execute("return document.body.innerText", Vec::new()).await.unwrap();
        text.as_str().unwrap().to_owned()
    }

    pub(crate) async fn says(&self, expected: &str) {
        let begun = Instant::now();
        while !self.text().await.contains(expected) {
            assert!(begun.elapsed() < PATIENCE, "«{expected}» is not said: {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn press(&self, css: &str) {
        self.browser.page.wait().for_element(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Presses a button and waits until the page was replaced.
    pub(crate) async fn turn(&self, css: &str) {
        let mark = "document.getElementById('page').dataset.old = ''";
        self.browser.page.execute(mark, Vec::new()).await.unwrap();
        self.press(css).await;
        self.browser.page.wait().for_element(Locator::Css("main:not([data-old])")).await.unwrap();
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, condition: &str) {
        let begun = Instant::now();
        let script = format!("return Boolean({condition})");
        while self.browser.page.execute(&script, Vec::new()).await.unwrap() != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "{condition}: never; {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs a script in the page.
    async fn run(&self, script: &str) -> Value {
        self.browser.page.execute(script, Vec::new()).await.unwrap()
    }

    /// Types where the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        self.browser.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub(crate) async fn value(&self) -> Value {
        self.browser
            .page
            .execute("return document.querySelector('otp-input').value", Vec::new())
            .await
            .unwrap()
    }

    pub(crate) async fn code(&self, channel: &str) -> String {
        self.server.code(self.phone, channel, 0).await
    }

    /// Checks accessibility of the page in both widths and themes, and takes screenshots.
    pub(crate) async fn look(&self, name: &str) {
        for theme in ["light", "dark"] {
            for (kind, width, height) in [("desktop", 1280, 900), ("phone", 360, 740)] {
                self.browser.photograph(&format!("verify-{name}-{kind}"), width, height, theme).await;
                axe::finds_nothing(&self.browser, &format!("{name} {kind} {theme}")).await;
            }
        }
    }
}

fn asked(phone: &str, app: &str) -> Value {
    json!({"phone": phone, "purpose": "registration", "return_to": format!("{app}/menu"), "state": "s1", "locale": "es"})
}

/// A code that is not this one.
fn wrong(code: &str, n: usize) -> String {
    (100_200..).map(|code: u32| code.to_string()).filter(|other| other != code).nth(n).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_link_to_the_app_by_typing_the_code() {
    let app = app().await;
    let phone = "+525512340201";
    let server = Server::start_with(&settings(&app, "60")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.phase("ready").await;
    visit.look("ready").await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.says("Enviado por SMS").await;
    visit.says("Podrás pedir otro en 0:").await;
    visit.look("waiting").await;
    // After a phone's sleep the countdowns are corrected.
    visit.run("document.querySelector('countdown-ring').left = 90; document.querySelector('resend-button').left = 0").await;
    visit.until("document.querySelector('countdown-ring').left > 500").await;
    visit.until("document.querySelector('resend-button').left > 20").await;
    visit.press("button[value=call]").await;
    assert_eq!(visit.server.inbox(phone, 0).await.len(), 1, "not before the wait is over");
    visit.press("otp-input input").await;
    let code = visit.code("sms").await;
    visit.keys(&wrong(&code, 0)).await;
    visit.says("Ese código no es. Te quedan 2 intentos.").await;
    visit.look("wrong").await;
    // The focus is on the next field: no click is needed.
    visit.keys(&code).await;
    visit.phase("approved").await;
    visit.says("Te llevamos de vuelta").await;
    let begun = Instant::now();
    let there = loop {
        let at = visit.browser.page.current_url().await.unwrap();
        if at.as_str().starts_with(&app) {
            break at;
        }
        assert!(begun.elapsed() < PATIENCE, "still at {}", at.path());
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let told: Vec<(String, String)> = there.query_pairs().into_owned().collect();
    assert_eq!((told[0].0.as_str(), &told[1]), ("verification_id", &("state".into(), "s1".into())));
    let proved: Value =
        visit.server.get(&format!("/api/v1/verify/{}", told[0].1)).await.json().await.unwrap();
    assert_eq!(proved["status"], "approved");
    // The browser's back button leads on, not into a loop.
    visit.browser.page.back().await.unwrap();
    let before = visit.browser.page.current_url().await.unwrap();
    assert!(!before.as_str().starts_with(&visit.server.base), "{}", before.path());
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_keyboard_and_paste_with_another_number() {
    let app = app().await;
    let phone = "+525512340202";
    let server = Server::start_with(&settings(&app, "0")).await;
    let body = json!({"purpose": "login", "return_to": app, "locale": "en"});
    let visit = Visit::begin(server, phone, body).await;
    visit.phase("number").await;
    visit.look("number").await;
    visit.keys("55 1234 0202").await;
    let (tab, enter) = (char::from(Key::Tab).to_string(), char::from(Key::Enter).to_string());
    visit.keys(&tab).await;
    visit.keys(&tab).await;
    visit.keys(&enter).await;
    visit.phase("waiting").await;
    visit.says("•••• 0202").await;
    let code = visit.code("sms").await;
    let (left, back) = (char::from(Key::Left).to_string(), char::from(Key::Backspace).to_string());
    visit.keys("1a2-").await;
    assert_eq!(visit.value().await, "12", "digits only");
    visit.keys(&back).await;
    visit.keys(&back).await;
    assert_eq!(visit.value().await, "", "backspace goes back");
    visit.keys("34").await;
    visit.keys(&left).await;
    visit.keys("5").await;
    assert_eq!(visit.value().await, "35");
    let paste = "const data = new DataTransfer(); data.setData('text', arguments[0]); \
                 document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));";
    let (first, last) = code.split_at(3);
    let pasted = format!("Your code: {first} {last}");
    visit.browser.page.execute(paste, vec![json!(pasted)]).await.unwrap();
    visit.phase("approved").await;
    visit.look("approved").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_codes_then_another_channel() {
    let app = app().await;
    let phone = "+525512340203";
    let server = Server::start_with(&settings(&app, "1")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.press("button[value=whatsapp]").await;
    visit.phase("waiting").await;
    let code = visit.code("whatsapp").await;
    for n in 0..2 {
        visit.keys(&wrong(&code, n)).await;
        visit.says(if n == 0 { "quedan 2 intentos" } else { "queda 1 intento" }).await;
    }
    // The wait is over: another channel, with the same check attempts.
    visit.browser.page.wait().for_element(Locator::Css("section button[aria-disabled=false]")).await.unwrap();
    visit.turn("button[value=sms]").await;
    visit.says("Enviado por SMS").await;
    assert_eq!(visit.code("sms").await, code, "the same code, by another way");
    visit.keys(&wrong(&code, 2)).await;
    visit.phase("spent").await;
    visit.says("último intento").await;
    visit.look("spent").await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.browser.page.wait().for_element(Locator::Css("section button[aria-disabled=false]")).await.unwrap();
    let sent = visit.server.inbox(phone, 0).await.len();
    visit.turn("section button[value=sms]").await;
    assert_eq!(visit.server.inbox(phone, 0).await.len(), sent + 1);
    visit.says("El código va en camino").await;
    visit.keys(&visit.code("sms").await).await;
    visit.phase("approved").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_forms_work() {
    let app = app().await;
    let phone = "+525512340204";
    let server = Server::start_with(&settings(&app, "0")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.browser.cdp("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    visit.browser.page.refresh().await.unwrap();
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.says("El código va en camino.").await;
    visit.browser.photograph("verify-plain-phone", 360, 740, "light").await;
    let code = visit.code("sms").await;
    visit.press("#code").await;
    visit.keys(&wrong(&code, 0)).await;
    visit.press("form.code button").await;
    visit.says("Te quedan 2 intentos.").await;
    visit.press("section button").await;
    visit.says("El código va en camino.").await;
    visit.press("footer a[lang=pt]").await;
    visit.says("Digite seu código").await;
    visit.press("#code").await;
    visit.keys(&code).await;
    visit.press("form.code button").await;
    visit.phase("approved").await;
    visit.says("Seu número foi verificado").await;
    visit.press("a.primary").await;
    visit.says("Ya volviste").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_countdown_runs_out_in_view() {
    let app = app().await;
    let phone = "+525512340205";
    let settings = [&settings(&app, "0")[..], &[("VERIFY_PROVIDER", "self")]].concat();
    let server = Server::start_on_postgres(&settings).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    let level = |seconds: i64| {
        let set = "const ring = document.querySelector('countdown-ring'); const now = Date.now(); \
                   ring.setAttribute('now', new Date(now).toISOString()); \
                   ring.setAttribute('deadline', new Date(now + 1000 * arguments[0]).toISOString()); \
                   return [ring.getAttribute('level'), getComputedStyle(ring.querySelector('circle.left')).stroke]";
        visit.browser.page.execute(set, vec![json!(seconds)])
    };
    let mut colours = Vec::new();
    for (seconds, expected) in [(300, "calm"), (179, "soon"), (59, "hurry"), (0, "over")] {
        let [level, colour] = serde_json::from_value::<[String; 2]>(level(seconds).await.unwrap()).unwrap();
        assert_eq!(level, expected, "{seconds}");
        assert!(!colours.contains(&colour), "{expected} looks like another");
        colours.push(colour);
    }
    // Delivery reports are shown as they come, the newest one last.
    visit.says("Entregado por SMS").await;
    visit.until("!document.querySelector('#note')").await;
    visit.look("delivered").await;
    visit.server.sql("update verifications set expires_at = now() - interval '1 second'");
    visit.phase("expired").await;
    visit.says("El código venció").await;
    visit.look("expired").await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.server.sql("update verification_pages set expires_at = now() - interval '1 second'");
    visit.phase("closed").await;
    visit.says("Esta página se cerró").await;
    visit.look("closed").await;
    let complaints = visit.browser.complaints().await;
    assert!(complaints.iter().all(|one| one.contains("410 (Gone)")), "{complaints:?}");
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reset_page_shows_what_is_typed() {
    let server = Server::start().await;
    let browser = Browser::start().await;
    let address = format!("{}/reset?token=a-reset-token-of-base64url-and-some-length", server.base);
    browser.page.goto(&address).await.unwrap();
    let kind = "return document.getElementById('new-password').type";
    browser
        .page
        .wait()
        .for_element(Locator::Css("show-password button"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    assert_eq!(browser.page.execute(kind, Vec::new()).await.unwrap(), json!("text"));
    // A double click sends the form once; after going back it can be sent again.
    let twice = "let sent = 0; \
        addEventListener('submit', (event) => { if (!event.defaultPrevented) sent += 1; event.preventDefault(); }); \
        document.getElementById('new-password').value = 'una clave bien larga'; \
        const save = document.querySelector('form button.primary'); \
        save.click(); save.click(); const first = sent; \
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); \
        save.click(); return [first, sent, document.forms[0].hasAttribute('aria-busy')]";
    assert_eq!(browser.page.execute(twice, Vec::new()).await.unwrap(), json!([1, 2, true]));
    for theme in ["light", "dark"] {
        for (name, width) in [("desktop", 1280), ("phone", 360)] {
            browser.photograph(&format!("reset-{name}"), width, 740, theme).await;
            axe::finds_nothing(&browser, &format!("reset {name} {theme}")).await;
        }
    }
    browser.stop().await;
}
