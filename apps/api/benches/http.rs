//! Measures the running server over HTTP. `cargo xtask bench` runs it; without arguments it does nothing.
//!
//! ```text
//! transfers ADDRESS NAME WARM-UP SECONDS CONNECTIONS…        TOKEN in the environment
//! webhooks  ADDRESS NAME WARM-UP SECONDS TO CONNECTIONS…     TWILIO_AUTH_TOKEN in the environment
//! ```
//!
//! It uses one thread and no HTTP client, to leave the cores to the server.
#![allow(
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first failure, and makes its ids as callers do"
)]

use adapter_twilio::sign_form;
use std::{
    env,
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};
use store_contracts::load::{ACCOUNTS, Dice, Measured, Window, wallet};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

/// Number of senders; each has a conversation of their own.
const SENDERS: u64 = 2_000;

/// Builds the next request from a connection's random numbers.
type Make = Arc<dyn Fn(&mut Dice) -> Vec<u8>>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (make, status, rest) = match words.as_slice() {
        ["transfers", address, rest @ ..] => (transfers(address), 201, (*address, rest)),
        ["webhooks", address, name, warm_up, seconds, to, connections @ ..] => {
            let rest = [&[*name, *warm_up, *seconds], connections].concat();
            return measure(&webhooks(address, to), 200, address, &rest).await;
        }
        _ => return,
    };
    measure(&make, status, rest.0, rest.1).await;
}

/// Transfers of one centavo each, from random wallets.
fn transfers(address: &str) -> Make {
    let head = format!(
        "POST /api/v1/transfers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\n",
        env::var("TOKEN").unwrap()
    );
    Arc::new(move |dice| {
        let (from, key) = (wallet(dice.below(ACCOUNTS)), Uuid::now_v7());
        let body = format!(
            r#"{{"from_wallet_id":"{from}","amount":"0.01","currency":"MXN","destination_account":"012345678901234567","client_tx_id":"{key}"}}"#
        );
        with_body(&head, &body)
    })
}

/// Webhooks with a message to `to`, posted and signed as Twilio does it.
fn webhooks(address: &str, to: &str) -> Make {
    let token = env::var("TWILIO_AUTH_TOKEN").unwrap();
    let (address, to) = (address.to_owned(), to.to_owned());
    Arc::new(move |dice| {
        let sender = format!("52155{:08}", dice.below(SENDERS));
        let body = Serializer::new(String::new())
            .append_pair("SmsMessageSid", "SM")
            .append_pair("NumMedia", "0")
            .append_pair("ProfileName", "Ana")
            .append_pair("MessageType", "text")
            .append_pair("WaId", &sender)
            .append_pair("SmsStatus", "received")
            .append_pair("Body", "hola, ¿cuál es mi saldo?")
            .append_pair("To", &to)
            .append_pair("NumSegments", "1")
            .append_pair("MessageSid", &format!("SM{}", Uuid::now_v7().simple()))
            .append_pair("From", &format!("whatsapp:+{sender}"))
            .append_pair("ApiVersion", "2010-04-01")
            .finish();
        let signature = sign_form(&token, &format!("http://{address}/webhooks/twilio"), body.as_bytes());
        let head = format!(
            "POST /webhooks/twilio HTTP/1.1\r\nHost: {address}\r\nX-Twilio-Signature: {signature}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n"
        );
        with_body(&head, &body)
    })
}

fn with_body(head: &str, body: &str) -> Vec<u8> {
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn measure(make: &Make, status: u16, address: &str, words: &[&str]) {
    let [name, warm_up, seconds, connections @ ..] = words else { panic!("too few arguments") };
    let span = |seconds: &str| Duration::from_secs_f64(seconds.parse().unwrap());
    for connections in connections {
        let window = Window::after(span(warm_up), span(seconds));
        let together = LocalSet::new();
        let calls = (0..connections.parse().unwrap()).map(|n| {
            let (make, address) = (make.clone(), address.to_owned());
            together.spawn_local(async move { call(&address, &make, status, Dice(n), window).await })
        });
        let calls: Vec<_> = calls.collect();
        let mut micros = Vec::new();
        together.await;
        for call in calls {
            micros.extend(call.await.unwrap());
        }
        let line = Measured::of(micros, span(seconds)).line(&format!("{name}_c{connections}"));
        io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// Sends requests over one connection, one at a time. Returns the microseconds that each took.
async fn call(address: &str, make: &Make, status: u16, mut dice: Dice, window: Window) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut answer, mut micros) = (Vec::new(), Vec::new());
    while window.is_open() {
        let request = make(&mut dice);
        let asked = Instant::now();
        stream.write_all(&request).await.unwrap();
        let found = read_answer(&mut stream, &mut answer).await;
        assert_eq!(found, status, "{}", String::from_utf8_lossy(&answer));
        window.count(asked, &mut micros);
    }
    micros
}

/// Reads one complete response and returns its status.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> u16 {
    answer.clear();
    loop {
        assert_ne!(stream.read_buf(answer).await.unwrap(), 0, "the server closed the connection");
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&answer[..head]).unwrap();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        if answer.len() >= head + 4 + length.expect("a response with a Content-Length") {
            return text[9..12].parse().unwrap();
        }
    }
}
