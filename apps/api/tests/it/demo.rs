//! The demo data on one database with several replicas.

use crate::server::Server;
use serde_json::{Value, json};

async fn wallets(server: &Server) -> Vec<Value> {
    let answer: Value = server.get("/api/v1/wallets").await.json().await.unwrap();
    answer["wallets"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_start_together_load_it_once() {
    let first = Server::start_on_postgres(&[("DEMO_DATA", "off")]).await;
    assert!(wallets(&first).await.is_empty());
    let loads = || first.start_beside_with(&[("DEMO_DATA", "on")]);
    let (one, two, three) = tokio::join!(loads(), loads(), loads());
    for server in [&one, &two, &three] {
        let wallets = wallets(server).await;
        let balances: Vec<_> = wallets.iter().map(|wallet| wallet["balance"].clone()).collect();
        assert_eq!(balances, [json!("1000.00"), json!("25000.00")]);
        for wallet in &wallets {
            let path = format!("/api/v1/wallets/{}/entries", wallet["id"].as_str().unwrap());
            let entries: Value = server.get(&path).await.json().await.unwrap();
            assert_eq!(entries["items"].as_array().unwrap().len(), 3, "{entries}");
        }
    }
}
