//! A person's data over REST and in the chat: copies, and the erasure; the same on both databases.

use crate::{
    chat::prove,
    people::{PASSWORD, answer, on_both, refused},
    server::{PATIENCE, Server},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn path(person: &Value, what: &str) -> String {
    format!("people/{}/{what}", person["user_id"].as_str().unwrap())
}

/// The file, when it is made.
async fn downloaded(server: &Server, person: &Value, id: &Value) -> Vec<u8> {
    let begun = Instant::now();
    let path = path(person, &format!("export/{}", id.as_str().unwrap()));
    loop {
        let response = server.as_person(Method::GET, &path, None, person).await;
        match response.status().as_u16() {
            200 => {
                assert_eq!(response.headers()["content-type"], "application/zip");
                return response.bytes().await.unwrap().to_vec();
            }
            202 => assert!(begun.elapsed() < PATIENCE, "the export is not made"),
            other => panic!("{other}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_made_for_its_person_and_downloaded_once() {
    for server in on_both().await {
        let person = server.sign_up("copia@example.com", "+525512349701").await;
        let other = server.sign_up("ajena@example.com", "+525512349702").await;
        let ask = |body: Value, who: &Value, whose: &Value| {
            let (server, path, who) = (&server, path(whose, "export"), who.clone());
            async move { server.as_person(Method::POST, &path, Some(body), &who).await }
        };
        refused(ask(json!({}), &person, &person).await, 403, "step_up_required").await;
        refused(ask(json!({"password": "no es esta clave"}), &person, &person).await, 401, "unauthorized")
            .await;
        let proof = || json!({"password": PASSWORD});
        refused(ask(proof(), &other, &person).await, 404, "not_found").await;
        let asked = answer(ask(proof(), &person, &person).await, 202).await;
        let file = downloaded(&server, &person, &asked["id"]).await;
        assert!(file.starts_with(b"PK"));
        let again = path(&person, &format!("export/{}", asked["id"].as_str().unwrap()));
        refused(server.as_person(Method::GET, &again, None, &person).await, 404, "not_found").await;
        refused(server.as_person(Method::GET, &again, None, &other).await, 404, "not_found").await;
        // Staff need no proof.
        answer(server.post(&format!("/api/v1/{}", path(&person, "export")), json!({})).await, 202).await;
        let nobody = "/api/v1/people/018f2e63-0000-7000-8000-000000000000/export";
        refused(server.post(nobody, json!({})).await, 404, "not_found").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_asked_for_and_taken_back() {
    for server in on_both().await {
        let person = server.sign_up("borrar@example.com", "+525512349703").await;
        let other = server.sign_up("queda@example.com", "+525512349704").await;
        let ask = |body: Value, who: &Value| {
            let (server, path, who) = (&server, path(&person, "erasure"), who.clone());
            async move { server.as_person(Method::POST, &path, Some(body), &who).await }
        };
        let take_back = |who: &Value| {
            let (server, path, who) = (&server, path(&person, "erasure"), who.clone());
            async move { server.as_person(Method::DELETE, &path, None, &who).await }
        };
        refused(ask(json!({}), &person).await, 403, "step_up_required").await;
        refused(ask(json!({"password": PASSWORD}), &other).await, 404, "not_found").await;
        refused(take_back(&person).await, 404, "not_found").await;
        let asked = answer(ask(json!({"password": PASSWORD}), &person).await, 202).await;
        assert_eq!(asked["user_id"], person["user_id"]);
        assert_eq!(answer(ask(json!({"password": PASSWORD}), &person).await, 202).await, asked);
        refused(take_back(&other).await, 404, "not_found").await;
        answer(take_back(&person).await, 204).await;
        refused(take_back(&person).await, 404, "not_found").await;

        let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
        let body = json!({"from_wallet_id": wallets["wallets"][0]["id"], "amount": "5.00",
            "destination_account": "+525512349703"});
        answer(server.post("/api/v1/transfers", body).await, 201).await;
        let problem = answer(ask(json!({"password": PASSWORD}), &person).await, 409).await;
        assert_eq!(problem["code"], "conflict");
        assert_eq!(problem["errors"][0]["code"], "money_left", "{problem}");
        answer(server.as_person(Method::GET, "me", None, &person).await, 200).await;
    }
}

/// The address in a text.
fn link_in(text: &str) -> String {
    text.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_gives_a_link_that_downloads_once() {
    let server = Server::start().await;
    let phone = "+525512349710";
    prove(&server, phone).await;
    let told = server.ask(phone, "exportar mis datos", "/export/").await;
    let link = link_in(&told);
    let begun = Instant::now();
    // Opening the page any number of times changes nothing: link previews do.
    for _ in 0..2 {
        let page = server.client.get(&link).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert_eq!(page.headers()["referrer-policy"], "no-referrer");
        assert!(page.text().await.unwrap().contains("Descargar mis datos"));
    }
    let file = loop {
        let response = server.client.post(&link).send().await.unwrap();
        match response.status().as_u16() {
            200 => break response.bytes().await.unwrap(),
            202 => assert!(begun.elapsed() < PATIENCE, "the export is not made"),
            other => panic!("{other}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(file.starts_with(b"PK"));
    assert_eq!(server.client.post(&link).send().await.unwrap().status(), 410);
    assert_eq!(server.client.get(&link).send().await.unwrap().status(), 410);
    let foreign = server.client.post(&link).header("Sec-Fetch-Site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_erases_after_a_yes_and_takes_it_back() {
    let server = Server::start().await;
    let phone = "+525512349711";
    prove(&server, phone).await;
    server.ask(phone, "borra mis datos", "exportar mis datos").await;
    server.ask(phone, "borrar mi cuenta", "¿Borro tu cuenta?").await;
    server.ask(phone, "no", "como estaba").await;
    server.ask(phone, "cancelar borrado", "No hay ningún borrado").await;
    server.ask(phone, "borrar mi cuenta", "72 horas").await;
    server.ask(phone, "sí", "cancelar borrado").await;
    server.ask(phone, "cancelar borrado", "no se borrará").await;
    // Who has money is told so.
    prove(&server, crate::server::DEMO).await;
    server.ask(crate::server::DEMO, "delete my account", "money").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_erases_at_once_and_prints_a_receipt() {
    let server = Server::start_with(&crate::people::SETTINGS).await;
    let (phone, email) = ("+525512349712", "recibo@example.com");
    let person = server.sign_up(email, phone).await;
    let user = person["user_id"].as_str().unwrap();
    let (done, told) = server.command(&["privacy", "hold", user, "--reason", "a trial"]);
    assert!(done, "{told}");
    let (done, told) = server.attempt(&["privacy", "erase", user], &[]);
    assert!(!done && told.contains("legal hold"), "{told}");
    let (done, told) = server.command(&["privacy", "release", user]);
    assert!(done, "{told}");
    let (done, told) = server.command(&["privacy", "erase", user]);
    assert!(done && told.contains("erased: names, number"), "{told}");
    assert!(!told.contains("9712") && !told.contains("recibo@"), "{told}");
    let (done, again) = server.command(&["privacy", "erase", user]);
    assert!(done && again == told, "the same receipt again");
    refused(server.log_in(email, PASSWORD).await, 401, "unauthorized").await;
    refused(server.as_person(Method::GET, "me", None, &person).await, 401, "unauthorized").await;
    let (done, told) = server.attempt(&["privacy", "export", user], &[]);
    assert!(!done && told.contains("no such person"), "{told}");
    let bytes = server.database_bytes();
    for word in ["5512349712", "recibo@example"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
    // The address and the number are free again.
    server.sign_up(email, phone).await;
}

/// A restore that was cut off stops the start, in development too, until it has been run to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_not_finished_stops_the_start() {
    let own = ("VERIFY_PROVIDER", "self");
    let mut server = Server::start_on_postgres(&[own]).await;
    assert!(server.command(&["backup", "--keys-only", "copy.keys"]).0);
    server.sql("insert into restores (id, copied_at, begun_at) values (1, now(), now())");
    let refused = server.dialogue(&["serve"], &[]).end();
    assert_eq!(refused.code, Some(1), "{}", refused.told);
    assert!(refused.told.contains("run `ventanilla privacy reapply` again"), "{}", refused.told);
    let (is_done, told) = server.command(&["privacy", "reapply", "--keys", "copy.keys"]);
    assert!(is_done, "{told}");
    server.restart(&[own]).await;
    assert_eq!(server.get("/health/ready").await.status(), 200);
}
