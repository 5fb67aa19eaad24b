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
