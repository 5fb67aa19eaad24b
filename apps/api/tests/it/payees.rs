//! Payees over REST: an account that was paid under a name in the chat is listed, renamed and forgotten.

use crate::{
    chat::prove,
    people::{answer, on_both, refused},
    server::{DEMO, Server},
};
use reqwest::Method;
use serde_json::{Value, json};

const BBVA: &str = "012180001183597196";
const STP: &str = "646180157000000004";

async fn pay(server: &Server, name: &str, account: &str, amount: &str) {
    server.ask(DEMO, &format!("manda {amount} a {name}"), "no conozco la cuenta").await;
    server.ask(DEMO, account, "¿Confirmas?").await;
    server.ask(DEMO, "sí", "completada").await;
}

async fn listed(server: &Server, query: &str) -> Vec<Value> {
    let page = answer(server.get(&format!("/api/v1/payees{query}")).await, 200).await;
    page["items"].as_array().unwrap().clone()
}

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn payees_are_listed_renamed_and_forgotten() {
    for server in on_both().await {
        prove(&server, DEMO).await;
        pay(&server, "rosa", BBVA, "1.10").await;
        pay(&server, "luis", STP, "1.20").await;
        let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
        let user = wallets["wallets"][0]["user_id"].as_str().unwrap().to_owned();
        let of_user = format!("?user_id={user}");
        let items = listed(&server, &of_user).await;
        assert_eq!(names(&items), ["luis", "rosa", "Mateo"], "the newest first; the last is of the demo");
        let rosa = &items[1];
        assert_eq!((&rosa["destination"], &rosa["bank"]), (&json!("****7196"), &json!("BBVA")));
        assert!(rosa["last_paid_at"].as_str().unwrap().ends_with('Z') && !rosa.to_string().contains(BBVA));
        let page = answer(server.get(&format!("/api/v1/payees{of_user}&limit=1")).await, 200).await;
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = listed(&server, &format!("{of_user}&limit=1&cursor={cursor}")).await;
        assert_eq!(names(&rest), ["rosa"]);
        assert_eq!(names(&listed(&server, "").await), ["luis", "rosa", "Mateo", "Sofía"]);
        let path = format!("payees/{}", rosa["id"].as_str().unwrap());
        let team = Some(server.token.as_str());
        let renamed = json!({"name": " Doña  Rosa "});
        let renamed = answer(server.call(Method::PATCH, &path, Some(renamed), team).await, 200).await;
        assert_eq!((&renamed["name"], &renamed["id"]), (&json!("Doña Rosa"), &rosa["id"]));
        for (wrong, status) in [(json!({"name": ""}), 422), (json!({"name": 7}), 422), (json!({}), 422)] {
            refused(server.call(Method::PATCH, &path, Some(wrong), team).await, status, "validation_failed")
                .await;
        }
        let prompt = server.ask(DEMO, "manda 1.30 a doña rosa", "¿Confirmas?").await;
        assert!(prompt.contains("****7196"), "{prompt}");
        server.ask(DEMO, "no", "cancelada").await;
        answer(server.call(Method::DELETE, &path, None, team).await, 204).await;
        refused(server.call(Method::DELETE, &path, None, team).await, 404, "not_found").await;
        assert_eq!(names(&listed(&server, &of_user).await), ["luis", "Mateo"]);
        assert!(server.command(&["audit", "verify"]).0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn payees_are_renamed_and_forgotten_in_the_chat() {
    for server in on_both().await {
        prove(&server, DEMO).await;
        pay(&server, "Ana Ruiz", BBVA, "1.10").await;
        pay(&server, "Ana López", STP, "1.20").await;
        server.ask(DEMO, "¿cuánto le he mandado a Ana?", "¿A quién te refieres?").await;
        server.ask(DEMO, "la Ruiz", "1.10 MXN").await;
        server.ask(DEMO, "movimientos de Ana", "¿A quién te refieres?").await;
        server.ask(DEMO, "1", "-1.20").await;
        let renamed = server.ask(DEMO, "renombra a Ana Ruiz como Anita", "ahora se llama Anita").await;
        assert!(
            renamed.contains("****7196") && renamed.contains("«renombra a Anita como ana ruiz»"),
            "{renamed}"
        );
        assert_eq!(names(&listed(&server, "").await)[..2], ["ana lópez", "Anita"]);
        server.ask(DEMO, "cámbiale el nombre a Anita por Ana Ruiz", "ahora se llama Ana Ruiz").await;

        server.ask(DEMO, "borra a Ana de mis contactos", "¿A quién te refieres?").await;
        server.ask(DEMO, "2", "¿Borro a Ana Ruiz (****7196) de tus contactos?").await;
        server.ask(DEMO, "sí, mañana", "¿Borro a Ana Ruiz").await;
        assert_eq!(names(&listed(&server, "").await)[..2], ["ana lópez", "Ana Ruiz"], "that was no yes");
        server.ask(DEMO, "no", "todo sigue como estaba").await;
        server.ask(DEMO, "elimina a Ana Ruiz", "¿Borro a Ana Ruiz").await;
        server.ask(DEMO, "sí", "ya no está entre tus contactos").await;
        assert_eq!(names(&listed(&server, "").await), ["ana lópez", "Mateo", "Sofía"]);
        server.ask(DEMO, "borra a Anna de mis contactos", "No tengo a Anna entre tus contactos").await;
        server.ask(DEMO, "cancelar", "todo sigue como estaba").await;
        let shown = server.ask(DEMO, "mis contactos", "Ya conozco a").await;
        assert!(shown.contains("ana lópez") && !shown.contains("Ruiz"), "{shown}");
        assert!(server.command(&["audit", "verify"]).0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_wishes_are_suggested_and_done() {
    for server in on_both().await {
        prove(&server, DEMO).await;
        let asked = server.ask(DEMO, "checar cuenta", "¿Quisiste decir").await;
        assert!(asked.contains("1. ") && asked.contains("Otra cosa"), "{asked}");
        let wish = asked.lines().nth(1).unwrap();
        let answer = if wish.contains("saldo") { "Tu saldo es" } else { "movimientos" };
        server.ask(DEMO, "1", answer).await;
        server.ask(DEMO, "checar cuenta", "¿Quisiste decir").await;
        server.ask(DEMO, "otra cosa", "Esto puedo hacer por ti").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profiles_name_is_shown_to_counterparts() {
    for server in on_both().await {
        let other = "+525512349031";
        let write = |text: &str, name: &str| {
            let body = json!({"provider": "meta", "body": text, "profile_name": name});
            server.play("/phones/+525512349031/messages", body)
        };
        write("saldo", "Alguien").await;
        let code = server.code(other, "whatsapp", 0).await;
        write(&code, "\u{202e}Lucía 🌸 Paz").await;
        server.ask_by("meta", other, "saldo", "Tu saldo").await;
        prove(&server, DEMO).await;
        server.ask(DEMO, "manda 7.70 a +525512349031", "¿Confirmas?").await;
        server.ask(DEMO, "sí", "completada").await;
        write("movimientos", "Otra").await;
        server.ask(DEMO, "movimientos", "Lucía").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_and_changes_only_their_own_payees() {
    for server in on_both().await {
        prove(&server, DEMO).await;
        pay(&server, "rosa", BBVA, "1.10").await;
        let rosa = listed(&server, "").await.remove(0);
        let path = format!("payees/{}", rosa["id"].as_str().unwrap());
        let stranger = server.sign_up("eva@example.com", "+525512347001").await;
        let own = answer(server.as_person(Method::GET, "payees", None, &stranger).await, 200).await;
        assert_eq!((&own["items"], &own["next_cursor"]), (&json!([]), &Value::Null));
        let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
        let others = format!("payees?user_id={}", wallets["wallets"][0]["user_id"].as_str().unwrap());
        refused(server.as_person(Method::GET, &others, None, &stranger).await, 404, "not_found").await;
        let name = json!({"name": "Eva"});
        refused(server.as_person(Method::PATCH, &path, Some(name), &stranger).await, 404, "not_found").await;
        refused(server.as_person(Method::DELETE, &path, None, &stranger).await, 404, "not_found").await;
        for missing in ["payees/0", "payees/01a22934-09cd-7692-973a-24082545745f"] {
            let team = Some(server.token.as_str());
            refused(server.call(Method::DELETE, missing, None, team).await, 404, "not_found").await;
        }
        refused(server.get("/api/v1/payees?user_id=7").await, 422, "validation_failed").await;
        refused(server.call(Method::GET, "payees", None, None).await, 401, "unauthorized").await;
        let (_, token) = server.command(&["token", "--scopes", "wallets:read"]);
        let scoped = server.call(Method::GET, "payees", None, Some(token.trim())).await;
        refused(scoped, 403, "forbidden").await;
        assert_eq!(listed(&server, "").await.first(), Some(&rosa));
    }
}
