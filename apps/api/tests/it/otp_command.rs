//! `ventanilla otp`: the command as a process, driven over its standard input.

use crate::server::{Dialogue, Ended, Server};
use std::process::Command;

const NUMBER: &str = "+525512340001";
/// A database that no server uses: what arrives on the phone was sent by the command itself.
const ALONE: [(&str, &str); 1] = [("DATABASE_URL", "sqlite://data/alone.db")];
const OWN: [(&str, &str); 2] = [("DATABASE_URL", "sqlite://data/alone.db"), ("VERIFY_PROVIDER", "self")];

fn wrong(code: &str) -> &'static str {
    if code == "000100" { "000101" } else { "000100" }
}

/// What a command said, for a test that fails.
fn said(ended: &Ended) -> String {
    format!("{:?}\n{}\n{}", ended.code, ended.out, ended.told)
}

async fn newest(server: &Server, phone: &str) -> u64 {
    server.inbox(phone, 0).await.last().map_or(0, |message| message["seq"].as_u64().unwrap())
}

/// Types a wrong code and then the right one; returns what the command said.
async fn proved(server: &Server, to: &str, channel: &str, settings: &[(&str, &str)]) -> Ended {
    let since = newest(server, to).await;
    let mut conversation = server.dialogue(&["otp", "send", to, "--channel", channel], settings);
    let code = server.code(to, channel, since).await;
    conversation.type_line(wrong(&code));
    conversation.type_line("not a code");
    conversation.type_line(&code);
    let ended = conversation.end();
    assert!(!ended.told.contains(&code), "the code is told: {}", ended.told);
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_proved_from_a_terminal_with_either_code_provider() {
    let server = Server::start().await;
    for (to, channel, settings) in [
        (NUMBER, "sms", ALONE.as_slice()),
        (NUMBER, "call", &ALONE),
        ("+525512340002", "sms", &OWN),
        ("+523312340003", "whatsapp", &OWN),
        ("ana@example.com", "email", &OWN),
        ("beto@example.com", "email", &ALONE),
    ] {
        let ended = proved(&server, to, channel, settings).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), "approved\n"), "{channel}: {}", said(&ended));
        assert!(ended.told.contains("wrong code; 2 check attempts left"), "{}", ended.told);
        assert!(ended.told.contains("a code has 4 to 10 digits"), "{}", ended.told);
        assert!(!ended.told.contains(to), "the log tells the whole number: {}", ended.told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_server_a_code_goes_out_once() {
    let own = [("VERIFY_PROVIDER", "self")];
    for server in [Server::start_with(&own).await, Server::start_on_postgres(&own).await] {
        for to in ["+525512340001", "+525512340002", "+525512340003"] {
            let ended = proved(&server, to, "sms", &[]).await;
            assert_eq!(ended.code, Some(0), "{}", said(&ended));
            assert_eq!(server.inbox(to, 0).await.len(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_arguments_are_asked_for() {
    let server = Server::start().await;
    let mut conversation = server.dialogue(&["otp", "send"], &OWN);
    for line in ["12", "55 1234 0001", "call", "sms"] {
        conversation.type_line(line);
    }
    let code = server.code(NUMBER, "sms", 0).await;
    conversation.type_line(&code);
    let ended = conversation.end();
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "approved\n"), "{}", said(&ended));
    assert!(ended.told.contains("not a possible phone number"), "{}", ended.told);
    assert!(
        ended.told.contains("must be one of: whatsapp, sms"),
        "we make no calls ourselves: {}",
        ended.told
    );
    let nobody = server.dialogue(&["otp", "send"], &OWN).end();
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""), "{}", said(&nobody));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_input_the_id_is_printed_and_checked_later() {
    let server = Server::start().await;
    for (to, settings) in [(NUMBER, ALONE.as_slice()), ("+525512340002", &OWN)] {
        let sent = server.dialogue(&["otp", "send", to, "--channel", "sms"], settings).end();
        assert_eq!(sent.code, Some(0), "{}", said(&sent));
        let id = sent.out.trim();
        let code = server.code(to, "sms", 0).await;
        let check = |which: &str, code: &str| server.dialogue(&["otp", "check", which, code], settings).end();
        let by_number = check(to, wrong(&code));
        assert_eq!((by_number.code, by_number.out.as_str()), (Some(1), "not approved\n"));
        assert!(by_number.told.contains("2 check attempts left"), "{}", by_number.told);
        let by_id = check(id, &code);
        assert_eq!((by_id.code, by_id.out.as_str()), (Some(0), "approved\n"), "{}", said(&by_id));
        assert_eq!(check(id, &code).code, Some(1), "it works once");
        let stranger = server.dialogue(&["otp", "check", id, &code, "--client", "other"], settings).end();
        assert_eq!((stranger.code, stranger.out.as_str()), (Some(1), ""), "another team's");
    }
    let first = server.dialogue(&["otp", "send", "+525512340003", "--channel", "sms"], &OWN).end();
    let soon = server.dialogue(&["otp", "send", "+525512340003", "--channel", "sms"], &OWN).end();
    assert_eq!((soon.code, soon.out.as_str()), (Some(1), ""), "{}", said(&soon));
    assert!(soon.told.contains(first.out.trim()), "how to check the one before is told: {}", soon.told);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_attempts_run_out_and_an_empty_line_stops() {
    let server = Server::start().await;
    let mut conversation = server.dialogue(&["otp", "send", NUMBER, "--channel", "sms"], &OWN);
    let code = server.code(NUMBER, "sms", 0).await;
    for _ in 0..3 {
        conversation.type_line(wrong(&code));
    }
    let spent = conversation.end();
    assert_eq!((spent.code, spent.out.as_str()), (Some(1), "not approved\n"), "{}", said(&spent));
    assert!(spent.told.contains("no check attempts left"), "{}", spent.told);
    let mut conversation = server.dialogue(&["otp", "send", "+525512340002", "--channel", "sms"], &OWN);
    conversation.type_line("");
    let given_up = conversation.end();
    assert_eq!((given_up.code, given_up.out.as_str()), (Some(1), "not approved\n"), "{}", said(&given_up));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_cannot_be_delivered_is_not_asked_for() {
    let server = Server::start().await;
    let fault = serde_json::json!({"provider": "twilio", "kind": "status", "operation": "messages.sms",
        "status": 400, "body": {"code": 21211, "message": "Invalid 'To' number", "status": 400}, "times": 1});
    let set = server.client.post(format!("{}/sandbox/faults", server.sandbox)).json(&fault).send().await;
    assert!(set.unwrap().status().is_success());
    let ended = server.dialogue(&["otp", "send", NUMBER, "--channel", "sms"], &OWN).end();
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{}", said(&ended));
    assert!(ended.told.contains("could not be delivered"), "{}", ended.told);
}

/// Runs the command in production with these settings only, and without input.
fn in_production(arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ventanilla"));
    let program = program.env_clear().env("APP_ENV", "production").envs(settings.iter().copied());
    Dialogue::begin(program.args(arguments)).end()
}

#[test]
fn missing_settings_are_named_and_nothing_is_sent() {
    const LONG: &str = "a secret that is long enough for production";
    let nothing = in_production(&["otp", "send", NUMBER], &[]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(2), ""), "{}", said(&nothing));
    for name in ["JWT_SECRET", "TWILIO_AUTH_TOKEN", "VERIFY_SERVICE_SID"] {
        assert!(nothing.told.contains(name), "{name}: {}", nothing.told);
    }
    let some = [
        ("PUBLIC_BASE_URL", "https://ventanilla.example.com"),
        ("JWT_SECRET", LONG),
        ("HMAC_SECRET", "another secret that is long enough for production"),
        ("ENCRYPTION_KEY", "a third secret that is long enough for production"),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_AUTH_TOKEN", LONG),
        ("TWILIO_WHATSAPP_FROM", "whatsapp:+14155238886"),
        ("VERIFY_PROVIDER", "self"),
        ("DATABASE_URL", "sqlite:///nowhere/at/all.db"),
    ];
    for (to, channel, lacks) in [
        (NUMBER, "sms", "TWILIO_SMS_FROM"),
        (NUMBER, "call", "VERIFY_PROVIDER=twilio, VERIFY_SERVICE_SID"),
        ("ana@example.com", "email", "SMTP_URL, MAIL_FROM"),
    ] {
        let ended = in_production(&["otp", "send", to, "--channel", channel], &some);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{}", said(&ended));
        assert!(ended.told.contains("ok    whatsapp\n"), "{}", ended.told);
        assert!(
            ended.told.contains(&format!("codes can't be sent by {channel}: set {lacks}")),
            "{}",
            ended.told
        );
        assert!(!ended.told.contains(LONG), "{}", ended.told);
    }
    let address = in_production(&["otp", "send", "ana@example.com"], &some);
    assert_eq!(address.code, Some(2), "no ready channel reaches it: {}", said(&address));
}
