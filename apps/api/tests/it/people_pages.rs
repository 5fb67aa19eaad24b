//! People prove their numbers and set new passwords on our pages, in a real browser, with codes of our own.

use crate::{
    axe,
    people::{OTHER_PASSWORD, PASSWORD, answer},
    server::{PATIENCE, Server},
    verify_page::Visit,
};
use fantoccini::Locator;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Instant;

const SETTINGS: [(&str, &str); 3] = [
    ("VERIFY_PROVIDER", "self"),
    ("OTP_RESEND_COOLDOWN_SECONDS", "1"),
    ("RETURN_TO_ORIGINS", "https://app.example.com"),
];

/// A person who signs up without a proved number, and is told at their next sign-in where to prove it.
async fn newcomer(server: &Server, email: &str, phone: Option<&str>) -> Value {
    let mut body = json!({"email": email, "password": PASSWORD});
    if let Some(phone) = phone {
        body["phone"] = json!(phone);
    }
    let made = answer(server.tell("auth/register", body).await, 201).await;
    assert_eq!(made["phone_verified"], false);
    let person = answer(server.log_in(email, PASSWORD).await, 200).await;
    assert!(person["verification_url"].as_str().unwrap().starts_with(&format!("{}/verify/", server.base)));
    person
}

/// A page's address in the language that these tests read.
fn in_spanish(url: &Value) -> String {
    format!("{}?lang=es", url.as_str().unwrap())
}

async fn me(visit: &Visit, person: &Value) -> Value {
    answer(visit.server.as_person(Method::GET, "me", None, person).await, 200).await
}

#[tokio::test(flavor = "multi_thread")]
async fn from_sign_up_to_a_proved_number() {
    let server = Server::start_with(&SETTINGS).await;
    let phone = "+525512347001";
    let person = newcomer(&server, "kate@example.com", None).await;
    let visit = Visit::at(server, phone, &in_spanish(&person["verification_url"])).await;
    visit.phase("number").await;
    visit.keys("55 1234 7001").await;
    visit.press("button[value=whatsapp]").await;
    visit.phase("waiting").await;
    visit.says("Entregado por WhatsApp").await;
    let first = visit.code("whatsapp").await;
    // It arrives, but the person asks for an SMS: a new code, and the first one no longer works.
    visit.browser.page.wait().for_element(Locator::Css("section button[aria-disabled=false]")).await.unwrap();
    visit.turn("section button[value=sms]").await;
    visit.says("Entregado por SMS").await;
    let code = visit.code("sms").await;
    if first != code {
        visit.keys(&first).await;
        visit.says("Te quedan 2 intentos.").await;
    }
    visit.keys(&code).await;
    visit.phase("approved").await;
    visit.says("Ya puedes cerrar esta página").await;
    visit.look("approved-own").await;
    let profile = me(&visit, &person).await;
    assert_eq!((&profile["phone"], &profile["phone_verified"]), (&json!(phone), &json!(true)));
    let again = answer(visit.server.log_in("kate@example.com", PASSWORD).await, 200).await;
    assert!(again["phone_verified"] == true && again.get("verification_url").is_none(), "{again}");
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_has_an_account_stays_with_it() {
    let server = Server::start_on_postgres(&SETTINGS).await;
    let phone = "+525512347002";
    let owner = server.sign_up("maria@example.com", phone).await;
    let person = newcomer(&server, "kate@example.com", Some(phone)).await;
    let page = json!({"phone": phone, "user_id": person["user_id"], "purpose": "registration", "locale": "es",
        "return_to": "https://app.example.com/menu"});
    let visit = Visit::begin(server, phone, page).await;
    visit.phase("ready").await;
    visit.says("•••• 7002").await;
    let since = visit.server.newest(phone).await;
    visit.press("button[value=sms]").await;
    visit.phase("waiting").await;
    visit.keys(&visit.server.code(phone, "sms", since).await).await;
    visit.phase("taken").await;
    visit.says("pertenece a otra cuenta").await;
    let back = "document.querySelector('main a.primary').href === 'https://app.example.com/menu'";
    visit.until(back).await;
    visit.look("taken").await;
    assert_eq!(me(&visit, &person).await["phone_verified"], false);
    assert_eq!(me(&visit, &owner).await["phone_verified"], true);
    visit.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_mails_link_to_a_new_password() {
    let server = Server::start_with(&SETTINGS).await;
    let email = "maria@example.com";
    server.sign_up(email, "+525512347003").await;
    answer(server.tell("auth/password/forgot", json!({"email": email})).await, 202).await;
    let begun = Instant::now();
    let mail = loop {
        if let Some(mail) = server.inbox(email, 0).await.pop() {
            break mail["body"].as_str().unwrap().to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "no mail");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let link = mail.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    let link = format!("{link}&lang=es");
    let visit = Visit::at(server, "", &link).await;
    visit.phase("reset").await;
    visit.press("#new-password").await;
    visit.keys("corta").await;
    visit.press("form button.primary").await;
    visit.browser.page.wait().for_element(Locator::Css("#new-password[aria-invalid=true]")).await.unwrap();
    visit.says("12").await;
    axe::finds_nothing(&visit.browser, "a short password").await;
    visit.press("#new-password").await;
    visit.keys(OTHER_PASSWORD).await;
    visit.press("form button.primary").await;
    visit.phase("closed").await;
    visit.says("Contraseña cambiada").await;
    visit.look("reset-done").await;
    assert_eq!(visit.server.log_in(email, PASSWORD).await.status(), 401);
    assert_eq!(visit.server.log_in(email, OTHER_PASSWORD).await.status(), 200);
    visit.browser.page.goto(&link).await.unwrap();
    visit.press("#new-password").await;
    visit.keys(PASSWORD).await;
    visit.press("form button.primary").await;
    visit.says("Este enlace ya no sirve").await;
    let complaints = visit.browser.complaints().await;
    assert!(complaints.iter().all(|one| one.contains("422") || one.contains("410")), "{complaints:?}");
    visit.browser.stop().await;
}
