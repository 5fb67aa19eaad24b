//! The pages as programs see them: links that are only opened, forms without a script, requests that are
//! refused.

use crate::server::Server;
use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};

const APP: &str = "https://app.example.com";
const SETTINGS: [(&str, &str); 3] = [
    ("RETURN_TO_ORIGINS", "https://app.example.com,https://other.example:8443"),
    ("OTP_RESEND_COOLDOWN_SECONDS", "0"),
    ("MAX_OTP_PER_IP_PER_HOUR", "100"),
];

async fn open(server: &Server, body: Value) -> String {
    let answer = server.post("/api/v1/verify/sessions", body).await;
    assert_eq!(answer.status(), 201);
    answer.json::<Value>().await.unwrap()["url"].as_str().unwrap().to_owned()
}

fn asked(phone: &str) -> Value {
    json!({"phone": phone, "purpose": "registration", "return_to": format!("{APP}/menu?a=1"), "state": "s&1"})
}

/// A browser without scripts that follows no redirect.
fn plain() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn step(url: &str, what: &str, fields: &[(&str, &str)]) -> Response {
    plain().post(format!("{url}/{what}")).form(fields).send().await.unwrap()
}

fn location(answer: &Response) -> String {
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn body(url: &str) -> String {
    plain().get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_leads_back_only_to_named_origins() {
    let server = Server::start_with(&SETTINGS).await;
    let opened: Value =
        server.post("/api/v1/verify/sessions", asked("5512340101")).await.json().await.unwrap();
    let url = opened["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/verify/", server.base)), "{url}");
    assert_eq!(url.rsplit('/').next().unwrap().len(), 43);
    assert!(opened["id"].is_string() && opened["expires_at"].is_string());
    for bad in [
        "nowhere",
        "//evil.example/",
        "https://evil.example/",
        "https://app.example.com:444/",
        "javascript:1",
    ] {
        let answer =
            server.post("/api/v1/verify/sessions", json!({"purpose": "login", "return_to": bad})).await;
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            (&problem["status"], &problem["errors"][0]["pointer"]),
            (&json!(422), &json!("/return_to"))
        );
    }
    for (body, status) in [
        (json!({"purpose": "login"}), 422),
        (json!({"purpose": "dinner", "return_to": APP}), 422),
        (json!({"purpose": "login", "return_to": APP, "locale": "fr"}), 422),
        (json!({"purpose": "login", "return_to": APP, "user_id": "me"}), 422),
        (json!({"purpose": "login", "return_to": APP, "state": "x".repeat(501)}), 422),
        (json!({"purpose": "login", "return_to": APP, "telephone": "1"}), 422),
        (json!({"purpose": "login", "return_to": APP, "phone": "12"}), 400),
        (json!({"purpose": "login", "return_to": APP, "phone": "+79161234567"}), 400),
    ] {
        assert_eq!(server.post("/api/v1/verify/sessions", body.clone()).await.status(), status, "{body}");
    }
    let stranger = server.client.post(format!("{}/api/v1/verify/sessions", server.base));
    assert_eq!(stranger.json(&asked("5512340101")).send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_link_changes_nothing_and_tells_nobody() {
    let server = Server::start_with(&SETTINGS).await;
    let phone = "+525512340102";
    let url = open(&server, asked(phone)).await;
    for _ in 0..3 {
        assert_eq!(plain().head(&url).send().await.unwrap().status(), 200);
        let page = plain().get(&url).send().await.unwrap();
        let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((page.status().as_u16(), header("referrer-policy").as_str()), (200, "no-referrer"));
        assert_eq!(header("cache-control"), "no-store");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains('*'));
        let html = page.text().await.unwrap();
        assert!(html.contains("0102") && !html.contains("5512340102"));
    }
    // A GET can't take a step.
    for what in ["send", "resend", "check"] {
        assert_eq!(plain().get(format!("{url}/{what}")).send().await.unwrap().status(), 405);
    }
    assert!(server.inbox(phone, 0).await.is_empty());
    let token = url.rsplit('/').next().unwrap();
    assert!(!server.log().contains(token), "the log has no secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_pages_and_foreign_requests_are_refused_with_a_page() {
    let server = Server::start_with(&SETTINGS).await;
    for token in ["x".repeat(43), "x".into(), "A".repeat(43), "%00".into(), "x".repeat(3000)] {
        let page = plain().get(format!("{}/verify/{token}", server.base)).send().await.unwrap();
        assert_eq!(page.status(), 404, "{token}");
        assert!(page.text().await.unwrap().contains("Aquí no hay nada"));
        assert_eq!(step(&format!("{}/verify/{token}", server.base), "send", &[]).await.status(), 404);
    }
    let phone = "+525512340103";
    let url = open(&server, asked(phone)).await;
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
    ] {
        let sent = plain().post(format!("{url}/send")).header(name, value).form(&[("channel", "sms")]);
        assert_eq!(sent.send().await.unwrap().status(), 403, "{name}: {value}");
    }
    assert!(server.inbox(phone, 0).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_scripts_prove_a_number_and_lead_back() {
    let server = Server::start_with(&SETTINGS).await;
    let phone = "+525512340104";
    let url = open(&server, asked(phone)).await;
    let path = url.strip_prefix(&server.base).unwrap();
    let sent = location(&step(&url, "send", &[("channel", "sms")]).await);
    assert_eq!(sent, format!("{path}?note=sent"));
    assert!(body(&format!("{}{sent}", server.base)).await.contains("El código va en camino."));
    let code = server.code(phone, "sms", 0).await;

    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = location(&step(&url, "check", &[("code", wrong)]).await);
    assert!(body(&format!("{}{answer}", server.base)).await.contains("Te quedan 2 intentos."), "{answer}");
    let answer = location(&step(&url, "check", &[("code", "12")]).await);
    assert!(answer.ends_with("note=malformed"), "a typing error costs no check attempt");

    let names = ["code1", "code2", "code3", "code4", "code5", "code6"];
    let digits: Vec<String> = code.chars().map(String::from).collect();
    let fields: Vec<(&str, &str)> = names.into_iter().zip(digits.iter().map(String::as_str)).collect();
    assert_eq!(location(&step(&url, "check", &fields).await), path);
    let done = body(&url).await;
    let (_, rest) =
        done.split_once("https://app.example.com/menu?a=1&#38;verification_id=").expect("a way back");
    let (id, rest) = rest.split_at(36);
    assert!(rest.starts_with("&#38;state=s%261"), "{rest}");
    let asked: Value = server.get(&format!("/api/v1/verify/{id}")).await.json().await.unwrap();
    assert_eq!(asked["status"], "approved");
    // An approved page sends nothing more.
    location(&step(&url, "send", &[("channel", "sms")]).await);
    assert_eq!(server.inbox(phone, 0).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_a_number_sends_to_no_other_and_one_without_to_three() {
    let server = Server::start_with(&SETTINGS).await;
    let (mine, other) = ("+525512340105", "+525512340106");
    let url = open(&server, asked(mine)).await;
    let answer = location(&step(&url, "send", &[("channel", "sms"), ("phone", other)]).await);
    assert!(answer.ends_with("note=kept"), "{answer}");
    assert!(server.inbox(mine, 0).await.is_empty() && server.inbox(other, 0).await.is_empty());

    let url = open(&server, json!({"purpose": "login", "return_to": APP})).await;
    assert!(location(&step(&url, "send", &[("channel", "sms")]).await).ends_with("change=1&note=number"));
    assert!(location(&step(&url, "send", &[("phone", "12")]).await).ends_with("change=1&note=number"));
    let foreign = step(&url, "send", &[("channel", "sms"), ("phone", "+79161234567")]).await;
    assert!(location(&foreign).ends_with("change=1&note=refused"));
    for n in 0..5 {
        let phone = format!("+52551234011{n}");
        location(&step(&url, "send", &[("channel", "sms"), ("phone", &phone)]).await);
        assert_eq!(server.inbox(&phone, 0).await.len(), usize::from(n < 3), "{phone}");
    }
    assert!(body(&url).await.contains("0112"), "the last that was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_is_one_check_attempt() {
    for provider in ["twilio", "self"] {
        let settings = [&SETTINGS[..], &[("VERIFY_PROVIDER", provider)]].concat();
        let server = Server::start_with(&settings).await;
        let phone = "+525512340117";
        let url = open(&server, asked(phone)).await;
        step(&url, "send", &[("channel", "sms")]).await;
        let code = server.code(phone, "sms", 0).await;
        let [wrong, other] = if code.starts_with('1') { ["200000", "200001"] } else { ["100000", "100001"] };
        let html = body(&url).await;
        let (_, form) = html.split_once("name=\"attempt\" value=\"").expect("the form has a name");
        let form = form.split('"').next().unwrap();
        for (typed, left) in [(wrong, 2), (wrong, 2), (other, 1), (wrong, 2)] {
            let answer = location(&step(&url, "check", &[("attempt", form), ("code", typed)]).await);
            assert!(answer.ends_with(&format!("note=wrong&wait={left}")), "{provider} {typed}: {answer}");
        }
        // A newer form is another check attempt, the last one; the old form still takes the right code.
        assert!(!body(&url).await.contains(&format!("name=\"attempt\" value=\"{form}\"")));
        step(&url, "check", &[("attempt", form), ("code", &code)]).await;
        assert!(body(&url).await.contains("verification_id="), "{provider}: the right one in the same form");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_page_for_a_number_says_that_it_must_wait() {
    let settings = [("RETURN_TO_ORIGINS", APP), ("OTP_RESEND_COOLDOWN_SECONDS", "50")];
    let server = Server::start_with(&settings).await;
    let phone = "+525512340118";
    let (first, second) = (open(&server, asked(phone)).await, open(&server, asked(phone)).await);
    step(&first, "send", &[("channel", "sms")]).await;
    let answer = location(&step(&second, "send", &[("channel", "sms")]).await);
    let (_, wait) = answer.split_once("note=later&wait=").expect("a note of its own");
    let html = body(&format!("{}{answer}", server.base)).await;
    assert!(html.contains("data-phase=\"ready\"") && html.contains("desde otra página"), "{html}");
    assert!(html.contains(&format!("cooldown=\"{wait}\"")) && html.contains("Podrás pedir otro en 0:"));
    // An address can't make the wait longer.
    let long = body(&format!("{second}?note=later&wait=60000")).await;
    assert!(long.contains("cooldown=\"50\""), "{long}");
    // While this page has a code out, only the buttons count down.
    let answer = location(&step(&first, "resend", &[("channel", "sms")]).await);
    assert!(answer.ends_with("note=soon"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn question_and_note_survive_a_change_of_language() {
    let server = Server::start_with(&SETTINGS).await;
    let phone = "+525512340119";
    let url = open(&server, json!({"purpose": "login", "return_to": APP})).await;
    step(&url, "send", &[("channel", "sms"), ("phone", phone)]).await;
    let changing = body(&format!("{url}?change=1&note=refused")).await;
    assert!(changing.contains("href=\"?change=1&#38;note=refused&#38;lang=en\""), "{changing}");
    assert!(changing.contains("aria-invalid=\"true\"") && changing.contains("Volver al código"));
    let many = body(&format!("{url}?change=1&note=many&wait=3&lang=en")).await;
    assert!(!many.contains("aria-invalid") && many.contains("in 3 minutes"), "{many}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_names_the_files_of_its_own_version() {
    let server = Server::start_with(&SETTINGS).await;
    let html = body(&open(&server, asked("+525512340120")).await).await;
    let (_, script) = html.split_once("type=\"module\" src=\"").expect("a script");
    let script = script.split('"').next().unwrap();
    let kept = |address: String| async move {
        let answer = plain().get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.headers()["cache-control"].to_str().unwrap().to_owned()
    };
    assert!(kept(format!("{}{script}", server.base)).await.contains("immutable"));
    let beside = script.replace("verify.js", "otp-input.js");
    assert!(kept(format!("{}{beside}", server.base)).await.contains("immutable"));
    assert_eq!(kept(format!("{}/assets/pages/another/verify.js", server.base)).await, "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_get_the_same_outcomes_as_forms() {
    let server = Server::start_with(&SETTINGS).await;
    let phone = "+525512340107";
    let url = open(&server, asked(phone)).await;
    let ask = |what: &'static str, fields: &'static [(&str, &str)]| {
        plain().post(format!("{url}/{what}")).header("Accept", "application/json").form(fields).send()
    };
    let state =
        || async { plain().get(format!("{url}/state")).send().await.unwrap().json::<Value>().await.unwrap() };
    assert_eq!(state().await["phase"], "ready");
    let sent: Value = ask("send", &[("channel", "call")]).await.unwrap().json().await.unwrap();
    assert_eq!((&sent["phase"], &sent["note"]), (&json!("waiting"), &json!("sent")));
    let now = state().await;
    assert_eq!((&now["delivery"]["status"], &now["attempts_remaining"]), (&json!("sent"), &json!(3)));
    assert!(now["code_seconds"].as_i64() > Some(590) && now["page_seconds"].as_i64() > Some(890));
    for slip in [&[("code", "0000000")], &[("code", "0000")]] {
        let slip: Value = ask("check", slip).await.unwrap().json().await.unwrap();
        assert_eq!((&slip["note"], &slip["attempts_remaining"]), (&json!("malformed"), &json!(3)));
    }
    let code = server.code(phone, "call", 0).await;
    let wrong: &[(&str, &str)] = if code == "000000" { &[("code", "000001")] } else { &[("code", "000000")] };
    let wrong: Value = ask("check", wrong).await.unwrap().json().await.unwrap();
    assert_eq!((&wrong["note"], &wrong["attempts_remaining"]), (&json!("wrong"), &json!(2)));
    let unknown = ask("send", &[("channel", "pigeon")]).await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(unknown["note"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_reset_page_changes_nothing() {
    let server = Server::start_with(&SETTINGS).await;
    let token = "a-reset-token-of-base64url-and-some-length";
    let page = plain().get(format!("{}/reset?token={token}", server.base)).send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &page.headers()["referrer-policy"]),
        (200, &"no-referrer".parse().unwrap())
    );
    let html = page.text().await.unwrap();
    assert!(html.contains("new-password") && html.contains(token));
    let english = body(&format!("{}/reset?token={token}&lang=en", server.base)).await;
    assert!(english.contains("Choose a new password"));
    assert_eq!(plain().get(format!("{}/reset", server.base)).send().await.unwrap().status(), 400);
    let foreign = plain().post(format!("{}/reset", server.base)).header("Sec-Fetch-Site", "cross-site");
    let foreign =
        foreign.form(&[("token", token), ("new_password", "una clave bien larga")]).send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert!(!server.log().contains(token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_only_on_the_page_that_requested_it() {
    let settings = [&SETTINGS[..], &[("VERIFY_PROVIDER", "self")]].concat();
    for server in [Server::start_with(&settings).await, Server::start_on_postgres(&settings).await] {
        let phone = "+525512340108";
        let (strangers, own) = (open(&server, asked(phone)).await, open(&server, asked(phone)).await);
        step(&strangers, "send", &[("channel", "sms")]).await;
        let first = server.code(phone, "sms", 0).await;
        let since = server.newest(phone).await;
        step(&own, "send", &[("channel", "sms")]).await;
        let code = server.code(phone, "sms", since).await;
        if first != code {
            let answer = location(&step(&own, "check", &[("code", &first)]).await);
            assert!(answer.contains("note=wrong"), "{answer}");
        }
        step(&own, "check", &[("code", &code)]).await;
        assert!(body(&own).await.contains("verification_id="));
        let other = body(&strangers).await;
        assert!(other.contains("data-phase=\"waiting\"") && !other.contains("verification_id="), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_proved_in_time_leads_back_later_too() {
    let server = Server::start_on_postgres(&SETTINGS).await;
    let phone = "+525512340109";
    let url = open(&server, asked(phone)).await;
    step(&url, "send", &[("channel", "sms")]).await;
    step(&url, "check", &[("code", &server.code(phone, "sms", 0).await)]).await;
    server.sql("update verification_pages set expires_at = now() - interval '1 second'");
    assert!(body(&url).await.contains("verification_id="));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_no_database_can_store_are_refused() {
    let server = Server::start_on_postgres(&SETTINGS).await;
    let mut asked = asked("+525512340110");
    asked["state"] = json!("a\u{0}b");
    assert_eq!(server.post("/api/v1/verify/sessions", asked).await.status(), 422);
    let page =
        plain().get(format!("{}/verificar-telefono?source=%00menu%0A", server.base)).send().await.unwrap();
    assert_eq!(page.status(), 303);
}
