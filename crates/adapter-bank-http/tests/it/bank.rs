//! A bank for tests, and a client that calls it.

use adapter_bank_http::{BankClient, BankConfig, ClientAuthentication, TlsFiles};
use domain::{
    ids::TransferId,
    money::{
        Currency, Money,
        account_number::AccountNumber,
        bank::{BankOrder, BankReference, OperatingDate, SubmitOutcome},
    },
    phone::Region,
};
use ports::money::core_bank::{BankAnswer, CoreBank};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};
use testkit::{MovableClock, SeededRandom};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

pub(crate) const CLIENT: &str = "ventanilla";
pub(crate) const SECRET: &str = "a+secret/with=signs";
pub(crate) const ACCOUNT: &str = "646180000100000007";
pub(crate) const PAYEE: &str = "012180001183597196";
/// Long enough for an answer of this machine, short enough to wait for its end.
const PATIENCE: Duration = Duration::from_millis(1500);

pub(crate) fn config(base: &str) -> BankConfig {
    BankConfig {
        base: base.parse().unwrap(),
        token_url: format!("{base}/oauth/token").parse().unwrap(),
        client_id: CLIENT.into(),
        authentication: ClientAuthentication::SecretBasic(SECRET.into()),
        scope: Some("payments".into()),
        tls: TlsFiles::default(),
        account: ACCOUNT.into(),
        connect_timeout: PATIENCE,
        timeout: PATIENCE,
    }
}

pub(crate) fn client(config: BankConfig) -> BankClient {
    BankClient::new(config, Arc::<MovableClock>::default(), Arc::new(SeededRandom::of(7))).unwrap()
}

pub(crate) fn order() -> BankOrder {
    BankOrder {
        reference: reference(),
        operating_date: date(),
        amount: Money::new(10_050, Currency::MXN),
        creditor: AccountNumber::parse(PAYEE, Region::MEXICO).unwrap(),
        creditor_name: Some("Ana".into()),
        concept: Some("renta".into()),
    }
}

pub(crate) fn reference() -> BankReference {
    BankReference::of(TransferId(uuid::Uuid::from_u128(7)))
}

pub(crate) fn date() -> OperatingDate {
    OperatingDate::new("2026-03-10".parse().unwrap())
}

/// A payment as the bank shows it.
pub(crate) fn shown(status: &str) -> Value {
    json!({
        "reference": reference().as_str(), "bank_id": "B1", "status": status, "amount": "100.50", "currency": "MXN",
    })
}

pub(crate) fn token(name: &str) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({"access_token": name, "token_type": "Bearer", "expires_in": 3600}))
}

/// A bank that gives tokens.
pub(crate) async fn bank() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/oauth/token")).respond_with(token("t1")).mount(&server).await;
    server
}

/// A bank that gives tokens and answers payments.
pub(crate) async fn bank_answering(answer: ResponseTemplate) -> MockServer {
    let server = bank().await;
    Mock::given(method("POST")).and(path("/transfers")).respond_with(answer).mount(&server).await;
    server
}

/// What comes of a payment.
pub(crate) async fn submitted(answer: ResponseTemplate) -> BankAnswer<SubmitOutcome> {
    let server = bank_answering(answer).await;
    client(config(&server.uri())).submit(&order()).await
}

/// The requests to a path, in order.
pub(crate) async fn requests(server: &MockServer, path: &str) -> Vec<Request> {
    let all = server.received_requests().await.unwrap();
    all.into_iter().filter(|request| request.url.path() == path).collect()
}

pub(crate) fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// A bank that gives tokens, and does something else with every other request.
pub(crate) fn misbehaving(act: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let head = read_request(&mut stream);
                if head.starts_with("POST /oauth/token") {
                    let body = json!({"access_token": "t1", "token_type": "Bearer"}).to_string();
                    write_answer(&mut stream, &body);
                } else {
                    act(stream);
                }
            });
        }
    });
    base
}

/// Reads a request to the end of its body, and gives its head.
pub(crate) fn read_request(stream: &mut impl Read) -> String {
    let (mut read, mut byte) = (Vec::new(), [0]);
    while !read.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        read.push(byte[0]);
    }
    let head = String::from_utf8(read).unwrap();
    let length =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _whole = stream.read_exact(&mut body);
    head
}

pub(crate) fn write_answer(stream: &mut impl Write, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    // The client may be gone.
    let _sent = stream.write_all(format!("{head}{body}").as_bytes()).and_then(|()| stream.flush());
}

/// An address at which nobody listens.
pub(crate) fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
