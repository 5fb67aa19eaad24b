//! Mail over TCP.

use crate::world::World;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const MAIL: &str = "From: Ventanilla <hola@example.com>\r\nTo: Ana@example.com\r\nSubject: =?utf-8?Q?C=C3=B3digo?=\r\n\
                    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                    Tu código es 123456.\r\n..punto\r\n.\r\n";

pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) async fn greet(world: &World) -> Self {
        let mut client = Self(BufReader::new(TcpStream::connect(&world.mail).await.unwrap()));
        assert_eq!(client.reply().await, "220");
        assert_eq!(client.tell("EHLO client\r\n").await, "250");
        client
    }

    /// The code of the next reply; empty when the connection is closed.
    async fn reply(&mut self) -> String {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.unwrap_or(0) == 0 {
                return String::new();
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.get(..3).unwrap().to_owned();
            }
        }
    }

    async fn tell(&mut self, text: &str) -> String {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.reply().await
    }

    pub(crate) async fn send(&mut self, to: &str, mail: &str) -> String {
        assert_eq!(self.tell("MAIL FROM:<bounce@example.com>\r\n").await, "250");
        assert_eq!(self.tell(&format!("RCPT TO:<{to}>\r\n")).await, "250");
        assert_eq!(self.tell("DATA\r\n").await, "354");
        self.tell(mail).await
    }
}

#[tokio::test]
async fn a_mail_is_shown_under_its_address() {
    let world = World::start();
    let mut client = Client::greet(&world).await;
    assert_eq!(client.tell("AUTH PLAIN AHVzZXIAcGFzcw==\r\n").await, "235");
    assert_eq!(client.send("Ana@example.com", MAIL).await, "250");
    assert_eq!(client.send("luz@example.com", MAIL).await, "250", "a second one on the same connection");
    assert_eq!(client.tell("QUIT\r\n").await, "221");
    let shown = world.inbox("ana@example.com").await;
    assert_eq!(
        (shown.len(), &shown[0]["channel"], &shown[0]["provider"]),
        (1, &json!("email"), &json!("smtp"))
    );
    assert_eq!((&shown[0]["subject"], &shown[0]["from"]), (&json!("Código"), &json!("hola@example.com")));
    assert_eq!(shown[0]["body"], "Tu código es 123456.\n.punto");
    assert_eq!(world.inbox("luz@example.com").await.len(), 1);
    assert_eq!(world.requests("smtp").await[0]["status"], 250);
    world.stop().await;
}

#[tokio::test]
async fn commands_may_come_all_at_once() {
    let world = World::start();
    let mut client = Client::greet(&world).await;
    let first = client.tell("MAIL FROM:<a@example.com>\r\nRCPT TO:<ana@example.com>\r\nDATA\r\n").await;
    assert_eq!(
        (first.as_str(), client.reply().await.as_str(), client.reply().await.as_str()),
        ("250", "250", "354")
    );
    assert_eq!(client.tell(MAIL).await, "250");
    world.stop().await;
}

#[tokio::test]
async fn a_bare_line_feed_ends_no_mail() {
    let world = World::start();
    let mut client = Client::greet(&world).await;
    let smuggled = "Subject: uno\r\n\r\nhola\n.\nMAIL FROM:<x@example.com>\r\n.\r\n";
    assert_eq!(client.send("ana@example.com", smuggled).await, "250");
    let shown = world.inbox("ana@example.com").await;
    assert_eq!(shown.len(), 1);
    assert!(shown[0]["body"].as_str().unwrap().contains("MAIL FROM"));
    world.stop().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_next_is_taken() {
    let world = World::start();
    let mut client = Client::greet(&world).await;
    let large = format!("Subject: x\r\n\r\n{}\r\n.\r\n", "x".repeat(10 << 20));
    assert_eq!(client.send("ana@example.com", &large).await, "552");
    assert_eq!(client.send("ana@example.com", MAIL).await, "250");
    assert_eq!(world.inbox("ana@example.com").await.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn faults_refuse_lose_and_hang_up() {
    let world = World::start();
    let fault = |kind: &str, status: Option<u16>| json!({"provider": "smtp", "operation": "send", "kind": kind, "status": status, "times": 1});
    for status in [450, 550] {
        world.fault(fault("status", Some(status))).await;
        let mut client = Client::greet(&world).await;
        assert_eq!(client.send("ana@example.com", MAIL).await, status.to_string());
    }
    world.fault(fault("reset", None)).await;
    assert_eq!(Client::greet(&world).await.send("ana@example.com", MAIL).await, "");
    assert!(world.inbox("ana@example.com").await.is_empty());
    world.fault(fault("drop_reply", None)).await;
    assert_eq!(Client::greet(&world).await.send("ana@example.com", MAIL).await, "");
    assert_eq!(world.inbox("ana@example.com").await.len(), 1, "the mail was taken");
    let faults: Vec<_> = world.requests("smtp").await.iter().map(|r| r["fault"].clone()).collect();
    assert_eq!(faults, ["status", "status", "reset", "drop_reply"]);
    world.stop().await;
}
