//! The people of the load: each has written, proved their number in the chat, and got money.

use crate::{provider::Provider, wire::with_body};
use serde_json::Value;
use std::{env, rc::Rc};
use tokio::task::JoinSet;

/// How many people are prepared at once.
const AT_ONCE: usize = 8;

/// The nth person, as Twilio writes them.
pub(crate) fn person(n: usize) -> String {
    format!("whatsapp:+5255125{n:05}")
}

/// Prepares so many people.
pub(crate) async fn prepare(provider: &Rc<Provider>, people: usize) {
    let mut running = JoinSet::new();
    for n in 0..people {
        if running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        let provider = provider.clone();
        running.spawn_local(async move {
            let person = person(n);
            provider.ask(&person, "saldo").await;
            provider.ask(&person, "123456").await;
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    let paid = pay_in(provider).await;
    // None where they got their money before.
    assert!(paid == people || paid == 0, "{paid} of {people} people have a wallet");
    // They are told of their money.
    provider.is_quiet().await;
}

/// Deposits into each wallet that is empty, and returns how many these were.
async fn pay_in(provider: &Provider) -> usize {
    let (mut cursor, mut paid) = (String::new(), 0);
    loop {
        let page = call(provider, "GET", &format!("/api/v1/wallets?limit=200{cursor}"), "").await;
        for wallet in page["wallets"].as_array().unwrap() {
            if wallet["balance"] == "0.00" {
                let id = wallet["id"].as_str().unwrap();
                let body = format!(
                    r#"{{"wallet_id":"{id}","amount":"10000000","reference":"{id}","source":"cash"}}"#
                );
                call(provider, "POST", "/api/v1/deposits", &body).await;
                paid += 1;
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return paid,
        }
    }
}

async fn call(provider: &Provider, method: &str, path: &str, body: &str) -> Value {
    let token = env::var("TOKEN").unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n"
    );
    let (status, answer) = provider.send(&with_body(&head, body)).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    assert!((200..300).contains(&status), "{method} {path}: {text}");
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}
