//! The requests that go to Twilio, and how each response is read.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use adapter_twilio::{TwilioClient, TwilioConfig, TwilioLookup, TwilioMessages, TwilioVerify};
use domain::{
    ids::MessageId, locale::Locale, message::Channel, messaging::price::MessagePrice, phone::PhoneNumber,
    verification::otp::OtpCode,
};
use ports::{
    messaging::message_channel::{
        MessageChannel, MessageForm, OutboundMessage, Retry, SendLookup, SendOutcome, Template,
    },
    verification::{
        code_provider::{CodeProvider, CodeProviderError, CodeVerdict, StartCode},
        number_lookup::{LineType, NumberLookup},
    },
};
use std::sync::Arc;
use testkit::{MovableClock, ZeroRandom, at};
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, header, method, path, query_param},
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const SERVICE: &str = "VA00000000000000000000000000000001";
const VERIFICATION: &str = "VE00000000000000000000000000000001";

fn client(base: &str) -> Arc<TwilioClient> {
    let config = TwilioConfig {
        account_sid: ACCOUNT.into(),
        user: ACCOUNT.into(),
        password: "secret".into(),
        api_base: base.into(),
        verify_base: base.into(),
        lookups_base: base.into(),
    };
    Arc::new(TwilioClient::new(config, Arc::<MovableClock>::default(), Arc::new(ZeroRandom)).unwrap())
}

fn messages(base: &str) -> TwilioMessages {
    TwilioMessages {
        client: client(base),
        from: "whatsapp:+14155238886".into(),
        status_callback: "https://example.com/webhooks/twilio/status".into(),
    }
}

fn verify(base: &str) -> TwilioVerify {
    TwilioVerify { client: client(base), service_sid: SERVICE.into() }
}

fn message() -> OutboundMessage {
    OutboundMessage::plain(
        MessageId(Uuid::from_u128(7)),
        Channel::Whatsapp,
        "whatsapp:+5215512345678".into(),
        "Tu saldo es: 1.00 MXN".into(),
    )
}

#[tokio::test]
async fn a_template_is_sent_by_its_content_sid_and_its_parameters() {
    let server = MockServer::start().await;
    Mock::given(body_string_contains("ContentSid=HX1"))
        .and(body_string_contains("ContentVariables=%7B%221%22%3A%22Ana%22%2C%222%22%3A%2210%3A30%22%7D"))
        .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"sid": "SM1"})))
        .expect(1)
        .mount(&server)
        .await;
    let template = Template {
        name: "HX1".into(),
        language: "es".into(),
        parameters: vec!["Ana".into(), "10:30".into()],
        is_code: false,
    };
    let sent = messages(&server.uri())
        .send(&OutboundMessage { form: MessageForm::Template(template), ..message() })
        .await;
    assert_eq!(sent, SendOutcome::Sent { provider_id: "SM1".into() });
}

fn number() -> PhoneNumber {
    PhoneNumber::parse_international("+525512345678").unwrap()
}

fn answers(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json")
}

async fn server(verb: &str, at: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&server).await;
    server
}

fn messages_path() -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
}

fn checks_path() -> String {
    format!("/v2/Services/{SERVICE}/VerificationCheck")
}

#[tokio::test]
async fn a_message_goes_out_with_its_status_callback() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(messages_path()))
        .and(header("authorization", "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpzZWNyZXQ="))
        .and(body_string_contains(
            "To=whatsapp%3A%2B5215512345678&From=whatsapp%3A%2B14155238886&Body=Tu+saldo",
        ))
        .and(body_string_contains("status%3Fm%3D00000000-0000-0000-0000-000000000007"))
        .respond_with(answers(201, r#"{"sid":"SM1"}"#))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(
        messages(&server.uri()).send(&message()).await,
        SendOutcome::Sent { provider_id: "SM1".into() }
    );
}

#[tokio::test]
async fn each_response_to_a_send_has_its_own_outcome() {
    for (status, body, expected) in [
        (400, r#"{"code":63024}"#, Some(Retry::Never)),
        (400, r#"{"code":21610}"#, Some(Retry::OptedOut)),
        (429, r#"{"code":20429}"#, Some(Retry::After(None))),
        (401, r#"{"code":20003}"#, Some(Retry::After(None))),
        (500, "oops", None),
        (503, "", None),
        (201, "<html>", None),
    ] {
        let server = server("POST", &messages_path(), answers(status, body)).await;
        let outcome = messages(&server.uri()).send(&message()).await;
        match (&outcome, expected) {
            (SendOutcome::Rejected { retry, .. }, Some(expected)) => assert_eq!(*retry, expected, "{status}"),
            (SendOutcome::Unknown { .. }, None) => {}
            _ => panic!("{status}: {outcome:?}"),
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 1, "the client never repeats a send");
    }
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_went_out() {
    let outcome = messages("http://127.0.0.1:1").send(&message()).await;
    assert!(matches!(outcome, SendOutcome::Rejected { retry: Retry::After(None), .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_lost_send_is_found_by_its_text_unless_another_message_owns_it() {
    let list = r#"{"messages":[
        {"sid":"SM1","body":"Tu saldo es: 1.00 MXN","from":"whatsapp:+14155238886","date_created":"Fri, 15 Jan 2027 08:00:00 +0000"},
        {"sid":"SM2","body":"otra cosa","from":"whatsapp:+14155238886","date_created":"Fri, 15 Jan 2027 08:00:00 +0000"},
        {"sid":"SM3","body":"Tu saldo es: 1.00 MXN","from":"whatsapp:+14155238886","date_created":"Thu, 14 Jan 2027 08:00:00 +0000"}]}"#;
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(messages_path()))
        .and(query_param("To", "whatsapp:+5215512345678"))
        .and(query_param("DateSent>", "2027-01-15"))
        .respond_with(answers(200, list))
        .mount(&server)
        .await;
    let (messages, since) = (messages(&server.uri()), at(0));
    assert_eq!(messages.find_sent(&message(), since, &[]).await, Ok(SendLookup::Found("SM1".into())));
    assert_eq!(messages.find_sent(&message(), since, &["SM1".into()]).await, Ok(SendLookup::NoneYet));
}

#[tokio::test]
async fn a_code_is_started_in_the_persons_language() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/v2/Services/{SERVICE}/Verifications")))
        .and(body_string_contains("To=%2B525512345678&Channel=whatsapp&Locale=pt"))
        .respond_with(answers(
            201,
            &format!(
                r#"{{"sid":"{VERIFICATION}","status":"pending","channel":"SMS","send_code_attempts":
                    [{{"attempt_sid":"VL1","channel":"sms"}},{{"attempt_sid":"VL2","channel":"sms"}}]}}"#
            ),
        ))
        .mount(&server)
        .await;
    let start = StartCode { to: number(), channel: Channel::Whatsapp, locale: Locale::Pt };
    let started = verify(&server.uri()).start(&start).await.unwrap();
    assert_eq!((started.provider_ref.as_str(), started.channel), (VERIFICATION, Channel::Sms));
    assert_eq!(started.send_ref.as_deref(), Some("VL2"), "the newest send");
}

#[tokio::test]
async fn the_price_of_a_send_is_read_once_it_is_told() {
    let server = MockServer::start().await;
    for (sid, status, body) in [
        ("VL1", 200, r#"{"sid":"VL1","price":{"value":"0.05","currency":"usd"}}"#),
        ("VL2", 200, r#"{"sid":"VL2","price":{"value":0.05,"currency":"USD"}}"#),
        ("VL3", 200, r#"{"sid":"VL3","price":{"value":null,"currency":"usd"}}"#),
        ("VL4", 200, r#"{"sid":"VL4","price":null}"#),
        ("VL5", 404, r#"{"code":20404,"message":"not found"}"#),
    ] {
        let attempt = Mock::given(method("GET")).and(path(format!("/v2/Attempts/{sid}")));
        attempt.respond_with(answers(status, body)).mount(&server).await;
    }
    let provider = verify(&server.uri());
    let price = Ok(MessagePrice::read("0.05", "USD"));
    assert_eq!((provider.price("VL1").await, provider.price("VL2").await), (price.clone(), price));
    assert_eq!((provider.price("VL3").await, provider.price("VL4").await), (Ok(None), Ok(None)));
    assert!(matches!(provider.price("VL5").await, Err(CodeProviderError::Unavailable(_))));
}

#[tokio::test]
async fn each_refusal_of_a_start_has_its_own_error() {
    let start = StartCode { to: number(), channel: Channel::Whatsapp, locale: Locale::Es };
    for (status, code, expected) in [
        (403, 60205, "channel"),
        (400, 60223, "channel"),
        (400, 68008, "channel"),
        (400, 60200, "number"),
        (403, 60605, "number"),
        (429, 60203, "many"),
        (500, 20500, "unavailable"),
    ] {
        let at = format!("/v2/Services/{SERVICE}/Verifications");
        let server = server("POST", &at, answers(status, &format!(r#"{{"code":{code}}}"#))).await;
        let told = match verify(&server.uri()).start(&start).await.unwrap_err() {
            CodeProviderError::ChannelRefused(_) => "channel",
            CodeProviderError::NumberRefused(_) => "number",
            CodeProviderError::TooMany(_) => "many",
            CodeProviderError::Unavailable(_) => "unavailable",
        };
        assert_eq!(told, expected, "{code}");
    }
}

#[tokio::test]
async fn a_code_is_checked_by_the_verifications_sid() {
    let code = OtpCode::parse("123456").unwrap();
    for (status, body, expected) in [
        (200, r#"{"sid":"VE1","status":"approved"}"#, CodeVerdict::Approved),
        (201, r#"{"sid":"VE1","status":"approved"}"#, CodeVerdict::Approved),
        (200, r#"{"sid":"VE1","status":"pending","valid":false}"#, CodeVerdict::Wrong),
        (404, r#"{"code":20404}"#, CodeVerdict::Gone),
        (429, r#"{"code":60202}"#, CodeVerdict::Gone),
    ] {
        let server = server("POST", &checks_path(), answers(status, body)).await;
        assert_eq!(verify(&server.uri()).check(VERIFICATION, &code).await, Ok(expected), "{status} {body}");
        let sent = &server.received_requests().await.unwrap()[0];
        assert_eq!(
            String::from_utf8_lossy(&sent.body),
            format!("VerificationSid={VERIFICATION}&Code=123456")
        );
    }
}

#[tokio::test]
async fn too_many_requests_are_retried_and_a_server_error_is_not_a_wrong_code() {
    let code = OtpCode::parse("123456").unwrap();
    let server = MockServer::start().await;
    Mock::given(path(checks_path()))
        .respond_with(answers(429, r#"{"code":20429}"#))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path(checks_path()))
        .respond_with(answers(200, r#"{"sid":"VE1","status":"approved"}"#))
        .mount(&server)
        .await;
    assert_eq!(verify(&server.uri()).check(VERIFICATION, &code).await, Ok(CodeVerdict::Approved));
    let broken = server_with_500().await;
    assert!(verify(&broken.uri()).check(VERIFICATION, &code).await.is_err());
}

async fn server_with_500() -> MockServer {
    server("POST", &checks_path(), answers(500, "")).await
}

#[tokio::test]
async fn a_premium_number_is_refused_and_reads_are_retried() {
    let at = "/v2/PhoneNumbers/+525512345678";
    let server = MockServer::start().await;
    Mock::given(path(at)).respond_with(answers(503, "")).up_to_n_times(2).mount(&server).await;
    let body = r#"{"valid":true,"country_code":"MX","line_type_intelligence":{"type":"premium","carrier_name":"X"}}"#;
    Mock::given(path(at))
        .and(query_param("Fields", "line_type_intelligence"))
        .respond_with(answers(200, body))
        .mount(&server)
        .await;
    let facts = TwilioLookup { client: client(&server.uri()) }.look_up(&number()).await.unwrap();
    assert_eq!((facts.line_type, facts.country.as_deref()), (LineType::Refused, Some("MX")));
}
