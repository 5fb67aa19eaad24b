//! What goes over the wire, and what a client makes of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use chrono::Duration;
use provider_http::{
    Answer, BreakerRules, Call, ClientSettings, ProviderClient, Repeat, Retries, TransportError,
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};
use testkit::{MovableClock, ZeroRandom};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

fn client(settings: ClientSettings) -> ProviderClient {
    let client = ProviderClient::new("bank", settings, Arc::<MovableClock>::default()).unwrap();
    client.with_retries(Retries::default(), Arc::new(ZeroRandom))
}

fn plain() -> ProviderClient {
    client(ClientSettings::default())
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn calls(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// Makes the call; the status that came, or why none did.
async fn outcome(call: Call<'_>) -> Result<u16, TransportError> {
    call.send().await.map(|answer| answer.status.as_u16())
}

/// Accepts one request, writes `answer`, which may be incomplete, and closes the connection.
fn hangs_up(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = [0; 4096];
        let _ = stream.read(&mut read).unwrap();
        stream.write_all(answer).unwrap();
    });
    address
}

/// An address at which nobody listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn an_answer_of_any_status_has_its_wait_and_its_body() {
    for status in [200, 302, 404, 500] {
        let answer = ResponseTemplate::new(status).insert_header("retry-after", "7").set_body_string("[1,2]");
        let server = server(answer).await;
        let answer: Answer = plain().get("payments.read", &server.uri()).send().await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.retry_after), (status, Some(7)));
        assert_eq!(answer.json::<[u8; 2]>(), Some([1, 2]));
        assert_eq!(answer.json::<String>(), None, "another shape");
    }
}

#[tokio::test]
async fn after_five_failures_no_call_is_made_and_later_one_tries_again() {
    let server = server(ResponseTemplate::new(500)).await;
    let clock = Arc::<MovableClock>::default();
    let client =
        ProviderClient::new("bank", ClientSettings::default(), Arc::<MovableClock>::clone(&clock)).unwrap();
    let call = || outcome(client.post("payments.create", &server.uri()));
    for _ in 0..5 {
        assert_eq!(call().await, Ok(500));
    }
    assert_eq!(call().await, Err(TransportError::NotSent("the circuit is open")));
    assert_eq!(calls(&server).await, 5);
    clock.advance(Duration::seconds(10));
    assert_eq!(call().await, Ok(500));
    assert_eq!(calls(&server).await, 6);
}

#[tokio::test]
async fn a_courtesy_does_not_count_and_is_not_made_while_the_breaker_is_open() {
    let server = server(ResponseTemplate::new(500)).await;
    let clock = Arc::<MovableClock>::default();
    let client =
        ProviderClient::new("bank", ClientSettings::default(), Arc::<MovableClock>::clone(&clock)).unwrap();
    let courtesy = || outcome(client.post("receipts.create", &server.uri()).courtesy());
    for _ in 0..6 {
        assert_eq!(courtesy().await, Ok(500), "courtesies don't open the breaker");
    }
    for _ in 0..5 {
        assert_eq!(outcome(client.post("payments.create", &server.uri())).await, Ok(500));
    }
    clock.advance(Duration::seconds(10));
    assert_eq!(courtesy().await, Err(TransportError::NotSent("the circuit is open")), "nor are they a trial");
    assert_eq!(calls(&server).await, 11);
}

#[tokio::test]
async fn a_call_over_the_bound_of_calls_at_once_is_not_made() {
    let server = server(ResponseTemplate::new(200)).await;
    let client = client(ClientSettings { calls_max: Some(2), ..ClientSettings::default() });
    let call = || outcome(client.post("texts.parse", &server.uri()));
    let (one, two, three) = tokio::join!(call(), call(), call());
    assert_eq!((one, two, three), (Ok(200), Ok(200), Err(TransportError::TOO_MANY_CALLS)));
    assert_eq!(call().await, Ok(200), "a place is free again");
    assert_eq!(calls(&server).await, 3);
}

#[tokio::test]
async fn a_call_may_count_refusals_as_failures() {
    let server = server(ResponseTemplate::new(401)).await;
    let breaker = BreakerRules { failures_max: 2, ..BreakerRules::default() };
    let client = client(ClientSettings { breaker, ..ClientSettings::default() });
    let call = || outcome(client.post("texts.parse", &server.uri()));
    for _ in 0..3 {
        assert_eq!(call().await, Ok(401), "a refusal is an answer");
    }
    let strict = || {
        let call = client.post("texts.parse", &server.uri());
        outcome(call.counts_as_working(|answer| answer.status.is_success()))
    };
    assert_eq!((strict().await, strict().await), (Ok(401), Ok(401)));
    assert_eq!(strict().await, Err(TransportError::CIRCUIT_OPEN));
}

#[tokio::test]
async fn a_refused_connection_or_a_bad_address_means_that_nothing_was_sent() {
    let refused = outcome(plain().post("payments.create", &closed())).await;
    assert_eq!(refused, Err(TransportError::NotSent("no connection")));
    let bad = outcome(plain().post("payments.create", "no address")).await;
    assert_eq!(bad, Err(TransportError::NotSent("the request can't be built")));
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_means_a_lost_response() {
    for answer in [b"".as_slice(), b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"id"] {
        let lost = outcome(plain().post("payments.create", &hangs_up(answer))).await;
        assert_eq!(lost, Err(TransportError::ResponseLost("the connection was lost")));
    }
}

#[tokio::test]
async fn a_call_without_an_answer_in_time_may_have_been_processed() {
    let server = server(ResponseTemplate::new(200).set_delay(std::time::Duration::from_mins(1))).await;
    let call = plain();
    let call = call.post("payments.create", &server.uri()).timeout(std::time::Duration::from_millis(200));
    assert_eq!(outcome(call).await, Err(TransportError::ResponseLost("no answer in time")));
}

#[tokio::test]
async fn a_body_over_the_bound_is_an_error_and_a_call_may_raise_the_bound() {
    let server = server(ResponseTemplate::new(200).set_body_string("x".repeat(101))).await;
    let client = client(ClientSettings { body_bytes_max: 100, ..ClientSettings::default() });
    let download = || client.get("media.read", &server.uri());
    let too_large = Err(TransportError::ResponseLost("the response is too large"));
    assert_eq!(outcome(download()).await, too_large);
    assert_eq!(outcome(download().body_bytes_max(101)).await, Ok(200));
    // A body whose length is not announced is counted while it comes.
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3c\r\n\
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n3c\r\n\
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n";
    assert_eq!(outcome(client.get("media.read", &hangs_up(chunked))).await, too_large);
    assert_eq!(outcome(client.get("media.read", &hangs_up(chunked)).body_bytes_max(120)).await, Ok(200));
}

#[tokio::test]
async fn a_server_error_is_repeated_only_where_that_is_safe() {
    for (repeat, expected) in [(Repeat::Safely, 4), (Repeat::WhenRefused, 1), (Repeat::Never, 1)] {
        let server = server(ResponseTemplate::new(503)).await;
        let client = plain();
        assert_eq!(outcome(client.post("payments.create", &server.uri()).repeat(repeat)).await, Ok(503));
        assert_eq!(calls(&server).await, expected, "{repeat:?}");
    }
}

#[tokio::test]
async fn a_repeated_call_is_the_same_call() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "0"))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(ResponseTemplate::new(201)).mount(&server).await;
    let client = plain();
    let call = client.post("payments.create", &server.uri()).repeat(Repeat::WhenRefused);
    let call = call.with(|request| request.header("idempotency-key", "k1").json(&[1, 2]));
    assert_eq!(outcome(call).await, Ok(201));
    let sent = server.received_requests().await.unwrap();
    assert_eq!(sent.len(), 3);
    for request in sent {
        assert_eq!(request.headers["idempotency-key"], "k1");
        assert_eq!(request.body, b"[1,2]");
    }
}

#[tokio::test]
async fn a_wait_over_the_bound_ends_the_retries() {
    let server = server(ResponseTemplate::new(429).insert_header("retry-after", "6")).await;
    let client = plain();
    assert_eq!(outcome(client.post("payments.create", &server.uri()).repeat(Repeat::Safely)).await, Ok(429));
    assert_eq!(calls(&server).await, 1);
}

#[tokio::test]
async fn a_client_without_retries_repeats_nothing() {
    let server = server(ResponseTemplate::new(429)).await;
    let clock = Arc::<MovableClock>::default();
    let client = ProviderClient::new("bank", ClientSettings::default(), clock).unwrap();
    assert_eq!(outcome(client.get("payments.read", &server.uri()).repeat(Repeat::Safely)).await, Ok(429));
    assert_eq!(calls(&server).await, 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = server(ResponseTemplate::new(200)).await;
    let server = server(ResponseTemplate::new(302).insert_header("location", elsewhere.uri())).await;
    assert_eq!(outcome(plain().get("payments.read", &server.uri())).await, Ok(302));
    assert_eq!(calls(&elsewhere).await, 0);
}

/// Keeps the log output in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_call_is_logged_with_its_outcome_and_without_its_address() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let server = server(ResponseTemplate::new(503)).await;
    let client = plain();
    let answered = client.get("payments.read", &format!("{}/sec?ret=sec", server.uri()));
    outcome(answered.repeat(Repeat::Safely)).await.unwrap();
    let error =
        outcome(client.post("payments.create", &format!("{}/bot-secret", closed()))).await.unwrap_err();
    drop(guard);
    assert!(!format!("{error} {error:?}").contains("secret"));
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("provider_http")).collect();
    let one = |words: &str| ours.iter().filter(|line| line.contains(words)).count();
    assert_eq!(
        one(
            "provider was called provider=\"bank\" operation=\"payments.read\" outcome=\"answered\" status=503 retries=3 ms=0"
        ),
        1,
        "{ours:#?}"
    );
    assert_eq!(one("outcome=\"not_sent\" retries=0 ms=0 error=\"no connection\""), 1, "{ours:#?}");
    assert_eq!(one("provider.call{"), 2, "one span for each call: {ours:#?}");
    assert!(!logged.contains("bot-secret"), "{logged}");
    assert!(ours.iter().all(|line| !line.contains("127.0.0.1") && !line.contains("sec?ret")), "{ours:#?}");
}
