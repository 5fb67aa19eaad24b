//! What goes over the wire, and what is made of each answer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_smtp::{SmtpMailer, is_address};
use domain::{identity::EmailAddress, ids::MessageId, locale::Locale};
use ports::{
    mailer::{Mail, Mailer},
    message_channel::{Retry, SendOutcome},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use uuid::Uuid;

/// How the server ends a mail.
#[derive(Clone, Copy)]
enum End {
    Says(&'static str),
    HangsUp,
}

/// A server that takes one client, says `rcpt` to a recipient and `end` to a mail; it tells all that it heard.
async fn server(rcpt: &'static str, end: End) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(BufReader::new(stream), rcpt, end).await
    });
    (url, heard)
}

async fn converse(mut stream: BufReader<TcpStream>, rcpt: &str, end: End) -> String {
    let (mut heard, mut in_mail) = (String::new(), false);
    stream.write_all(b"220 here\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return heard;
        }
        heard.push_str(&line);
        let answer = match (in_mail, line.trim_end()) {
            (true, ".") => match end {
                End::Says(answer) => {
                    in_mail = false;
                    answer
                }
                End::HangsUp => return heard,
            },
            (true, _) => continue,
            (false, "DATA") => {
                in_mail = true;
                "354 go on"
            }
            (false, "QUIT") => return heard,
            (false, line) if line.starts_with("RCPT") => rcpt,
            (false, line) if line.starts_with("EHLO") => "250-here\r\n250 8BITMIME",
            (false, _) => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        if answer.starts_with(['4', '5']) {
            return heard;
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
    (outcome, heard.await.unwrap())
}

#[tokio::test]
async fn a_mail_goes_out_in_plain_words_and_html_under_our_id() {
    let (outcome, heard) = send("250 ok", End::Says("250 taken")).await;
    let id = format!("{}@ventanilla.example", Uuid::from_u128(7));
    assert_eq!(outcome, SendOutcome::Sent { provider_id: id.clone() });
    assert!(heard.contains(&format!("Message-ID: <{id}>")), "{heard}");
    assert!(
        heard.contains("MAIL FROM:<caja@ventanilla.example>") && heard.contains("RCPT TO:<ana@example.com>")
    );
    let (plain, html) = (heard.find("text/plain").unwrap(), heard.find("text/html").unwrap());
    assert!(plain < html && heard.contains("multipart/alternative"));
    assert!(heard.contains("Subject: =?utf-8?"), "the subject is encoded: {heard}");
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    for (rcpt, end) in [("450 later", End::HangsUp), ("250 ok", End::Says("451 later"))] {
        let (outcome, _) = send(rcpt, end).await;
        let SendOutcome::Rejected { retry, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(retry, Retry::After(None));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_again() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let outcome = send_to(&format!("smtp://{gone}")).await;
    assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::After(None), .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_final_and_its_address_is_not_told() {
    let (outcome, _) = send("550 no such ana@example.com", End::HangsUp).await;
    let SendOutcome::Rejected { code, reason, retry } = outcome else { panic!("{outcome:?}") };
    assert_eq!((code.as_deref(), retry), (Some("550"), Retry::Never));
    assert!(!reason.contains("ana"), "{reason}");
}

#[tokio::test]
async fn a_connection_lost_after_the_mail_leaves_a_doubt() {
    let (outcome, heard) = send("250 ok", End::HangsUp).await;
    assert!(heard.contains("123456"), "it was sent");
    assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
}

#[test]
fn only_servers_are_taken() {
    for url in
        ["smtp://127.0.0.1:25", "smtps://u:p@mail.example.com", "smtp://mail.example.com:587?tls=required"]
    {
        assert!(is_address(url), "{url}");
    }
    for url in ["", "mail.example.com", "http://mail.example.com", "smtp://mail.example.com?tls=perhaps"] {
        assert!(!is_address(url), "{url}");
    }
}
