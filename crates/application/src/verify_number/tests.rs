//! Sending and checking through a provider that refuses, forgets and loses its answers.

use super::*;
use chrono::Duration;
use domain::{otp::Challenge, phone::PhoneNumber};
use mockall::predicate::eq;
use ports::{
    clock::MockClock,
    code_verifier::MockCodeVerifier,
    number_lookup::{MockNumberLookup, NumberFacts},
    random::MockIdGenerator,
    stores::{MockConsents, MockVerifications},
};
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn policy() -> OtpPolicy {
    OtpPolicy {
        ttl: Duration::minutes(10),
        attempts_max: 3,
        resend_cooldown: Duration::seconds(60),
        sends_per_destination_per_day: 5,
        sends_per_ip_per_hour: 10,
        sends_per_prefix_per_hour: 30,
        lock_after_failures: 5,
        lock_for: Duration::minutes(5),
    }
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse_international("+525512345678").unwrap()
}

fn verification(purpose: Purpose, sid: Option<&str>) -> Verification {
    Verification {
        id: VerificationId(Uuid::from_u128(1)),
        requester: "client:team".into(),
        to: phone().into(),
        channel: Channel::Whatsapp,
        purpose,
        provider_sid: sid.map(str::to_owned),
        challenge: Challenge {
            status: ChallengeStatus::Pending,
            attempts_used: 1,
            attempts_max: 3,
            expires_at: now() + Duration::minutes(10),
            last_sent_at: now(),
        },
        own_code: None,
        sends: Vec::new(),
        origin: None,
    }
}

fn request() -> StartRequest {
    StartRequest {
        requester: Requester::Client("team".into()),
        to: phone().into(),
        channel: Channel::Whatsapp,
        fallback: vec![Channel::Sms],
        purpose: Purpose::Login,
        locale: Locale::Es,
        client_ip: None,
        origin: None,
        page_host: None,
        effect_key: None,
        when_open: WhenOpen::Resend,
    }
}

fn facts(valid: bool, line_type: LineType) -> NumberFacts {
    NumberFacts { valid, line_type, country: None, carrier: None }
}

fn use_case(
    verifications: MockVerifications,
    verifier: MockCodeVerifier,
    facts: NumberFacts,
) -> VerifyNumber {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    let mut ids = MockIdGenerator::new();
    ids.expect_new_id().returning(|| Uuid::from_u128(1));
    let mut lookup = MockNumberLookup::new();
    lookup.expect_look_up().returning(move |_| Ok(facts.clone()));
    VerifyNumber {
        verifications: Arc::new(verifications),
        hosted: Some(Arc::new(verifier)),
        own: None,
        consents: Arc::new(nobody_opted_out()),
        lookup: Arc::new(lookup),
        ids: Arc::new(ids),
        clock: Arc::new(clock),
        policy: policy(),
        allowed: vec![Region::parse("MX").unwrap()],
    }
}

fn nobody_opted_out() -> MockConsents {
    let mut consents = MockConsents::new();
    consents.expect_consent_of().returning(|_, _| Ok(ConsentStatus::OptedIn));
    consents
}

fn mobile() -> NumberFacts {
    facts(true, LineType::Ordinary)
}

/// A store in which nothing is open and a new challenge may begin.
fn empty_store() -> MockVerifications {
    let mut store = MockVerifications::new();
    store.expect_find_open().returning(|_, _, _| Ok(None));
    store.expect_log_lookup().returning(|_, _, _| Ok(()));
    store.expect_begin().returning(|_, _| Ok(Begin::Go(Box::new(verification(Purpose::Login, None)))));
    store
}

fn started(sid: &str, channel: Channel) -> StartedCode {
    StartedCode { sid: sid.into(), channel }
}

#[tokio::test]
async fn the_next_channel_is_tried_where_one_cannot_reach_the_number() {
    let mut store = empty_store();
    let sent = SendResult::Sent { sid: "VE1".into(), channel: Channel::Sms };
    store
        .expect_record_send()
        .withf(move |_, result, _| *result == sent)
        .times(1)
        .returning(|_, _, _| Ok(false));
    let mut verifier = MockCodeVerifier::new();
    verifier.expect_start().returning(|start| match start.channel {
        Channel::Whatsapp => Err(CodeVerifierError::ChannelRefused("60223".into())),
        channel => Ok(started("VE1", channel)),
    });
    let Started::Sent(sent) = use_case(store, verifier, mobile()).start(request()).await.unwrap() else {
        panic!()
    };
    assert_eq!(sent.channel, Channel::Sms);
}

#[tokio::test]
async fn a_spent_code_that_comes_back_is_withdrawn_and_a_new_one_sent() {
    let mut store = empty_store();
    store
        .expect_record_send()
        .returning(|_, result, _| Ok(matches!(result, SendResult::Sent { sid, .. } if sid == "VE spent")));
    let mut verifier = MockCodeVerifier::new();
    let mut sids = ["VE spent", "VE new"].into_iter();
    verifier.expect_start().times(2).returning(move |_| Ok(started(sids.next().unwrap(), Channel::Whatsapp)));
    verifier.expect_cancel().with(eq("VE spent")).times(1).returning(|_| Ok(()));
    let Started::Sent(sent) = use_case(store, verifier, mobile()).start(request()).await.unwrap() else {
        panic!()
    };
    assert_eq!(sent.provider_sid.as_deref(), Some("VE new"));
}

#[tokio::test]
async fn a_code_for_another_purpose_is_withdrawn_first() {
    let mut store = MockVerifications::new();
    store
        .expect_find_open()
        .returning(|_, _, _| Ok(Some(verification(Purpose::Registration, Some("VE old")))));
    store.expect_close().times(1).returning(|_| Ok(()));
    store.expect_log_lookup().returning(|_, _, _| Ok(()));
    store.expect_begin().returning(|_, _| Ok(Begin::Locked(now())));
    let mut verifier = MockCodeVerifier::new();
    verifier.expect_cancel().with(eq("VE old")).times(1).returning(|_| Ok(()));
    assert!(matches!(use_case(store, verifier, mobile()).start(request()).await, Ok(Started::Locked(_))));
}

#[tokio::test]
async fn numbers_that_only_fraud_would_reach_get_no_code() {
    for refused in [facts(false, LineType::Ordinary), facts(true, LineType::Refused)] {
        let mut store = MockVerifications::new();
        store.expect_find_open().returning(|_, _, _| Ok(None));
        store.expect_log_lookup().times(1).returning(|_, _, _| Ok(()));
        let outcome = use_case(store, MockCodeVerifier::new(), refused).start(request()).await;
        assert!(matches!(outcome, Ok(Started::NumberRefused)));
    }
    let abroad =
        StartRequest { to: PhoneNumber::parse_international("+447911123456").unwrap().into(), ..request() };
    let nothing = use_case(MockVerifications::new(), MockCodeVerifier::new(), mobile());
    assert!(matches!(nothing.start(abroad).await, Ok(Started::NumberRefused)));
}

/// A store in which a guess at an open challenge is counted.
fn guessing_store() -> MockVerifications {
    let mut store = MockVerifications::new();
    store.expect_find().returning(|_| Ok(Some(verification(Purpose::Login, Some("VE1")))));
    store.expect_take_guess().returning(|_, _| {
        let verification = verification(Purpose::Login, Some("VE1"));
        Ok(ReserveGuess::Go(Box::new(GuessTicket {
            guess: Uuid::nil(),
            verification,
            resumed: false,
            anonymous: None,
        })))
    });
    store
}

async fn check(store: MockVerifications, verifier: MockCodeVerifier) -> CheckResult {
    let code = OtpCode::parse("123456").unwrap();
    let requester = Requester::Client("team".into());
    use_case(store, verifier, mobile())
        .check(VerificationId(Uuid::from_u128(1)), &requester, &code, None)
        .await
        .unwrap()
}

fn judged(approved: bool, attempts_remaining: u32) -> Checked {
    Checked { approved, attempts_remaining, locked_until: None }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_before_the_guess_is_given_back() {
    let lost = || CodeVerifierError::Unavailable("lost".into());
    let mut store = guessing_store();
    store
        .expect_settle_guess()
        .withf(|_, right, _, _| *right)
        .times(1)
        .returning(|_, _, _, _| Ok(judged(true, 2)));
    let mut verifier = MockCodeVerifier::new();
    verifier.expect_check().returning(move |_, _| Err(lost()));
    verifier.expect_is_approved().returning(|_| Ok(true));
    assert_eq!(check(store, verifier).await, CheckResult::Judged(judged(true, 2)));

    let mut store = guessing_store();
    store.expect_return_guess().times(1).returning(|_| Ok(()));
    let mut verifier = MockCodeVerifier::new();
    verifier.expect_check().returning(move |_, _| Err(CodeVerifierError::Unavailable("lost".into())));
    verifier.expect_is_approved().returning(|_| Ok(false));
    assert!(matches!(check(store, verifier).await, CheckResult::Failed(_)));
}

#[tokio::test]
async fn the_last_wrong_guess_has_the_provider_forget_the_code() {
    let mut store = guessing_store();
    store.expect_settle_guess().returning(|_, _, _, _| Ok(judged(false, 0)));
    let mut verifier = MockCodeVerifier::new();
    verifier.expect_check().returning(|_, _| Ok(CodeVerdict::Wrong));
    verifier.expect_cancel().with(eq("VE1")).times(1).returning(|_| Ok(()));
    assert_eq!(check(store, verifier).await, CheckResult::Judged(judged(false, 0)));
}

#[tokio::test]
async fn anothers_challenge_is_not_there() {
    let mut store = MockVerifications::new();
    store.expect_find().returning(|_| Ok(Some(verification(Purpose::Login, Some("VE1")))));
    store.expect_take_guess().never();
    let code = OtpCode::parse("123456").unwrap();
    let stranger = Requester::Client("stranger".into());
    let outcome = use_case(store, MockCodeVerifier::new(), mobile())
        .check(VerificationId(Uuid::from_u128(1)), &stranger, &code, None)
        .await;
    assert_eq!(outcome.unwrap(), CheckResult::Gone);
}
