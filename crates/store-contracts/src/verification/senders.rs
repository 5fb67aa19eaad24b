//! Who asks for codes, and how often: one caller's sends use up nobody else's budget.

use crate::{
    Stores,
    examples::{approved, at, phone, policy, registered, sign_up},
    verification::own_codes::{RIGHT, WRONG, begin, code, fail, leased, own},
};
use domain::{
    ids::ConversationId,
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
    phone::PhoneNumber,
    principal::Principal,
    verification::{
        SendRefusal,
        otp::{OtpPolicy, Purpose, Recipient, SendLimit},
    },
};
use futures_util::future::join_all;
use ports::{
    accounts::Registered,
    messaging::ConsentChange,
    verification::{
        AttemptRequest, AttemptVerdict, BeginVerification, CheckAttempt, StartOutcome, Verifications,
    },
};
use uuid::Uuid;

async fn signed_up(store: &dyn Stores, n: u32, number: Option<u32>) -> Principal {
    let proof = match number {
        Some(number) => Some((number, approved(store, number, Purpose::Registration).await)),
        None => None,
    };
    match registered(store, sign_up(n, proof)).await {
        Registered::Done(user) => Principal::User(user),
        other => panic!("{other:?}"),
    }
}

fn by(requester: &Principal, number: u32, policy: OtpPolicy) -> BeginVerification {
    let mut request = own(number, policy, &[Channel::Sms]);
    request.challenge.requester = requester.clone();
    request
}

async fn begun(store: &dyn Stores, request: &BeginVerification, second: i64) -> StartOutcome {
    Verifications::begin(store, request, at(second)).await.unwrap()
}

/// A person with their own account names another's number, has codes sent to it and enters wrong ones: they
/// lock only themselves. The number's owner and teams are not affected.
pub async fn a_strangers_codes_and_attempts_are_counted_apart(store: impl Stores) {
    let strict = OtpPolicy { sends_per_destination_per_day: 2, lock_after_failures: 2, ..policy() };
    let stranger = signed_up(&store, 1, None).await;
    let owner = signed_up(&store, 2, Some(7)).await;
    let team = Principal::Client("team".into());
    let id = begin(&store, &by(&stranger, 7, strict), 1).await.id;
    for _ in 0..2 {
        let attempt = AttemptRequest {
            verification: id,
            effect_key: None,
            anonymous: None,
            seen_open: false,
            typed: Some([WRONG; 32]),
        };
        let request = CheckAttempt { attempt, salt: [1; 16], policy: strict };
        assert!(matches!(store.judge_attempt(&request, at(2)).await.unwrap(), AttemptVerdict::Judged(_)));
    }
    let to = Recipient::from(phone(7));
    assert!(store.lock_of(&stranger, &to, at(3)).await.unwrap().is_some());
    assert!(matches!(
        begun(&store, &by(&stranger, 7, strict), 3).await,
        StartOutcome::Refused(SendRefusal::Locked(_))
    ));
    for other in [&owner, &team] {
        assert_eq!(store.lock_of(other, &to, at(3)).await.unwrap(), None, "{other:?}");
    }
    begin(&store, &by(&stranger, 7, OtpPolicy { sends_per_destination_per_day: 2, ..policy() }), 400).await;
    let full = begun(&store, &by(&signed_up(&store, 3, None).await, 7, strict), 401).await;
    assert!(
        matches!(full, StartOutcome::Refused(SendRefusal::Limited(SendLimit::Destination, _))),
        "such strangers share one budget: {full:?}"
    );
    let one = OtpPolicy { sends_per_destination_per_day: 3, ..strict };
    begin(&store, &by(&owner, 7, one), 402).await;
    begin(&store, &by(&team, 7, one), 402).await;
}

/// Anonymous callers use up nothing of a signed-in person who verifies a number, and the other way round.
pub async fn each_kind_of_sender_has_a_budget_of_its_own(store: impl Stores) {
    let one = OtpPolicy { sends_per_destination_per_day: 1, sends_per_ip_per_hour: 1, ..policy() };
    let senders = [
        Principal::Anonymous(Some("203.0.113.7".into())),
        signed_up(&store, 1, None).await,
        Principal::Client("team".into()),
    ];
    for sender in &senders {
        let mut request = by(sender, 7, one);
        request.challenge.client_ip = Some("203.0.113.7".into());
        begin(&store, &request, 1).await;
    }
}

/// Thirty strangers' codes to one prefix use up nothing of teams, chats and signed-in people there, and the other
/// way round.
pub async fn a_prefix_is_counted_apart_for_strangers(store: impl Stores) {
    let two = OtpPolicy { sends_per_prefix_per_hour: 2, ..policy() };
    let stranger = |n| Principal::Anonymous(Some(format!("198.51.100.{n}")));
    let person = signed_up(&store, 1, None).await;
    let team = Principal::Client("team".into());
    let chat = Principal::Chat(ConversationId(Uuid::from_u128(7)));
    let kinds = [[stranger(1), stranger(2)], [team, chat], [person.clone(), person]];
    for (n, [one, other]) in (10..).step_by(3).zip(&kinds) {
        begin(&store, &by(one, n, two), 1).await;
        begin(&store, &by(other, n + 1, two), 1).await;
        let full = SendRefusal::Limited(SendLimit::Prefix, at(3601));
        let third = begun(&store, &by(one, n + 2, two), 2).await;
        assert!(matches!(third, StartOutcome::Refused(why) if why == full), "{one:?}: {third:?}");
    }
}

/// Fifteen strangers at once with five codes for a country and eight in all: five for one country, three for
/// another with the same calling code, none for a third. Teams and signed-in people are not counted.
pub async fn countries_and_the_service_have_caps_for_strangers(store: impl Stores) {
    let capped = OtpPolicy { sends_per_country_per_hour: 5, sends_per_hour: 8, ..policy() };
    let stranger = |n: usize, number: &str| {
        let mut request = by(&Principal::Anonymous(Some(format!("198.51.100.{n}"))), 1, capped);
        request.challenge.to = PhoneNumber::parse_international(number).unwrap().into();
        request
    };
    let requests: Vec<_> = (0..15).map(|n| stranger(n, &format!("+52551234{n:02}00"))).collect();
    let all = join_all(requests.iter().map(|request| begun(&store, request, 1))).await;
    let started = all.iter().filter(|outcome| matches!(outcome, StartOutcome::Started(_))).count();
    let refused = |limit| SendRefusal::Limited(limit, at(3601));
    let full = all.iter().filter(
        |outcome| matches!(outcome, StartOutcome::Refused(why) if *why == refused(SendLimit::Country)),
    );
    assert_eq!((started, full.count()), (5, 10), "{all:?}");
    for n in 0..3 {
        begin(&store, &stranger(n, &format!("+1202555010{n}")), 2).await;
    }
    let jamaica = begun(&store, &stranger(9, "+18765550123"), 3).await;
    assert!(
        matches!(jamaica, StartOutcome::Refused(why) if why == refused(SendLimit::Service)),
        "eight in all: {jamaica:?}"
    );
    let person = signed_up(&store, 1, None).await;
    for known in [Principal::Client("team".into()), person] {
        begin(&store, &by(&known, 90, capped), 4).await;
    }
    begin(&store, &stranger(10, "+18765550123"), 3601).await;
}

/// Numbers of one calling code have the caps of their own countries.
pub async fn a_country_is_not_its_calling_code(store: impl Stores) {
    let one = OtpPolicy { sends_per_country_per_hour: 1, ..policy() };
    let stranger = |number: &str| {
        let mut request = by(&Principal::Anonymous(Some("198.51.100.1".into())), 1, one);
        request.challenge.to = PhoneNumber::parse_international(number).unwrap().into();
        request
    };
    for number in ["+12025550100", "+14165550100", "+18765550100"] {
        begin(&store, &stranger(number), 1).await;
    }
    let full = begun(&store, &stranger("+12125550100"), 2).await;
    assert!(
        matches!(full, StartOutcome::Refused(SendRefusal::Limited(SendLimit::Country, _))),
        "also in the United States: {full:?}"
    );
}

/// A send on the next channel counts like any other: the day's limit holds.
pub async fn the_next_channel_stops_at_the_limit(store: impl Stores) {
    let two = OtpPolicy { sends_per_destination_per_day: 2, ..policy() };
    let fallbacks = [Channel::Whatsapp, Channel::Sms, Channel::Telegram];
    begin(&store, &own(1, two, &fallbacks), 0).await;
    leased(&store, 1).await;
    assert_eq!(store.take_next_fallbacks(&two, at(30)).await.unwrap(), 1);
    assert_eq!(store.take_next_fallbacks(&two, at(60)).await.unwrap(), 0);
    assert_eq!(store.take_next_fallbacks(&policy(), at(61)).await.unwrap(), 0, "and stays stopped");
}

/// A person who opts out of a channel while a code is on its way gets nothing on it. The channel after it
/// takes its place.
pub async fn a_channel_the_person_opted_out_of_is_skipped(store: impl Stores) {
    let mut request = own(1, policy(), &[Channel::Whatsapp]);
    request.own = Some(code(RIGHT, 1, &[Channel::Whatsapp, Channel::Sms, Channel::Telegram]));
    begin(&store, &request, 0).await;
    fail(&store, 1).await;
    let stop = ConsentChange {
        channel: Channel::Sms,
        recipient: "+525500000001".into(),
        scope: ConsentScope::All,
        consent: ConsentStatus::OptedOut,
        source: "keyword".into(),
    };
    store.record_consent(&stop, at(1)).await.unwrap();
    assert_eq!(store.take_next_fallbacks(&policy(), at(2)).await.unwrap(), 0);
    assert_eq!(store.take_next_fallbacks(&policy(), at(3)).await.unwrap(), 1);
    let next = leased(&store, 4).await;
    assert_eq!(next.first().map(|message| message.message.channel), Some(Channel::Telegram));
}
