//! The verification page in a real browser. Screenshots are left in `target/screenshots` to be looked at.

use crate::{
    axe,
    phones_page::browser::Browser,
    server::{PATIENCE, Server},
};
use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpListener};

/// A team's app, to which people come back.
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

    /// At an address.
    pub(crate) async fn at(server: Server, phone: &'static str, address: &str) -> Self {
        let browser = Browser::start().await;
        browser.page.goto(address).await.unwrap();
        Self { server, browser, phone }
    }

    /// Waits until the page is in that phase.
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

    /// Presses and waits until the page was exchanged.
    pub(crate) async fn turn(&self, css: &str) {
        let mark = "document.getElementById('page').dataset.old = ''";
        self.browser.page.execute(mark, Vec::new()).await.unwrap();
        self.press(css).await;
        self.browser.page.wait().for_element(Locator::Css("main:not([data-old])")).await.unwrap();
    }

    /// Waits until a script says yes.
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

    /// Looks at the page in both widths and themes; nothing keeps people out.
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
    // After a phone's sleep the counts are put right.
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
    // The focus is where it goes on: no click.
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

/// Loses the replies to so many POSTs, though they arrive, or the line altogether.
const LOSE: &str = "const real = window.fetch; window.lose = 0; window.isCut = false; window.posts = 0; \
    window.fetch = async (at, options) => { \
        if (window.isCut) throw new TypeError('cut'); \
        const answer = await real(at, options); \
        if (options?.method === 'POST') { window.posts += 1; if (window.lose-- > 0) throw new TypeError('lost'); } \
        return answer; };";

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_costs_one_guess_and_nothing_that_was_typed() {
    let app = app().await;
    let phone = "+525512340206";
    let server = Server::start_with(&settings(&app, "60")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    let code = visit.code("sms").await;
    visit.run(LOSE).await;
    visit.run("window.lose = 1").await;
    visit.keys(&wrong(&code, 0)).await;
    visit.says("Ese código no es. Te quedan 2 intentos.").await;
    assert_eq!(visit.run("return window.posts").await, json!(1), "it is not sent again");
    visit.run("window.isCut = true").await;
    visit.keys(&code).await;
    visit.says("Se cortó la conexión.").await;
    assert_eq!(visit.value().await, json!(code));
    visit.look("line").await;
    visit.run("window.isCut = false; dispatchEvent(new Event('online'))").await;
    visit.until("!document.querySelector('#note')").await;
    assert_eq!((visit.value().await, visit.run("return window.posts").await), (json!(code), json!(1)));
    visit.press("form.code button").await;
    visit.phase("approved").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_boxes_take_what_keyboards_and_messages_bring() {
    let app = app().await;
    let phone = "+525512340207";
    let server = Server::start_with(&settings(&app, "60")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    let code = visit.code("sms").await;
    // What is not complete is not sent, and nothing is lost.
    visit.run(LOSE).await;
    visit.keys("123").await;
    visit.press("form.code button").await;
    visit.keys(&char::from(Key::Enter).to_string()).await;
    let validity = "const boxes = document.querySelector('otp-input'); \
        return [boxes.value, boxes.validity.tooShort, boxes.form.checkValidity(), window.posts, \
            [...boxes.querySelectorAll('input')].indexOf(document.activeElement)]";
    assert_eq!(visit.run(validity).await, json!(["123", true, false, 0, 3]));
    visit.look("short").await;
    // Beside a digit that stands in its box the new one takes its place, and no other's.
    visit.run("const box = document.querySelectorAll('.otp-boxes input')[1]; box.focus(); box.setSelectionRange(1, 1)").await;
    visit.browser.cdp("Input.insertText", json!({"text": "7"})).await;
    assert_eq!(visit.value().await, "173");
    visit.browser.cdp("Input.insertText", json!({"text": "٨"})).await;
    assert_eq!(visit.value().await, "178");
    // A keyboard on glass that tells no key.
    let delete = "document.activeElement.dispatchEvent(new InputEvent('beforeinput', \
        { inputType: 'deleteContentBackward', bubbles: true, cancelable: true }))";
    for left in ["17", "1", ""] {
        visit.run(delete).await;
        assert_eq!(visit.value().await, left);
    }
    visit.run(ELSEWHERE).await;
    let told = visit.run("return window.told").await;
    assert_eq!(
        told,
        json!(["123456", "", true, true, "Otra", "true", "nota", null, 40, "soon", null, 30, 9])
    );
    let paste = "const data = new DataTransfer(); data.setData('text', arguments[0]); \
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));";
    let message = format!("Válido 10 min. en 2026: {code}.");
    visit.browser.page.execute(paste, vec![json!(message)]).await.unwrap();
    visit.phase("approved").await;
    visit.browser.stop().await;
}

/// The elements on a page that is not ours: filled before they stand there, switched off, moved, told anew.
const ELSEWHERE: &str = "
    const boxes = document.createElement('otp-input');
    boxes.value = '123-456';
    const set = document.createElement('fieldset');
    set.disabled = true;
    set.append(boxes);
    document.querySelector('footer').append(set);
    const early = boxes.value;
    const isOff = boxes.querySelector('input').disabled;
    boxes.clear();
    set.disabled = false;
    boxes.setAttribute('required', '');
    const isMissing = boxes.validity.valueMissing;
    for (const [name, value] of [['label', 'Otra'], ['invalid', ''], ['describedby', 'nota']]) boxes.setAttribute(name, value);
    const [first, second] = boxes.querySelectorAll('input');
    const ring = document.createElement('countdown-ring');
    set.append(ring);
    const unset = ring.getAttribute('level');
    ring.left = 40;
    document.querySelector('header').append(ring);
    const moved = ring.left;
    ring.setAttribute('now', '2027-01-01T00:00:00Z');
    ring.setAttribute('deadline', '2027-01-01T00:02:00Z');
    const wait = document.createElement('resend-button');
    wait.setAttribute('cooldown', '60');
    wait.append(document.createElement('button'));
    set.append(wait);
    wait.left = 30;
    document.querySelector('header').append(wait);
    const kept = wait.left;
    wait.setAttribute('cooldown', '9');
    window.told = [early, boxes.value, isOff, isMissing, boxes.getAttribute('aria-label'),
        first.getAttribute('aria-invalid'), first.getAttribute('aria-describedby'),
        second.getAttribute('aria-describedby'), moved, ring.getAttribute('level'), unset, kept, wait.left];
    for (const added of [set, ring, wait]) added.remove();
    document.querySelector('otp-input').focus();";

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_refused_stays_to_be_mended() {
    let app = app().await;
    let phone = "+525512340208";
    let server = Server::start_with(&settings(&app, "60")).await;
    let visit =
        Visit::begin(server, phone, json!({"purpose": "login", "return_to": app, "locale": "es"})).await;
    let enter = char::from(Key::Enter).to_string();
    let number = "document.getElementById('phone').value";
    visit.phase("number").await;
    visit.keys(&format!("+7 916 123 4567{enter}")).await;
    visit.says("A ese número no podemos enviar códigos.").await;
    visit.until(&format!("{number} === '+7 916 123 4567'")).await;
    visit.look("refused").await;
    visit.press("footer a[lang=en]").await;
    visit.says("We can't send codes to that number.").await;
    visit.press("footer a[lang=es]").await;
    visit.says("A ese número no podemos enviar códigos.").await;
    visit.press("#phone").await;
    visit.keys("55 1234 0208").await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.press(".whose a").await;
    visit.phase("number").await;
    visit.look("change").await;
    visit.press(".stay a").await;
    visit.phase("waiting").await;
    // Another page for that number takes no code yet, and its buttons say so.
    let other = visit.server.post("/api/v1/verify/sessions", asked(phone, &app)).await;
    let other: Value = other.json().await.unwrap();
    visit.browser.page.goto(other["url"].as_str().unwrap()).await.unwrap();
    visit.phase("ready").await;
    visit.press("button[value=sms]").await;
    visit.says("desde otra página").await;
    visit.until("document.querySelectorAll('resend-button button[aria-disabled=true]').length === 3").await;
    visit.look("later").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_codes_then_another_way() {
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
    // The wait is over: by another way, with the same guesses.
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
async fn without_scripts_the_forms_do() {
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
async fn time_runs_out_before_the_readers_eyes() {
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
    // News of the delivery is shown as it comes, and is the newest.
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
    // A double click sends it once; come back to, it can be sent again.
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
