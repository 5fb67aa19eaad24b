//! Send and check codes through a provider that refuses, forgets, or loses its answers.

use super::*;
use chrono::Duration;
use domain::{
    ids::ConversationId, messaging::consent::ConsentStatus, phone::PhoneNumber, verification::otp::Challenge,
};
use mockall::predicate::eq;
use ports::{
    accounts::MockChatLinks,
    clock::MockClock,
    crypto::{CodeMac, MockCodeHasher},
    ids_and_random::{MockIdGenerator, MockRandom},
    messaging::{MockConsents, texts::MockTexts},
    verification::{
        MockVerifications,
        code_provider::MockCodeProvider,
        number_lookup::{MockNumberLookup, NumberInfo},
    },
};
use std::collections::HashMap;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn policy() -> OtpPolicy {
    OtpPolicy::default()
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse_international("+525512345678").unwrap()
}

fn verification(purpose: Purpose, sid: Option<&str>) -> Verification {
    Verification {
        id: VerificationId(Uuid::from_u128(1)),
        requester: Principal::Client("team".into()),
        to: phone().into(),
        channel: Channel::Whatsapp,
        purpose,
        provider_ref: sid.map(str::to_owned),
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
        locale: None,
        fallback: Vec::new(),
    }
}

fn request() -> StartRequest {
    StartRequest {
        requester: Principal::Client("team".into()),
        to: phone().into(),
        channel: Channel::Whatsapp,
        fallback: vec![Channel::Sms],
        purpose: Purpose::Login,
        locale: Locale::Es,
        client_ip: None,
        origin: None,
        page: None,
        effect_key: None,
        when_open: WhenOpen::Resend,
    }
}

fn facts(valid: bool, line_type: LineType) -> NumberInfo {
    NumberInfo { valid, line_type, country: None, carrier: None }
}

fn use_case(
    verifications: MockVerifications,
    verifier: MockCodeProvider,
    facts: NumberInfo,
) -> VerificationService {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    let mut ids = MockIdGenerator::new();
    ids.expect_new_id().returning(|| Uuid::from_u128(1));
    let mut lookup = MockNumberLookup::new();
    lookup.expect_look_up().returning(move |_| Ok(facts.clone()));
    VerificationService {
        verifications: Arc::new(verifications),
        hosted: Some(Arc::new(verifier)),
        own: None,
        consents: Arc::new(nobody_opted_out()),
        lookup: Some(Arc::new(lookup)),
        kernel: Kernel { clock: Arc::new(clock), ids: Arc::new(ids), random: Arc::new(MockRandom::new()) },
        policy: policy(),
        allowed: vec![Region::parse("MX").unwrap()],
    }
}

fn nobody_opted_out() -> MockConsents {
    let mut consents = MockConsents::new();
    consents.expect_consent_of().returning(|_, _| Ok(ConsentStatus::OptedIn));
    consents
}

fn mobile() -> NumberInfo {
    facts(true, LineType::Ordinary)
}

/// A store without open challenges, in which a new one may start.
fn empty_store() -> MockVerifications {
    let mut store = MockVerifications::new();
    store.expect_find_open().returning(|_, _, _, _| Ok(None));
    store.expect_log_lookup().returning(|_, _, _| Ok(()));
    store
        .expect_begin()
        .returning(|_, _| Ok(StartOutcome::Started(Box::new(verification(Purpose::Login, None)))));
    store
}

fn started(sid: &str, channel: Channel) -> StartedCode {
    StartedCode { provider_ref: sid.into(), channel, send_ref: None }
}

#[tokio::test]
async fn the_next_channel_is_tried_where_one_cannot_reach_the_number() {
    let mut store = empty_store();
    let sent = SendResult::Sent { provider_ref: "VE1".into(), channel: Channel::Sms, send_ref: None };
    store
        .expect_record_send()
        .withf(move |_, result, _| *result == sent)
        .times(1)
        .returning(|_, _, _| Ok(false));
    let mut verifier = MockCodeProvider::new();
    verifier.expect_start().returning(|start| match start.channel {
        Channel::Whatsapp => Err(CodeProviderError::ChannelRefused("60223".into())),
        channel => Ok(started("VE1", channel)),
    });
    let SendCodeOutcome::Sent(sent) = use_case(store, verifier, mobile()).start(request()).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(sent.channel, Channel::Sms);
}

#[tokio::test]
async fn a_spent_code_that_comes_back_is_withdrawn_and_a_new_one_sent() {
    let mut store = empty_store();
    store.expect_record_send().returning(|_, result, _| {
        Ok(matches!(result, SendResult::Sent { provider_ref, .. } if provider_ref == "VE spent"))
    });
    let mut verifier = MockCodeProvider::new();
    let mut sids = ["VE spent", "VE new"].into_iter();
    verifier.expect_start().times(2).returning(move |_| Ok(started(sids.next().unwrap(), Channel::Whatsapp)));
    verifier.expect_cancel().with(eq("VE spent")).times(1).returning(|_| Ok(()));
    let SendCodeOutcome::Sent(sent) = use_case(store, verifier, mobile()).start(request()).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(sent.provider_ref.as_deref(), Some("VE new"));
}

/// A store with an open challenge for another purpose; `outcome` is the decision on the new one.
fn with_another_open(outcome: StartOutcome) -> MockVerifications {
    let mut store = MockVerifications::new();
    store
        .expect_find_open()
        .returning(|_, _, _, _| Ok(Some(verification(Purpose::Registration, Some("VE old")))));
    store.expect_log_lookup().returning(|_, _, _| Ok(()));
    store.expect_begin().return_once(|_, _| Ok(outcome));
    store
}

#[tokio::test]
async fn a_code_for_another_purpose_is_withdrawn_first() {
    let mut store = with_another_open(StartOutcome::Started(Box::new(verification(Purpose::Login, None))));
    store.expect_close().times(1).returning(|_| Ok(()));
    store.expect_record_send().returning(|_, _, _| Ok(false));
    let mut order = mockall::Sequence::new();
    let mut verifier = MockCodeProvider::new();
    verifier.expect_cancel().with(eq("VE old")).times(1).in_sequence(&mut order).returning(|_| Ok(()));
    let refused = |_: &StartCode| Err(CodeProviderError::TooMany("for this number".into()));
    verifier.expect_start().times(1).in_sequence(&mut order).returning(refused);
    assert!(matches!(
        use_case(store, verifier, mobile()).start(request()).await,
        Ok(SendCodeOutcome::Failed(_))
    ));
}

#[tokio::test]
async fn a_code_that_may_not_go_out_withdraws_none() {
    let store = with_another_open(StartOutcome::Refused(SendRefusal::Locked(now())));
    let outcome = use_case(store, MockCodeProvider::new(), mobile()).start(request()).await;
    assert!(matches!(outcome, Ok(SendCodeOutcome::Locked(_))));
}

#[tokio::test]
async fn numbers_that_only_fraud_would_reach_get_no_code() {
    for refused in [facts(false, LineType::Ordinary), facts(true, LineType::Refused)] {
        let mut store = MockVerifications::new();
        store.expect_find_open().returning(|_, _, _, _| Ok(None));
        store.expect_log_lookup().times(1).returning(|_, _, _| Ok(()));
        let outcome = use_case(store, MockCodeProvider::new(), refused).start(request()).await;
        assert!(matches!(outcome, Ok(SendCodeOutcome::NumberRefused)));
    }
    let abroad =
        StartRequest { to: PhoneNumber::parse_international("+447911123456").unwrap().into(), ..request() };
    let nothing = use_case(MockVerifications::new(), MockCodeProvider::new(), mobile());
    assert!(matches!(nothing.start(abroad).await, Ok(SendCodeOutcome::NumberRefused)));
}

/// A store that counts a check attempt on an open challenge.
fn counting_store() -> MockVerifications {
    let mut store = MockVerifications::new();
    store.expect_find().returning(|_| Ok(Some(verification(Purpose::Login, Some("VE1")))));
    store.expect_take_attempt().returning(|_, _| {
        let verification = verification(Purpose::Login, Some("VE1"));
        Ok(ReserveAttempt::Reserved(Box::new(AttemptTicket {
            attempt: Uuid::nil(),
            verification,
            resumed: false,
            anonymous: None,
        })))
    });
    store
}

async fn check(store: MockVerifications, verifier: MockCodeProvider) -> CheckResult {
    let code = OtpCode::parse("123456").unwrap();
    let requester = Principal::Client("team".into());
    use_case(store, verifier, mobile())
        .check(VerificationId(Uuid::from_u128(1)), &requester, &code, None)
        .await
        .unwrap()
}

fn judged(approved: bool, attempts_remaining: u32) -> AttemptResult {
    AttemptResult { approved, attempts_remaining, locked_until: None }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_before_the_attempt_is_given_back() {
    let lost = || CodeProviderError::Unavailable("lost".into());
    let mut store = counting_store();
    store.expect_has_concurrent_attempts().returning(|_, _, _| Ok(false));
    store
        .expect_settle_attempt()
        .withf(|_, right, _, _| *right)
        .times(1)
        .returning(|_, _, _, _| Ok(judged(true, 2)));
    let mut verifier = MockCodeProvider::new();
    verifier.expect_check().returning(move |_, _| Err(lost()));
    verifier.expect_is_approved().returning(|_| Ok(true));
    assert_eq!(check(store, verifier).await, CheckResult::Judged(judged(true, 2)));

    let mut store = counting_store();
    store.expect_return_attempt().times(1).returning(|_| Ok(()));
    let mut verifier = MockCodeProvider::new();
    verifier.expect_check().returning(move |_, _| Err(CodeProviderError::Unavailable("lost".into())));
    verifier.expect_is_approved().returning(|_| Ok(false));
    assert!(matches!(check(store, verifier).await, CheckResult::Failed(_)));
}

#[tokio::test]
async fn an_approval_that_may_be_another_attempts_approves_nothing() {
    let mut store = counting_store();
    store.expect_has_concurrent_attempts().returning(|_, _, _| Ok(true));
    store.expect_settle_attempt().never();
    store.expect_return_attempt().times(1).returning(|_| Ok(()));
    let mut verifier = MockCodeProvider::new();
    verifier.expect_check().returning(|_, _| Err(CodeProviderError::Unavailable("lost".into())));
    verifier.expect_is_approved().returning(|_| Ok(true));
    assert!(matches!(check(store, verifier).await, CheckResult::Failed(_)));
}

#[tokio::test]
async fn the_last_wrong_attempt_makes_the_provider_forget_the_code() {
    let mut store = counting_store();
    store.expect_has_concurrent_attempts().returning(|_, _, _| Ok(false));
    store.expect_settle_attempt().returning(|_, _, _, _| Ok(judged(false, 0)));
    let mut verifier = MockCodeProvider::new();
    verifier.expect_check().returning(|_, _| Ok(CodeVerdict::Wrong));
    verifier.expect_cancel().with(eq("VE1")).times(1).returning(|_| Ok(()));
    assert_eq!(check(store, verifier).await, CheckResult::Judged(judged(false, 0)));
}

#[tokio::test]
async fn anothers_challenge_is_not_there() {
    let mut store = MockVerifications::new();
    store.expect_find().returning(|_| Ok(Some(verification(Purpose::Login, Some("VE1")))));
    store.expect_take_attempt().never();
    let code = OtpCode::parse("123456").unwrap();
    let stranger = Principal::Client("stranger".into());
    let outcome = use_case(store, MockCodeProvider::new(), mobile())
        .check(VerificationId(Uuid::from_u128(1)), &stranger, &code, None)
        .await;
    assert_eq!(outcome.unwrap(), CheckResult::Gone);
}

/// Our own codes by Telegram and SMS. `looked_for` is how often the chat of the number is read: never for a
/// caller who must not know it.
fn own_codes(chat: Option<i64>, looked_for: usize) -> OwnCodes {
    let (mut hasher, mut random) = (MockCodeHasher::new(), MockRandom::new());
    hasher.expect_hash().returning(|_, _| CodeMac { key_id: "1".into(), mac: [1; 32] });
    random.expect_fill().returning(|buffer| buffer.fill(0));
    let (mut ids, mut texts, mut chats) = (MockIdGenerator::new(), MockTexts::new(), MockChatLinks::new());
    ids.expect_new_id().returning(|| Uuid::from_u128(2));
    texts.expect_render().returning(|_, _| "000000".into());
    chats.expect_find_chat_of().times(looked_for).returning(move |_| Ok(chat));
    let account = |name: &str| CodeAccount { channel_account: name.parse().unwrap(), template: None };
    OwnCodes {
        hasher: Arc::new(hasher),
        kernel: Kernel { clock: Arc::new(MockClock::new()), ids: Arc::new(ids), random: Arc::new(random) },
        texts: Arc::new(texts),
        chats: Arc::new(chats),
        accounts: HashMap::from([
            (Channel::Telegram, account("telegram:telegram:1")),
            (Channel::Sms, account("twilio:sms:+1")),
        ]),
    }
}

/// Asks for a code by Telegram, then by SMS. Returns the channel and address of each send.
async fn by_telegram(
    requester: Principal,
    fallback: Vec<Channel>,
    own: OwnCodes,
    consents: MockConsents,
) -> (SendCodeOutcome, Vec<(Channel, String)>) {
    let went = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (mut store, seen) = (MockVerifications::new(), went.clone());
    store.expect_log_lookup().returning(|_, _, _| Ok(()));
    store.expect_begin().returning(move |request, _| {
        let own = request.own.as_ref().unwrap();
        let others: Vec<Channel> = own.fallback.iter().map(|fallback| fallback.message.channel).collect();
        assert_eq!(request.challenge.fallback, others, "as it goes, so it is remembered");
        let all = std::iter::once(&own.message).chain(&own.fallback);
        seen.lock()
            .unwrap()
            .extend(all.map(|fallback| (fallback.message.channel, fallback.message.recipient.clone())));
        let mut begun = verification(Purpose::Login, None);
        (begun.channel, begun.own_code) = (request.challenge.channel, Some(own.code.clone()));
        Ok(StartOutcome::Started(Box::new(begun)))
    });
    let mut verify = use_case(store, MockCodeProvider::new(), mobile());
    (verify.hosted, verify.own, verify.consents) = (None, Some(own), Arc::new(consents));
    let wanted = StartRequest { requester, channel: Channel::Telegram, fallback, ..request() };
    let started = verify.start(wanted).await.unwrap();
    let went = went.lock().unwrap().clone();
    (started, went)
}

#[tokio::test]
async fn a_team_reaches_a_number_in_its_chat() {
    let team = || Principal::Client("team".into());
    let sms = || (Channel::Sms, "+525512345678".to_owned());
    let asked = by_telegram(team(), vec![Channel::Sms], own_codes(Some(42), 1), nobody_opted_out());
    let (started, went) = asked.await;
    assert!(matches!(started, SendCodeOutcome::Sent(sent) if sent.channel == Channel::Telegram));
    assert_eq!(went, [(Channel::Telegram, "42".to_owned()), sms()], "the chat's id, and nothing else");

    let asked = by_telegram(team(), vec![Channel::Sms], own_codes(None, 1), nobody_opted_out()).await;
    assert!(
        matches!(asked.0, SendCodeOutcome::Sent(sent) if sent.channel == Channel::Sms),
        "no chat is known"
    );
    assert_eq!(asked.1, [sms()]);
    let (nowhere, went) = by_telegram(team(), Vec::new(), own_codes(None, 1), nobody_opted_out()).await;
    assert!(
        matches!(nowhere, SendCodeOutcome::Failed(CodeProviderError::ChannelRefused(_))) && went.is_empty()
    );
}

#[tokio::test]
async fn a_channel_that_is_named_twice_counts_once() {
    let named = vec![Channel::Telegram, Channel::Sms, Channel::Sms, Channel::Telegram, Channel::Sms];
    let team = Principal::Client("team".into());
    let (_, went) = by_telegram(team, named, own_codes(Some(42), 1), nobody_opted_out()).await;
    let fallbacks: Vec<Channel> = went.into_iter().map(|(channel, _)| channel).collect();
    assert_eq!(fallbacks, [Channel::Telegram, Channel::Sms]);
}

#[tokio::test]
async fn an_opt_out_in_telegram_is_found_by_the_chat() {
    let mut consents = MockConsents::new();
    consents
        .expect_consent_of()
        .withf(|channel, key| (*channel, key) == (Channel::Telegram, "42"))
        .returning(|_, _| Ok(ConsentStatus::OptedOut));
    let team = Principal::Client("team".into());
    let (refused, _) = by_telegram(team, Vec::new(), own_codes(Some(42), 1), consents).await;
    assert!(matches!(refused, SendCodeOutcome::OptedOut));
}

#[tokio::test]
async fn nobody_but_a_team_learns_whether_a_number_has_a_chat() {
    for requester in [
        Principal::Anonymous(Some("203.0.113.7".into())),
        Principal::User(domain::ids::UserId(Uuid::from_u128(3))),
        Principal::Chat(ConversationId(Uuid::nil())),
    ] {
        let codes = own_codes(Some(42), 0);
        let (refused, _) = by_telegram(requester.clone(), Vec::new(), codes, nobody_opted_out()).await;
        assert!(
            matches!(refused, SendCodeOutcome::Failed(CodeProviderError::ChannelRefused(_))),
            "{requester:?}"
        );
        let codes = own_codes(Some(42), 0);
        let (_, went) = by_telegram(requester, vec![Channel::Sms], codes, nobody_opted_out()).await;
        assert_eq!(went.first().map(|(channel, _)| *channel), Some(Channel::Sms));
    }
}
