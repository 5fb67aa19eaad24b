//! The commands that go to the server, and the outcome of each answer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_smtp::{SmtpMailer, is_address};
use domain::{email::EmailAddress, ids::MessageId, locale::Locale};
use ports::messaging::{
    mailer::{Mail, Mailer},
    message_channel::{Retry, SendOutcome},
};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// What the server does at the end of a mail.
#[derive(Clone, Copy)]
enum End {
    Says(&'static str),
    HangsUp,
}

/// Starts a server that answers a recipient with `rcpt` and a mail with `end`. Returns its URL and the lines
/// that it receives.
async fn server(rcpt: &'static str, end: End) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = heard.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            converse(BufReader::new(stream), rcpt, end, &ear).await;
        }
    });
    (url, heard)
}

async fn converse(mut stream: BufReader<TcpStream>, rcpt: &str, end: End, heard: &Mutex<String>) {
    let mut in_mail = false;
    stream.write_all(b"220 here\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        heard.lock().unwrap().push_str(&line);
        let answer = match (in_mail, line.trim_end()) {
            (true, ".") => match end {
                End::Says(answer) => {
                    in_mail = false;
                    answer
                }
                End::HangsUp => return,
            },
            (true, _) => continue,
            (false, "DATA") => {
                in_mail = true;
                "354 go on"
            }
            (false, "QUIT") => {
                let _client_may_be_gone = stream.write_all(b"221 bye\r\n").await;
                return;
            }
            (false, line) if line.starts_with("RCPT") => rcpt,
            (false, line) if line.starts_with("EHLO") => "250-here\r\n250 8BITMIME",
            (false, _) => "250 ok",
        };
        if stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn mail() -> Mail {
    Mail {
        id: MessageId(Uuid::from_u128(7)),
        to: EmailAddress::parse("ana@example.com").unwrap(),
        subject: "Tu código".into(),
        text: "Tu codigo es 123456".into(),
        html: "<p>Tu codigo es 123456</p>".into(),
        locale: Locale::Es,
    }
}

async fn send_to(url: &str) -> SendOutcome {
    let from = EmailAddress::parse("caja@ventanilla.example").unwrap();
    SmtpMailer::new(&url.to_owned().into(), &from).unwrap().send(&mail()).await
}

async fn send(rcpt: &'static str, end: End) -> (SendOutcome, String) {
    let (url, heard) = server(rcpt, end).await;
    let outcome = send_to(&url).await;
    let heard = heard.lock().unwrap().clone();
    (outcome, heard)
}

#[tokio::test]
async fn a_mail_goes_out_as_plain_text_and_html_with_our_id() {
    let (outcome, heard) = send("250 ok", End::Says("250 taken")).await;
    let id = format!("{}@ventanilla.example", Uuid::from_u128(7));
    assert_eq!(outcome, SendOutcome::Sent { provider_id: id.clone() });
    assert!(heard.contains(&format!("Message-ID: <{id}>")), "{heard}");
    assert!(
        heard.contains("Auto-Submitted: auto-generated") && heard.contains("Content-Language: "),
        "{heard}"
    );
    assert!(
        heard.contains("MAIL FROM:<caja@ventanilla.example>") && heard.contains("RCPT TO:<ana@example.com>")
    );
    let (plain, html) = (heard.find("text/plain").unwrap(), heard.find("text/html").unwrap());
    assert!(plain < html && heard.contains("multipart/alternative"));
    assert!(heard.contains("Subject: ") && heard.contains("=?utf-8?"), "the subject is encoded: {heard}");
}

#[tokio::test]
async fn a_busy_server_is_tried_again() {
    for (rcpt, end) in [("450 later", End::HangsUp), ("250 ok", End::Says("451 later"))] {
        let (outcome, _) = send(rcpt, end).await;
        let SendOutcome::Rejected { retry, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(retry, Retry::After(None));
    }
}

#[tokio::test]
async fn an_unreachable_server_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let outcome = send_to(&format!("smtp://{gone}")).await;
    assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::After(None), .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_final_and_its_address_is_not_logged() {
    let (outcome, _) = send("550 no such ana@example.com", End::HangsUp).await;
    let SendOutcome::Rejected { code, reason, retry } = outcome else { panic!("{outcome:?}") };
    assert_eq!((code.as_deref(), retry), (Some("550"), Retry::Never));
    assert!(!reason.contains("ana"), "{reason}");
}

#[tokio::test]
async fn a_connection_lost_after_the_mail_means_an_unknown_outcome() {
    let (outcome, heard) = send("250 ok", End::HangsUp).await;
    assert!(heard.contains("123456"), "it was sent");
    assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
}

#[test]
fn only_urls_of_servers_are_accepted() {
    for url in
        ["smtp://127.0.0.1:25", "smtps://u:p@mail.example.com", "smtp://mail.example.com:587?tls=required"]
    {
        assert!(is_address(url), "{url}");
    }
    for url in ["", "mail.example.com", "http://mail.example.com", "smtp://mail.example.com?tls=perhaps"] {
        assert!(!is_address(url), "{url}");
    }
}
