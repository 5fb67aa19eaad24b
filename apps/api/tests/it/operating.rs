//! What an operator does: commands that look, doctor, keys, backups, readiness, a named origin.

use crate::server::{PATIENCE, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const OWN: (&str, &str) = ("VERIFY_PROVIDER", "self");
const PASSWORD: &str = "una clave bien larga 7";

fn key(kid: &str, letter: &str) -> String {
    format!("{kid}:{}", letter.repeat(40))
}

#[tokio::test]
async fn doctor_names_what_is_wrong_and_calls_the_rest_right() {
    let server = Server::start_with(&[OWN]).await;
    let wrong = |settings: &[(&str, &str)]| {
        let ended = server.dialogue(&["doctor"], settings).end();
        (ended.code, ended.out)
    };
    let (code, all) = wrong(&[]);
    assert_eq!(code, Some(0), "{all}");
    let token = "w".repeat(32);
    for (settings, line) in [
        (("TWILIO_AUTH_TOKEN", token.as_str()), "FAIL  twilio messages: the account or its token is wrong"),
        (("WHATSAPP_ACCESS_TOKEN", "EAAwrong"), "FAIL  meta whatsapp account: "),
        (("WHATSAPP_PHONE_NUMBER_ID", "9"), "FAIL  meta whatsapp number: "),
        (("BOT_TOKEN", "9:WRONG"), "FAIL  telegram bot: "),
        (("SMTP_URL", "smtp://127.0.0.1:9"), "FAIL  mail (SMTP): "),
        (("TELEGRAM_API_BASE_URL", "http://127.0.0.1:9"), "FAIL  telegram: error sending request: "),
        (("PUBLIC_BASE_URL", "http://127.0.0.1:9"), "FAIL  telegram webhook: messages are posted to "),
    ] {
        let (code, said) = wrong(&[settings]);
        assert!(code == Some(1) && said.contains(line), "{settings:?}: {said}");
        assert!(said.contains("ok    database: SQLite"), "{said}");
        assert!(
            settings.1.len() < 8 || !said.contains(settings.1) || settings.1.starts_with("http"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn commands_that_look_make_no_database() {
    let server = Server::start_with(&[OWN]).await;
    for command in [
        ["doctor"].as_slice(),
        &["ledger", "verify"],
        &["audit", "verify"],
        &["keys", "status"],
        &["migrate", "--status"],
        &["dead-letters", "list"],
        &["backup", "copy.db"],
    ] {
        let ended = server.dialogue(command, &[("DATABASE_URL", "sqlite://sub/none.db")]).end();
        let said = format!("{}{}", ended.out, ended.told);
        assert_eq!(ended.code, Some(1), "{command:?}: {said}");
        assert!(said.contains("there is no database at sub/none.db"), "{command:?}: {said}");
        assert!(!server.has_file("sub") && !server.has_file("copy.db"), "{command:?}");
    }
}

#[tokio::test]
async fn a_database_is_copied_while_the_server_runs() {
    let server = Server::start_with(&[OWN, ("DATABASE_URL", "sqlite://v.db")]).await;
    let (is_done, said) = server.command(&["backup", "copy.db"]);
    assert!(is_done && said.starts_with("the database was copied to copy.db\nthe keys of people"), "{said}");
    assert!(server.has_file("copy.db.keys"));
    let ended = server.dialogue(&["ledger", "verify"], &[("DATABASE_URL", "sqlite://copy.db")]).end();
    assert_eq!(ended.out, "the ledger is sound\n");
    assert!(!server.command(&["backup", "copy.db"]).0, "it replaces nothing");
    assert_eq!(server.command(&["health"]), (true, "ok\n".into()));
}

#[tokio::test]
async fn the_webhook_of_telegram_is_set_shown_and_removed() {
    let server = Server::start_with(&[OWN]).await;
    assert!(server.command(&["telegram", "set-webhook", "--delete"]).0);
    assert!(server.command(&["telegram", "show"]).1.contains("posted to nowhere"));
    assert!(!server.command(&["doctor"]).0, "a bot that nobody posts for is a fault");
    assert!(server.command(&["telegram", "set-webhook"]).0);
    let (shown, url) =
        (server.command(&["telegram", "show"]).1, format!("{}/webhooks/telegram", server.base));
    assert!(shown.contains(&url) && shown.contains("@ventanilla_bot"), "{shown}");
    assert!(server.command(&["doctor"]).0);
}

/// The whole rotation of both keys, as docs/keys.md says it. Backup codes and the audit log outlive their secrets.
async fn rotate(server: &mut Server) {
    let mail = json!({"email": "keys@example.com", "password": PASSWORD});
    let person = server.post("/api/v1/auth/register", mail.clone()).await.json::<Value>().await.unwrap();
    assert!(person["access_token"].is_string(), "{person}");
    server.ask("+525512340001", "ayuda", "saldo").await;
    until(|| server.command(&["audit", "verify"]).1.contains("head ")).await;
    assert!(server.command(&["keys", "status"]).1.contains("ENCRYPTION_KEY alpha: "));

    let refused = server.dialogue(&["serve"], &[("ENCRYPTION_KEY", &key("beta", "b"))]).end();
    assert!(refused.code == Some(1) && refused.told.contains("lacks the key alpha"), "{}", refused.told);
    let exchanged = server.dialogue(&["serve"], &[("ENCRYPTION_KEY", &key("alpha", "z"))]).end();
    assert!(exchanged.code == Some(1) && exchanged.told.contains("alpha"), "{}", exchanged.told);
    let exchanged = server.dialogue(&["serve"], &[("HMAC_SECRET", &key("h1", "z"))]).end();
    assert!(exchanged.code == Some(1) && exchanged.told.contains("HMAC_SECRET"), "{}", exchanged.told);

    let both = format!("{},{}", key("beta", "b"), key("alpha", "a"));
    server.restart(&[("ENCRYPTION_KEY", &both)]).await;
    server.ask("+525512340001", "ayuda", "saldo").await;
    let (ok, before) = server.command(&["keys", "status"]);
    assert!(ok && before.contains("alpha") && before.contains("beta"), "{before}");
    let (ok, said) = server.command(&["keys", "reseal"]);
    assert!(ok && said.contains("no row needs another key"), "{said}");
    assert!(server.command(&["keys", "reseal"]).1.starts_with("rows sealed anew under beta: 0\n"));

    server.restart(&[("ENCRYPTION_KEY", &key("beta", "b")), ("HMAC_SECRET", &key("h2", "i"))]).await;
    let (ok, after) = server.command(&["keys", "status"]);
    assert!(ok && !after.contains("alpha") && after.contains("beta"), "{after}");
    assert_eq!(server.get("/health/ready").await.status(), 200);
    let listed = server.get("/api/v1/conversations").await.json::<Value>().await.unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    server.ask("+525512340001", "ayuda", "saldo").await;
    let (ok, said) = server.command(&["audit", "verify"]);
    assert!(ok, "{said}");
    let checked = server.get("/api/v1/events/verify").await.json::<Value>().await.unwrap();
    assert_eq!(checked["ok"], true);
}

async fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn keys_are_rotated_to_the_end_on_sqlite() {
    let keys = [("ENCRYPTION_KEY", &*key("alpha", "a")), ("HMAC_SECRET", &*key("h1", "h")), OWN];
    let mut server = Server::start_with(&keys).await;
    rotate(&mut server).await;
}

#[tokio::test]
async fn keys_are_rotated_to_the_end_on_postgres() {
    let keys = [("ENCRYPTION_KEY", &*key("alpha", "a")), ("HMAC_SECRET", &*key("h1", "h")), OWN];
    let mut server = Server::start_on_postgres(&keys).await;
    rotate(&mut server).await;
}

#[tokio::test]
async fn readiness_names_the_check_that_fails() {
    let server = Server::start_on_postgres(&[OWN]).await;
    server.sql("insert into __diesel_schema_migrations (version) values ('99999999999999')");
    let begun = Instant::now();
    let body = loop {
        let answer = server.get("/health/ready").await;
        if answer.status() == 503 {
            break answer.json::<Value>().await.unwrap();
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let checks =
        json!({"database": "ok", "writes": "ok", "migrations": "failed", "keys": "ok", "draining": false});
    assert_eq!(body, json!({"status": "unavailable", "checks": checks}));
    let refused = server.dialogue(&["serve"], &[]).end();
    assert!(refused.told.contains("newer"), "{}", refused.told);
    let status = server.command(&["migrate", "--status"]);
    assert!(!status.0 && status.1.contains("newer    99999999999999"), "{}", status.1);
}

#[tokio::test]
async fn only_pages_of_named_origins_may_call_and_nothing_is_kept_in_between() {
    let app = "https://app.example.com";
    let server = Server::start_with(&[OWN, ("CORS_ORIGINS", app)]).await;
    let preflight = |origin: &'static str| {
        server
            .client
            .request(reqwest::Method::OPTIONS, format!("{}/api/v1/transfers", server.base))
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .send()
    };
    let allowed = preflight(app).await.unwrap();
    assert_eq!(allowed.status(), 204);
    assert_eq!(allowed.headers()["access-control-allow-origin"], app);
    assert!(allowed.headers().contains_key("x-request-id"));
    for other in ["https://app.example.com.evil.example", "http://app.example.com", "null"] {
        let refused = preflight(other).await.unwrap();
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{other}");
    }
    let denied = server.client.get(format!("{}/api/v1/wallets", server.base)).header("Origin", app).send();
    let denied = denied.await.unwrap();
    assert_eq!(
        (denied.status().as_u16(), &denied.headers()["access-control-allow-origin"]),
        (401, &app.parse().unwrap())
    );
    assert_eq!(denied.headers()["cache-control"], "no-store");
    assert_eq!(server.get("/api/v1/wallets").await.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn metrics_need_no_token_on_their_own_address() {
    let address = crate::server::free_address();
    let server = Server::start_with(&[OWN, ("METRICS_BIND_ADDRESS", &address)]).await;
    let open = server.client.get(format!("http://{address}/metrics")).send().await.unwrap();
    assert_eq!(open.status(), 200);
    assert!(open.text().await.unwrap().contains("ventanilla_outbox_waiting"));
    let closed = server.client.get(format!("{}/metrics", server.base)).send().await.unwrap();
    assert_eq!(closed.status(), 401);
    let elsewhere = server.client.get(format!("http://{address}/api/v1/wallets")).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
}
