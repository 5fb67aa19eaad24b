//! Flows in the chat: from the trigger to the saved answers.

use crate::server::{DEMO, Server};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const ASHA: &str = "+919876543210";

async fn responses(server: &Server, flow: &str) -> Vec<Value> {
    let page: Value = server.get(&format!("/api/v1/flows/{flow}/responses")).await.json().await.unwrap();
    page["items"].as_array().unwrap().clone()
}

/// The numbered lines of a text.
fn numbered(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intake_is_answered_and_its_answers_are_saved_once() {
    let server = Server::start().await;
    server.ask(ASHA, "Oncology", "Reply AGREE").await;
    server.ask(ASHA, "Breast cancer", "Reply AGREE").await;
    assert!(responses(&server, "oncology-intake").await.is_empty());
    server.ask(ASHA, "agree", "What type of cancer").await;
    server.ask(ASHA, "Cancer of the left breast", "Which stage").await;
    server.ask(ASHA, "HELP", "Here is what I can do").await;
    server.ask(ASHA, "Stage 2", "Which city").await;
    server.ask(ASHA, "volver", "Which stage").await;
    server.ask(ASHA, "Stage 3", "Which city").await;
    server.ask(ASHA, "Pune, up to 200 km", "What is your budget").await;
    server.ask(ASHA, "2 lakhs of my own", "How soon").await;
    server.ask(ASHA, "Within 1 month", "What are you looking for").await;
    server.ask(ASHA, "9", "Choose one of the options").await;
    let end = server.ask(ASHA, "second opinion", "talk to a coordinator").await;
    assert!((3..=5).contains(&numbered(&end).len()), "{end}");
    assert!(numbered(&end)[0].contains("Mumbai"), "the nearest first: {end}");
    let all = responses(&server, "oncology-intake").await;
    let [saved] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((saved["respondent"].as_str(), &saved["flow_version"]), (Some("****3210"), &Value::from(1)));
    let answers = &saved["answers"];
    assert_eq!(answers["stage"], "Stage 3");
    assert_eq!(answers["need"], "second_opinion");
    assert_eq!(answers.as_object().unwrap().len(), 6);
    // A person who has completed it gets the menu, and can begin again.
    server.ask(ASHA, "oncology", "Welcome back").await;
    server.ask(ASHA, "AGREE", "What type of cancer").await;
    server.ask(ASHA, "cancel", "I saved nothing").await;
    server.ask(ASHA, "talk to a coordinator", "connecting you with an agent").await;
    assert_eq!(responses(&server, "oncology-intake").await.len(), 1);
    let log = server.log();
    for secret in ["left breast", "2 lakhs", "9876543210"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_listed_and_their_answers_need_the_scope() {
    let server = Server::start().await;
    let page: Value = server.get("/api/v1/flows?limit=1").await.json().await.unwrap();
    assert_eq!(page["items"][0]["id"], "oncology-intake");
    assert_eq!(page["items"][0]["start"]["en"], "oncology");
    let next = format!("/api/v1/flows?cursor={}", page["next_cursor"].as_str().unwrap());
    let rest: Value = server.get(&next).await.json().await.unwrap();
    assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&"wallet-onboarding".into(), &Value::Null));
    for unknown in ["nothing", "No%20name"] {
        assert_eq!(server.get(&format!("/api/v1/flows/{unknown}/responses")).await.status(), 404);
    }
    let address = format!("{}/api/v1/flows/oncology-intake/responses", server.base);
    assert_eq!(server.client.get(&address).send().await.unwrap().status(), 401);
    let (_, token) = server.command(&["token", "--scopes", "nlu"]);
    let other = server.client.get(&address).bearer_auth(token.trim()).send().await.unwrap();
    assert_eq!(other.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_can_be_asked_about_in_the_middle_of_a_flow() {
    let server = Server::start().await;
    server.ask(DEMO, "abrir cartera", "ACEPTO").await;
    server.ask(DEMO, "acepto", "nombre completo").await;
    server.ask(DEMO, "Ana López", "¿Cuándo naciste?").await;
    server.ask(DEMO, "mañana", "Necesito una fecha").await;
    server.ask(DEMO, "saldo", "CONFIRMAR").await;
    let code = server.inbox(DEMO, 0).await.iter().find_map(|message| {
        let body = message["body"].as_str().unwrap().to_owned();
        body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
    });
    server.ask(DEMO, &code.unwrap(), "Tu saldo es: 1000.00 MXN").await;
    server.ask(DEMO, "3 de mayo de 1990", "¿En qué ciudad vives?").await;
    server.ask(DEMO, "Puebla", "¿Para qué usarás").await;
    server.ask(DEMO, "3", "¿Cuánto moverá").await;
    server.ask(DEMO, "unos 25,000", "¿A qué teléfono").await;
    server.ask(DEMO, "es el 55 1234 5678", "Tus datos están completos").await;
    let answers = responses(&server, "wallet-onboarding").await[0]["answers"].clone();
    assert_eq!(answers["birth_date"], "1990-05-03");
    assert_eq!(answers["monthly_amount"], "25000");
    assert_eq!(answers["contact_phone"], "+525512345678");
}

const GREETER: &str = include_str!("greeter.toml");

fn folder_with(flow: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("greeter.toml"), flow).unwrap();
    folder
}

fn check(server: &Server, file: &Path) -> (bool, String) {
    server.command(&["flow", "check", file.to_str().unwrap()])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_own_flow_is_checked_and_runs() {
    let folder = folder_with(GREETER);
    let server = Server::start_with(&[("FLOWS_DIR", folder.path().to_str().unwrap())]).await;
    server.ask(DEMO, "encuesta", "ACEPTO").await;
    server.ask(DEMO, "acepto", "¿Te atendimos bien?").await;
    server.ask(DEMO, "sí", "Gracias").await;
    assert_eq!(responses(&server, "greeter").await[0]["answers"]["good"], "yes");
    let file = folder.path().join("greeter.toml");
    assert_eq!(check(&server, &file), (true, "ok\n".to_owned()));
    fs::write(&file, GREETER.replace("kind = \"choice\"", "kind = \"riddle\"")).unwrap();
    let (sound, said) = check(&server, &file);
    let line = GREETER.lines().position(|line| line.starts_with("kind = \"choice\"")).unwrap() + 1;
    assert!(!sound && said.contains(&format!("greeter.toml:{line}: kind «riddle»")), "{said}");
}
