//! Challenges: check attempts are counted before the code is compared, however many come at once.

use crate::{
    Stores,
    examples::{at, challenge, policy},
};
use chrono::Duration;
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::Channel,
    principal::Principal,
    verification::{
        AttemptRefusal, AttemptResult,
        otp::{ChallengeStatus, OtpPolicy},
    },
};
use futures_util::future::join_all;
use ports::verification::{
    AttemptRequest, AttemptTicket, BeginResend, BeginVerification, ReserveAttempt, SendResult, StartOutcome,
    Verification, Verifications,
};

async fn begin(store: &dyn Stores, request: &BeginVerification, second: i64) -> Option<Verification> {
    match Verifications::begin(store, request, at(second)).await.unwrap() {
        StartOutcome::Started(verification)
        | StartOutcome::Repeated(verification)
        | StartOutcome::Open(verification) => {
            let sent = SendResult::Sent {
                provider_ref: format!("VE{}", verification.id),
                channel: Channel::Sms,
                send_ref: None,
            };
            store.record_send(verification.id, &sent, at(second)).await.unwrap();
            Some(*verification)
        }
        StartOutcome::Refused(_) => None,
    }
}

fn resend(verification: VerificationId, channel: Channel, effect_key: Option<&str>) -> BeginResend {
    let effect_key = effect_key.map(str::to_owned);
    BeginResend {
        verification,
        channel,
        locale: Locale::Es,
        fallback: Vec::new(),
        effect_key,
        own: None,
        policy: policy(),
    }
}

async fn take(store: &dyn Stores, verification: VerificationId, second: i64) -> Option<AttemptTicket> {
    let request =
        AttemptRequest { verification, effect_key: None, anonymous: None, seen_open: false, typed: None };
    match store.take_attempt(&request, at(second)).await.unwrap() {
        ReserveAttempt::Reserved(ticket) => Some(*ticket),
        _ => None,
    }
}

async fn attempt(
    store: &dyn Stores,
    id: VerificationId,
    right: bool,
    policy: &OtpPolicy,
) -> Option<AttemptResult> {
    let ticket = take(store, id, 1).await?;
    Some(store.settle_attempt(&ticket, right, policy, at(1)).await.unwrap())
}

/// Sixty check attempts at once: three are compared.
pub async fn sixty_attempts_at_once_are_three(store: impl Stores) {
    let id = begin(&store, &challenge(1, policy()), 0).await.unwrap().id;
    let taken = join_all((0..60).map(|_| take(&store, id, 1))).await;
    assert_eq!(taken.into_iter().flatten().count(), 3);
}

/// Thirty right codes at once: one approval.
pub async fn thirty_right_codes_at_once_are_one_approval(store: impl Stores) {
    let many = OtpPolicy { attempts_max: 30, ..policy() };
    let id = begin(&store, &challenge(1, many), 0).await.unwrap().id;
    for _ in 0..30 {
        let _approved = attempt(&store, id, true, &many).await;
    }
    assert_eq!(
        Verifications::find(&store, id).await.unwrap().unwrap().challenge.status,
        ChallengeStatus::Approved
    );
    assert!(take(&store, id, 2).await.is_none());
}

/// A provider takes its code once. Another attempt in progress with the same code gets the same approval, whichever
/// is settled first; one with another code does not.
pub async fn a_right_code_twice_at_once_is_right_twice(store: impl Stores) {
    let id = begin(&store, &challenge(1, policy()), 0).await.unwrap().id;
    let reserve = async |typed: u8, seen_open: bool| {
        let typed = Some([typed; 32]);
        let request =
            AttemptRequest { verification: id, effect_key: None, anonymous: None, seen_open, typed };
        store.take_attempt(&request, at(1)).await.unwrap()
    };
    let mut tickets = Vec::new();
    for typed in [7, 7, 8] {
        let ReserveAttempt::Reserved(ticket) = reserve(typed, true).await else { panic!() };
        tickets.push(ticket);
    }
    let twins = async || {
        let found = join_all(tickets.iter().map(|ticket| store.has_twin(ticket, at(1)))).await;
        found.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    // While another code is being checked, the one that the provider took may be that one.
    assert_eq!(twins().await, [false, false, false]);
    assert!(!store.settle_attempt(&tickets[2], false, &policy(), at(1)).await.unwrap().approved);
    assert_eq!(twins().await, [true, true, false]);
    let first = store.settle_attempt(&tickets[1], true, &policy(), at(1)).await.unwrap();
    assert!(first.approved);
    assert_eq!(store.settle_attempt(&tickets[0], false, &policy(), at(1)).await.unwrap(), first);
    assert!(matches!(reserve(7, true).await, ReserveAttempt::Judged(again) if again == first));
    assert!(matches!(reserve(8, true).await, ReserveAttempt::Refused(AttemptRefusal::Gone)));
    assert!(matches!(reserve(7, false).await, ReserveAttempt::Refused(AttemptRefusal::Gone)), "later");
}

/// A resend keeps the challenge and its check attempts.
pub async fn sending_again_gives_no_new_attempts(store: impl Stores) {
    let id = begin(&store, &challenge(1, policy()), 0).await.unwrap().id;
    attempt(&store, id, false, &policy()).await.unwrap();
    let again = store.begin_resend(&resend(id, Channel::Whatsapp, None), at(2)).await.unwrap();
    let StartOutcome::Started(again) = again else { panic!("{again:?}") };
    assert_eq!((again.id, again.challenge.attempts_remaining(), again.channel), (id, 2, Channel::Whatsapp));
    attempt(&store, id, false, &policy()).await.unwrap();
    assert_eq!(attempt(&store, id, false, &policy()).await.unwrap().attempts_remaining, 0);
    assert!(attempt(&store, id, true, &policy()).await.is_none());
}

/// Five wrong attempts over two challenges lock the number. After the lock, counting starts again.
pub async fn failures_lock_and_the_lock_ends_clean(store: impl Stores) {
    let strict = OtpPolicy { lock_after_failures: 5, ..policy() };
    let first = begin(&store, &challenge(1, strict), 0).await.unwrap().id;
    for _ in 0..3 {
        assert_eq!(attempt(&store, first, false, &strict).await.unwrap().locked_until, None);
    }
    let second = begin(&store, &challenge(1, strict), 0).await.unwrap().id;
    attempt(&store, second, false, &strict).await.unwrap();
    let until = at(1) + Duration::minutes(5);
    assert_eq!(attempt(&store, second, false, &strict).await.unwrap().locked_until, Some(until));
    assert!(begin(&store, &challenge(1, strict), 300).await.is_none(), "no code goes out while it lasts");
    assert!(begin(&store, &challenge(2, strict), 300).await.is_some(), "another number is not locked");
    let third = begin(&store, &challenge(1, strict), 301).await.unwrap().id;
    let ticket = take(&store, third, 301).await.unwrap();
    assert_eq!(store.settle_attempt(&ticket, false, &strict, at(301)).await.unwrap().locked_until, None);
}

/// A turn that runs again sends no second code and uses no second check attempt.
pub async fn a_repeated_effect_is_the_same_send_and_the_same_attempt(store: impl Stores) {
    let request = BeginVerification { effect_key: Some("event:1".into()), ..challenge(1, policy()) };
    let first = begin(&store, &request, 0).await.unwrap();
    let other = BeginVerification { effect_key: Some("event:1".into()), ..challenge(1, policy()) };
    let again = Verifications::begin(&store, &other, at(1)).await.unwrap();
    assert!(matches!(again, StartOutcome::Repeated(same) if same.id == first.id && same.sends.len() == 1));
    let take = AttemptRequest {
        verification: first.id,
        effect_key: Some("event:2".into()),
        anonymous: None,
        seen_open: false,
        typed: None,
    };
    let ReserveAttempt::Reserved(ticket) = store.take_attempt(&take, at(1)).await.unwrap() else { panic!() };
    let ReserveAttempt::Reserved(resumed) = store.take_attempt(&take, at(2)).await.unwrap() else { panic!() };
    assert!(resumed.resumed && resumed.attempt == ticket.attempt);
    let checked = store.settle_attempt(&resumed, false, &policy(), at(2)).await.unwrap();
    let ReserveAttempt::Judged(again) = store.take_attempt(&take, at(3)).await.unwrap() else { panic!() };
    assert_eq!((again, checked.attempts_remaining), (checked, 2));
}

/// An attempt that the provider never checked is given back.
pub async fn an_attempt_nobody_checked_is_given_back(store: impl Stores) {
    let id = begin(&store, &challenge(1, policy()), 0).await.unwrap().id;
    let ticket = take(&store, id, 1).await.unwrap();
    store.return_attempt(&ticket).await.unwrap();
    store.return_attempt(&ticket).await.unwrap();
    let left = Verifications::find(&store, id).await.unwrap().unwrap().challenge.attempts_remaining();
    assert_eq!(left, 3, "given back once");
    assert_eq!(attempt(&store, id, false, &policy()).await.unwrap().attempts_remaining, 2);
}

/// Many sends at once stop at the limit, and the window moves on.
pub async fn limits_hold_under_a_burst(store: impl Stores) {
    let five = OtpPolicy { sends_per_destination_per_day: 5, ..policy() };
    let of_team = |n: u32| {
        let mut request = challenge(1, five);
        request.challenge.requester = Principal::Client(format!("team {n}"));
        request
    };
    let burst = join_all((0..20).map(|n| {
        let (store, request) = (&store, of_team(n));
        async move { begin(store, &request, 0).await }
    }))
    .await;
    assert_eq!(burst.into_iter().flatten().count(), 5);
    assert!(begin(&store, &of_team(99), 86_399).await.is_none());
    assert!(begin(&store, &of_team(99), 86_401).await.is_some());
    let prefix = OtpPolicy { sends_per_prefix_per_hour: 3, ..policy() };
    let mut sent = 0;
    for n in 50_000..50_010 {
        sent += u32::from(begin(&store, &challenge(n, prefix), 0).await.is_some());
    }
    assert_eq!(sent, 3, "numbers alike but for their last four digits");
}

/// A send that the provider refused is not counted, and leaves no code to check.
pub async fn a_failed_send_costs_no_quota(store: impl Stores) {
    let one = OtpPolicy { sends_per_destination_per_day: 1, ..policy() };
    let StartOutcome::Started(failed) =
        Verifications::begin(&store, &challenge(1, one), at(0)).await.unwrap()
    else {
        panic!()
    };
    store.record_send(failed.id, &SendResult::Failed("500".into()), at(0)).await.unwrap();
    assert!(take(&store, failed.id, 0).await.is_none());
    let sent = begin(&store, &challenge(1, one), 1).await.unwrap();
    store.close(sent.id).await.unwrap();
    assert!(begin(&store, &challenge(1, one), 2).await.is_none());
}

/// Ten requests of one team for one number at once: one challenge, one code.
pub async fn many_requests_at_once_begin_one_challenge(store: impl Stores) {
    let begun = join_all((0..10).map(|_| {
        let (store, request) = (&store, challenge(1, policy()));
        async move { Verifications::begin(store, &request, at(0)).await.unwrap() }
    }))
    .await;
    assert_eq!(begun.iter().filter(|b| matches!(b, StartOutcome::Started(_))).count(), 1);
    assert_eq!(begun.iter().filter(|b| matches!(b, StartOutcome::Open(_))).count(), 9);
}

/// Two teams whose challenges are one at the provider share its three check attempts.
pub async fn attempts_count_for_the_providers_challenge(store: impl Stores) {
    let mut ids = Vec::new();
    for team in ["one", "two"] {
        let mut request = challenge(1, policy());
        request.challenge.requester = Principal::Client(team.into());
        let StartOutcome::Started(begun) = Verifications::begin(&store, &request, at(0)).await.unwrap()
        else {
            panic!()
        };
        let sent =
            SendResult::Sent { provider_ref: "VE1".into(), channel: Channel::Whatsapp, send_ref: None };
        assert!(!store.record_send(begun.id, &sent, at(0)).await.unwrap());
        ids.push(begun.id);
    }
    for id in [ids[0], ids[1], ids[0]] {
        assert!(attempt(&store, id, false, &policy()).await.is_some());
    }
    assert!(attempt(&store, ids[1], true, &policy()).await.is_none());
    let third = Verifications::begin(&store, &challenge(1, policy()), at(1)).await.unwrap();
    let StartOutcome::Started(third) = third else { panic!("{third:?}") };
    let same = SendResult::Sent { provider_ref: "VE1".into(), channel: Channel::Sms, send_ref: None };
    assert!(store.record_send(third.id, &same, at(1)).await.unwrap(), "its check attempts are used up");
}

/// An approval at the provider counts for one of the challenges that share it. Another one, whose answer was
/// lost and who asks the provider afterwards, does not get it.
pub async fn the_providers_approval_is_one_of_ours(store: impl Stores) {
    let mut ids = Vec::new();
    for team in ["one", "two"] {
        let mut request = challenge(1, policy());
        request.challenge.requester = Principal::Client(team.into());
        let StartOutcome::Started(begun) = Verifications::begin(&store, &request, at(0)).await.unwrap()
        else {
            panic!()
        };
        let sent = SendResult::Sent { provider_ref: "VE1".into(), channel: Channel::Sms, send_ref: None };
        store.record_send(begun.id, &sent, at(0)).await.unwrap();
        ids.push(begun.id);
    }
    let late = take(&store, ids[1], 1).await.unwrap();
    assert!(attempt(&store, ids[0], true, &policy()).await.unwrap().approved);
    let checked = store.settle_attempt(&late, true, &policy(), at(2)).await.unwrap();
    assert!(!checked.approved);
    let other = Verifications::find(&store, ids[1]).await.unwrap().unwrap();
    assert_eq!(other.challenge.status, ChallengeStatus::Pending);
}

/// Concurrent attempts: the right one approves, even if the wrong ones are settled first. An approval that is
/// found afterwards may belong to another attempt, and never approves a second time.
pub async fn concurrent_attempts_are_each_judged_alone(store: impl Stores) {
    let id = begin(&store, &challenge(1, policy()), 0).await.unwrap().id;
    let mut tickets = Vec::new();
    for _ in 0..3 {
        tickets.push(take(&store, id, 1).await.unwrap());
    }
    let mut answers = Vec::new();
    for (ticket, right) in tickets.iter().zip([false, false, true]) {
        answers.push((
            store.has_concurrent_attempts(id, Some(ticket.attempt), at(1)).await.unwrap(),
            store.settle_attempt(ticket, right, &policy(), at(1)).await.unwrap().approved,
        ));
    }
    assert_eq!(answers, [(true, false), (true, false), (false, true)]);
    let found = Verifications::find(&store, id).await.unwrap().unwrap();
    assert_eq!(found.challenge.status, ChallengeStatus::Approved);

    let one = OtpPolicy { lock_after_failures: 1, ..policy() };
    let id = begin(&store, &challenge(4, one), 0).await.unwrap().id;
    let (right, late) = (take(&store, id, 1).await.unwrap(), take(&store, id, 1).await.unwrap());
    assert!(store.has_concurrent_attempts(id, None, at(60)).await.unwrap());
    assert!(
        !store.has_concurrent_attempts(id, None, at(61)).await.unwrap(),
        "the checks in progress are lost"
    );
    assert!(store.settle_attempt(&right, true, &one, at(1)).await.unwrap().approved);
    assert!(!store.settle_attempt(&late, false, &one, at(1)).await.unwrap().approved);
    let found = Verifications::find(&store, id).await.unwrap().unwrap();
    assert_eq!(found.challenge.status, ChallengeStatus::Approved, "what was approved stays so");

    let id = begin(&store, &challenge(2, policy()), 0).await.unwrap().id;
    let (first, second) = (take(&store, id, 1).await.unwrap(), take(&store, id, 1).await.unwrap());
    assert!(store.settle_attempt(&first, true, &policy(), at(1)).await.unwrap().approved);
    assert!(!store.settle_attempt(&second, true, &policy(), at(1)).await.unwrap().approved, "one approval");

    // A form that is sent twice at once is one attempt, even if the provider checked both: the first result
    // stays.
    let two = OtpPolicy { lock_after_failures: 2, ..policy() };
    let id = begin(&store, &challenge(3, two), 0).await.unwrap().id;
    let ticket = take(&store, id, 1).await.unwrap();
    let word = store.settle_attempt(&ticket, false, &two, at(1)).await.unwrap();
    assert_eq!(store.settle_attempt(&ticket, false, &two, at(1)).await.unwrap(), word);
    assert_eq!((word.approved, word.locked_until), (false, None));
}
