//! Telegram by polling: nothing is lost or done twice, one process polls, and a webhook stands in the way.

use crate::server::{PATIENCE, Server, free_address};
use sandbox::{NluConfig, RunningSandbox, SandboxConfig, Strangers, TelegramConfig};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ANA: &str = "+525512340091";
const BOT: &str = "123456:SANDBOX";

/// Telegram in this process, so that it outlives a server that is killed.
struct Telegram {
    running: RunningSandbox,
    base: String,
    client: reqwest::Client,
}

impl Telegram {
    fn start(webhook_secret: Option<&str>) -> Self {
        let config = SandboxConfig {
            bind_address: "127.0.0.1:0".into(),
            api_base: "http://127.0.0.1:9".into(),
            account_sid: "AC0".into(),
            auth_token: "token".into(),
            api_key: None,
            verify_service_sid: "VA0".into(),
            whatsapp_from: "whatsapp:+14155238886".into(),
            sms_from: "+14155238887".into(),
            meta: None,
            telegram: Some(TelegramConfig {
                bot_token: BOT.into(),
                webhook_secret: webhook_secret.map(str::to_owned),
                bot_name: "ventanilla_bot".into(),
            }),
            nlu: NluConfig::default(),
            bank: None,
            smtp_bind_address: None,
            strangers: Strangers::Refuse,
        };
        let running = sandbox::start(config).unwrap();
        let base = format!("http://{}", running.address);
        Self { running, base, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    fn settings(&self) -> Vec<(String, String)> {
        let api = format!("{}/telegram", self.base);
        [("TELEGRAM_MODE", "polling"), ("TELEGRAM_API_BASE_URL", &*api), ("BOT_TOKEN", BOT)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    async fn say(&self, text: &str) {
        let address = format!("{}/sandbox/phones/{ANA}/messages", self.base);
        let body = json!({"provider": "telegram", "body": text});
        let answer = self.client.post(address).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn get(&self, path: &str) -> Vec<Value> {
        let answer = self.client.get(format!("{}/sandbox/{path}", self.base)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// What the chat shows, once there are so many messages.
    async fn answers(&self, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let inbox = self.get(&format!("phones/{ANA}/messages")).await;
            if inbox.len() >= count {
                return inbox.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect();
            }
            assert!(begun.elapsed() < PATIENCE, "{} of {count} answers", inbox.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn named(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (&**name, &**value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_loses_no_update_and_answers_each_once() {
    let telegram = Telegram::start(None);
    let settings = telegram.settings();
    let mut server = Server::start_with(&named(&settings)).await;
    for path in ["/webhooks/telegram", "/webhook/telegram"] {
        assert_eq!(server.post(path, json!({"update_id": 1})).await.status(), 404, "{path}");
    }
    let mut said = 0;
    for moment in 0..3 {
        for _ in 0..4 {
            telegram.say("/help").await;
            said += 1;
        }
        // The kill meets the server while it fetches, stores or answers.
        tokio::time::sleep(Duration::from_millis(moment * 15)).await;
        server.restart(&[]).await;
    }
    telegram.answers(said).await;
    // Updates are handled in order: whatever came twice was answered before this one.
    telegram.say("/start").await;
    let all = telegram.answers(said + 1).await;
    assert_eq!(all.len(), said + 1, "{all:?}");
    telegram.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_polls_and_the_other_takes_over() {
    let telegram = Telegram::start(None);
    let settings = telegram.settings();
    let one = Server::start_on_postgres(&named(&settings)).await;
    let two = one.start_beside().await;
    for _ in 0..5 {
        telegram.say("/help").await;
    }
    telegram.answers(5).await;
    let calls = telegram.get("requests?provider=telegram").await;
    assert!(calls.iter().all(|call| call["status"] != 409), "two processes polled at once");
    drop(one);
    telegram.say("/start").await;
    assert_eq!(telegram.answers(6).await.len(), 6);
    drop(two);
    telegram.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_refused_while_a_webhook_is_registered() {
    let telegram = Telegram::start(Some("a-webhook-secret"));
    let server = Server::start().await;
    let addresses = [
        ("BIND_ADDRESS", free_address()),
        ("SANDBOX_BIND_ADDRESS", free_address()),
        ("SANDBOX_SMTP_ADDRESS", free_address()),
    ];
    let addresses = addresses.map(|(name, value)| (name.to_owned(), value));
    let settings = [telegram.settings(), addresses.to_vec()].concat();
    let (succeeded, said) = server.attempt(&["serve"], &named(&settings));
    assert!(!succeeded && said.contains("ventanilla telegram set-webhook --delete"), "{said}");
    let (succeeded, _) = server.attempt(&["telegram", "set-webhook", "--delete"], &named(&settings));
    assert!(succeeded);
    let polling = Server::start_with(&named(&telegram.settings())).await;
    telegram.say("/help").await;
    telegram.answers(1).await;
    drop(polling);
    telegram.running.stop().await;
}
