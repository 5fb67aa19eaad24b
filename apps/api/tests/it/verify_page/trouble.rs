//! The verification page with a bad connection, unusual keyboards or a refused number.

use super::{Visit, app, asked, settings, wrong};
use crate::server::Server;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// Loses the replies to a number of POSTs that arrive, cuts the connection, or holds POSTs back.
const LOSE: &str = "const real = window.fetch; window.lose = 0; window.isCut = false; window.posts = 0; \
    window.fetch = async (at, options) => { \
        if (window.isCut) throw new TypeError('cut'); \
        if (options?.method === 'POST') await window.held; \
        if (window.isDown) return new Response('', { status: 503 }); \
        const answer = await real(at, options); \
        if (options?.method === 'POST') { window.posts += 1; if (window.lose-- > 0) throw new TypeError('lost'); } \
        return answer; };";

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_costs_one_check_attempt_and_nothing_that_was_typed() {
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
    // A corrected digit in a complete code waits for the button.
    visit.keys(code.split_at(5).1).await;
    visit.until("!document.querySelector('main').hasAttribute('aria-busy')").await;
    assert_eq!((visit.value().await, visit.run("return window.posts").await), (json!(code), json!(1)));
    visit.run("window.isDown = true").await;
    visit.press("form.code button").await;
    visit.says("Algo falló de nuestro lado.").await;
    assert_eq!(visit.value().await, json!(code));
    visit.run("window.isDown = false").await;
    // During a step the page says what it does.
    visit.run("window.held = new Promise((go) => { window.release = go; })").await;
    visit.press("form.code button").await;
    visit.until("document.getElementById('said').textContent === 'Revisando…'").await;
    visit.look("busy").await;
    visit.run("window.release()").await;
    visit.phase("approved").await;
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_boxes_accept_all_kinds_of_input() {
    let app = app().await;
    let phone = "+525512340207";
    let server = Server::start_with(&settings(&app, "60")).await;
    let visit = Visit::begin(server, phone, asked(phone, &app)).await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    let code = visit.code("sms").await;
    // An incomplete code is not sent, and nothing is lost.
    visit.run(LOSE).await;
    visit.keys("123").await;
    visit.press("form.code button").await;
    visit.keys(&char::from(Key::Enter).to_string()).await;
    let validity = "const boxes = document.querySelector('otp-input'); \
        return [boxes.value, boxes.validity.tooShort, boxes.form.checkValidity(), window.posts, \
            [...boxes.querySelectorAll('input')].indexOf(document.activeElement)]";
    assert_eq!(visit.run(validity).await, json!(["123", true, false, 0, 3]));
    visit.look("short").await;
    // A new digit beside one in a box replaces that one, and no other.
    visit.run("const box = document.querySelectorAll('.otp-boxes input')[1]; box.focus(); box.setSelectionRange(1, 1)").await;
    visit.browser.cdp("Input.insertText", json!({"text": "7"})).await;
    assert_eq!(visit.value().await, "173");
    visit.browser.cdp("Input.insertText", json!({"text": "٨"})).await;
    assert_eq!(visit.value().await, "178");
    // A touch keyboard that sends no key name.
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

/// The elements on a page that is not ours: filled before they are in the page, disabled, moved, changed.
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
async fn a_refused_number_stays_in_the_field() {
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
    // Another page for that number can send no code yet, and its buttons say so.
    let other = visit.server.post("/api/v1/verify/sessions", asked(phone, &app)).await;
    let other: Value = other.json().await.unwrap();
    visit.browser.page.goto(other["url"].as_str().unwrap()).await.unwrap();
    visit.phase("ready").await;
    visit.press("button[value=sms]").await;
    visit.says("desde otra página").await;
    visit.until("document.querySelectorAll('resend-button button[aria-disabled=true]').length === 3").await;
    visit.until("document.querySelectorAll('.wait').length === 1").await;
    visit.look("later").await;
    visit.browser.stop().await;
}
