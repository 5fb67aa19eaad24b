//! Our own codes: compared in one transaction, stored together with their message, sent on one channel after
//! the other.

use crate::{
    Stores,
    examples::{at, challenge, id, policy},
};
use chrono::Duration;
use domain::{
    ids::{MessageId, VerificationId},
    locale::Locale,
    message::{Channel, DeliveryStatus},
    principal::Principal,
    verification::{
        AttemptRefusal, AttemptResult, SendRefusal,
        otp::{BREAKER_DESTINATIONS, ChallengeStatus, NO_TRANSACTION, OtpPolicy},
    },
};
use futures_util::future::join_all;
use ports::{
    crypto::CodeMac,
    messaging::{
        Lane, LeasedMessage, NewOutbound, Settlement, inbound_webhook::StatusReport,
        message_channel::OutboundMessage,
    },
    verification::{
        AttemptRequest, AttemptVerdict, BeginResend, BeginVerification, CheckAttempt, OwnCode, OwnSend,
        StartOutcome, Verification, Verifications,
    },
};

pub(crate) const RIGHT: u8 = 7;
pub(crate) const WRONG: u8 = 8;

fn bearing(channel: Channel, text: &str) -> NewOutbound {
    NewOutbound {
        message: OutboundMessage::plain(MessageId(id()), channel, "+525500000001".into(), text.into()),
        channel_account: format!("twilio:{}:+14155238886", channel.name()).parse().unwrap(),
        lane: Lane::Code,
        expires_at: at(600),
        client: None,
    }
}

/// A code that is sent on these channels. Its hash is made from `digit`, its salt from the number of the
/// send.
pub(crate) fn code(digit: u8, salt: u8, fallbacks: &[Channel]) -> OwnSend {
    let mut messages = fallbacks.iter().map(|channel| bearing(*channel, "a code"));
    OwnSend {
        code: OwnCode {
            salt: [salt; 16],
            mac: CodeMac { key_id: "1".into(), mac: [digit; 32] },
            transaction_digest: NO_TRANSACTION,
        },
        message: messages.next().unwrap(),
        fallback: messages.collect(),
    }
}

pub(crate) fn own(number: u32, policy: OtpPolicy, fallbacks: &[Channel]) -> BeginVerification {
    let mut request = BeginVerification { own: Some(code(RIGHT, 1, fallbacks)), ..challenge(number, policy) };
    request.challenge.channel = fallbacks[0];
    request
}

pub(crate) async fn begin(store: &dyn Stores, request: &BeginVerification, second: i64) -> Verification {
    match Verifications::begin(store, request, at(second)).await.unwrap() {
        StartOutcome::Started(verification) => *verification,
        other => panic!("{other:?}"),
    }
}

fn own_attempt(
    verification: VerificationId,
    (typed, salt): (u8, u8),
    effect_key: Option<&str>,
) -> CheckAttempt {
    let attempt = AttemptRequest {
        verification,
        effect_key: effect_key.map(str::to_owned),
        anonymous: None,
        seen_open: false,
        typed: Some([typed; 32]),
    };
    CheckAttempt { attempt, salt: [salt; 16], policy: policy() }
}

pub(crate) async fn judge(
    store: &dyn Stores,
    verification: VerificationId,
    (typed, salt): (u8, u8),
    effect_key: Option<&str>,
    second: i64,
) -> AttemptVerdict {
    let request = own_attempt(verification, (typed, salt), effect_key);
    store.judge_attempt(&request, at(second)).await.unwrap()
}

fn checked(approved: bool, attempts_remaining: u32) -> AttemptVerdict {
    AttemptVerdict::Judged(AttemptResult { approved, attempts_remaining, locked_until: None })
}

pub(crate) async fn leased(store: &dyn Stores, second: i64) -> Vec<LeasedMessage> {
    store.lease(at(second), at(second + 20), 100).await.unwrap()
}

async fn seen(store: &dyn Stores, id: VerificationId) -> Verification {
    Verifications::find(store, id).await.unwrap().unwrap()
}

fn sends(verification: &Verification) -> Vec<(Channel, &str)> {
    verification.sends.iter().map(|send| (send.channel, send.status.name())).collect()
}

/// Sixty wrong attempts at once: three are compared, each with its own remainder. Then the right code is too
/// late.
pub async fn sixty_own_attempts_at_once_are_three(store: impl Stores) {
    let id = begin(&store, &own(1, policy(), &[Channel::Sms]), 0).await.id;
    let verdicts = join_all((0..60).map(|_| judge(&store, id, (WRONG, 1), None, 1))).await;
    let mut left: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            AttemptVerdict::Judged(checked) => Some((checked.approved, checked.attempts_remaining)),
            _ => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [(false, 0), (false, 1), (false, 2)]);
    assert_eq!(judge(&store, id, (RIGHT, 1), None, 1).await, AttemptVerdict::Refused(AttemptRefusal::Gone));
    assert_eq!(seen(&store, id).await.challenge.status, ChallengeStatus::Canceled);
}

/// Thirty right codes at once: one approval, and never again.
pub async fn thirty_right_own_codes_at_once_are_one_approval(store: impl Stores) {
    let id = begin(&store, &own(1, OtpPolicy { attempts_max: 30, ..policy() }, &[Channel::Sms]), 0).await.id;
    let verdicts = join_all((0..30).map(|_| judge(&store, id, (RIGHT, 1), None, 1))).await;
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == checked(true, 29)).count(), 1);
    assert_eq!(
        verdicts.iter().filter(|verdict| **verdict == AttemptVerdict::Refused(AttemptRefusal::Gone)).count(),
        29
    );
    assert_eq!(judge(&store, id, (RIGHT, 1), None, 2).await, AttemptVerdict::Refused(AttemptRefusal::Gone));
}

/// A right code that is sent twice at once is right twice: an attempt that read the open challenge gets the approval
/// of the one that was first. It uses no attempt, has no say with another code, and keeps its answer under its key.
pub async fn a_right_own_code_twice_at_once_is_right_twice(store: impl Stores) {
    let id = begin(&store, &own(1, policy(), &[Channel::Sms]), 0).await.id;
    let early = |typed, key| {
        let mut request = own_attempt(id, (typed, 1), key);
        request.attempt.seen_open = true;
        request
    };
    let requests: Vec<_> = (0..10).map(|_| early(RIGHT, None)).collect();
    let verdicts = join_all(requests.iter().map(|request| store.judge_attempt(request, at(1)))).await;
    assert!(verdicts.into_iter().all(|verdict| verdict.unwrap() == checked(true, 2)));
    assert_eq!(seen(&store, id).await.challenge.attempts_used, 1);
    let gone = AttemptVerdict::Refused(AttemptRefusal::Gone);
    assert_eq!(store.judge_attempt(&early(WRONG, None), at(1)).await.unwrap(), gone);
    assert_eq!(store.judge_attempt(&early(RIGHT, Some("key")), at(1)).await.unwrap(), checked(true, 2));
    assert_eq!(judge(&store, id, (RIGHT, 1), Some("key"), 9).await, checked(true, 2), "answered before");
    assert_eq!(judge(&store, id, (RIGHT, 1), None, 2).await, gone, "it comes later");
}

/// The attempt of a turn that runs again is judged once, whatever was sent since.
pub async fn an_own_attempt_is_judged_once_for_its_effect(store: impl Stores) {
    let id = begin(&store, &own(1, policy(), &[Channel::Sms]), 0).await.id;
    for _ in 0..2 {
        assert_eq!(judge(&store, id, (WRONG, 1), Some("event:1"), 1).await, checked(false, 2));
    }
    assert_eq!(judge(&store, id, (RIGHT, 1), Some("event:2"), 1).await, checked(true, 1));
    assert_eq!(judge(&store, id, (RIGHT, 1), Some("event:2"), 1).await, checked(true, 1));
}

/// Only the newest code is valid. Attempts that were used stay used, and an attempt hashed for the older code
/// uses none.
pub async fn a_new_code_voids_the_one_before(store: impl Stores) {
    let id = begin(&store, &own(1, policy(), &[Channel::Sms]), 0).await.id;
    assert_eq!(judge(&store, id, (WRONG, 1), None, 1).await, checked(false, 2));
    let again = BeginResend {
        verification: id,
        channel: Channel::Sms,
        locale: Locale::Es,
        fallback: Vec::new(),
        effect_key: Some("event:9".into()),
        own: Some(code(RIGHT + 2, 2, &[Channel::Sms])),
        policy: policy(),
    };
    let StartOutcome::Started(sent) = store.begin_resend(&again, at(2)).await.unwrap() else { panic!() };
    assert_eq!((sent.id, sent.challenge.attempts_remaining(), sent.sends.len()), (id, 2, 2));
    let repeated = BeginResend { own: Some(code(RIGHT + 3, 3, &[Channel::Sms])), ..again };
    let StartOutcome::Repeated(same) = store.begin_resend(&repeated, at(3)).await.unwrap() else { panic!() };
    assert_eq!(same.sends.len(), 2, "the same effect sends once");
    assert_eq!(judge(&store, id, (RIGHT, 1), None, 3).await, AttemptVerdict::Outdated);
    assert_eq!(judge(&store, id, (RIGHT, 2), None, 3).await, checked(false, 1), "the old code");
    assert_eq!(judge(&store, id, (RIGHT + 2, 2), None, 3).await, checked(true, 0));
}

/// The challenge and its message are stored together. Once the message is sent, nothing of the code is left.
pub async fn a_challenge_comes_with_its_message(store: impl Stores) {
    let request = own(1, policy(), &[Channel::Sms]);
    let id = begin(&store, &request, 0).await.id;
    let refused = Verifications::begin(&store, &own(1, policy(), &[Channel::Sms]), at(0)).await.unwrap();
    assert!(matches!(refused, StartOutcome::Open(open) if open.id == id));
    let out = leased(&store, 1).await;
    assert_eq!(out.len(), 1, "no message without a challenge of its own");
    assert_eq!(out[0].message.id, request.own.unwrap().message.message.id);
    assert_eq!(sends(&seen(&store, id).await), [(Channel::Sms, "queued")]);
    store.settle(&out[0], &Settlement::Sent { provider_id: "SM1".into() }, at(1)).await.unwrap();
    assert_eq!(sends(&seen(&store, id).await), [(Channel::Sms, "sent")]);
}

/// A code that was not sent uses up no quota.
pub async fn an_own_code_that_failed_costs_no_quota(store: impl Stores) {
    let one = OtpPolicy { sends_per_destination_per_day: 1, ..policy() };
    let id = begin(&store, &own(1, one, &[Channel::Sms]), 0).await.id;
    let other = |policy| {
        let mut request = own(1, policy, &[Channel::Sms]);
        request.challenge.requester = Principal::Client("another".into());
        request
    };
    assert!(matches!(
        Verifications::begin(&store, &other(one), at(0)).await.unwrap(),
        StartOutcome::Refused(SendRefusal::Limited(..))
    ));
    fail(&store, 1).await;
    assert_eq!(sends(&seen(&store, id).await), [(Channel::Sms, "failed")]);
    begin(&store, &other(one), 1).await;
}

pub(crate) async fn fail(store: &dyn Stores, second: i64) {
    let failed = Settlement::Failed { code: Some("63024".into()), reason: "no".into(), opted_out: false };
    for message in leased(store, second).await {
        store.settle(&message, &failed, at(second)).await.unwrap();
    }
}

/// A failure moves the code to the next channel at once, and once only, however many workers look. The same
/// challenge shows both sends.
pub async fn a_failed_send_moves_to_the_next_channel_once(store: impl Stores) {
    let fallbacks = [Channel::Whatsapp, Channel::Sms];
    let id = begin(&store, &own(1, policy(), &fallbacks), 0).await.id;
    assert_eq!(store.take_next_fallbacks(&policy(), at(1)).await.unwrap(), 0, "it may still arrive");
    fail(&store, 1).await;
    let limits = policy();
    let taken = join_all((0..10).map(|_| store.take_next_fallbacks(&limits, at(2)))).await;
    assert_eq!(taken.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    let next = leased(&store, 2).await;
    assert_eq!((next.len(), next[0].message.channel), (1, Channel::Sms));
    assert_eq!(next[0].message.text, "a code");
    let now = seen(&store, id).await;
    assert_eq!(now.channel, Channel::Sms);
    assert_eq!(sends(&now), [(Channel::Whatsapp, "failed"), (Channel::Sms, "queued")]);
    assert_eq!(judge(&store, id, (RIGHT, 1), None, 3).await, checked(true, 2), "the same code");
}

/// Thirty seconds without a delivery move the code to the next channel, then to the one after it. A delivery
/// ends that.
pub async fn silence_moves_to_the_next_channel_and_a_delivery_ends_it(store: impl Stores) {
    let fallbacks = [Channel::Whatsapp, Channel::Sms, Channel::Telegram];
    let id = begin(&store, &own(1, policy(), &fallbacks), 0).await.id;
    let first = leased(&store, 1).await.remove(0);
    store.settle(&first, &Settlement::Sent { provider_id: "SM1".into() }, at(1)).await.unwrap();
    assert_eq!(store.take_next_fallbacks(&policy(), at(29)).await.unwrap(), 0);
    assert_eq!(store.take_next_fallbacks(&policy(), at(30)).await.unwrap(), 1);
    let second = leased(&store, 30).await.remove(0);
    assert_eq!(second.message.channel, Channel::Sms);
    let delivered = StatusReport {
        message: Some(second.message.id),
        provider_id: Some("SM2".into()),
        status: DeliveryStatus::Delivered,
        error: None,
        opted_out: false,
        at: None,
        price_category: None,
    };
    store.record_statuses(&[delivered], at(31)).await.unwrap();
    assert_eq!(store.take_next_fallbacks(&policy(), at(90)).await.unwrap(), 0, "it has arrived");
    assert!(leased(&store, 90).await.is_empty());
    assert_eq!(sends(&seen(&store, id).await), [(Channel::Whatsapp, "sent"), (Channel::Sms, "delivered")]);
}

/// A challenge that was approved, or whose code was sent again, uses no other channel.
pub async fn a_settled_challenge_moves_to_no_other_channel(store: impl Stores) {
    let fallbacks = [Channel::Whatsapp, Channel::Sms];
    let approved = begin(&store, &own(1, policy(), &fallbacks), 0).await.id;
    assert_eq!(judge(&store, approved, (RIGHT, 1), None, 1).await, checked(true, 2));
    let renewed = begin(&store, &own(2, policy(), &fallbacks), 0).await.id;
    let again = BeginResend {
        verification: renewed,
        channel: Channel::Whatsapp,
        locale: Locale::Es,
        fallback: Vec::new(),
        effect_key: None,
        own: Some(code(RIGHT, 2, &[Channel::Whatsapp])),
        policy: policy(),
    };
    assert!(matches!(store.begin_resend(&again, at(1)).await.unwrap(), StartOutcome::Started(_)));
    assert_eq!(store.take_next_fallbacks(&policy(), at(60)).await.unwrap(), 0);
    let out = leased(&store, 61).await;
    assert!(out.iter().all(|message| message.message.channel == Channel::Whatsapp));
}

/// Many sends to one number stop at the limit, and there are no more messages than that.
pub async fn limits_hold_for_own_codes(store: impl Stores) {
    let five = OtpPolicy { sends_per_destination_per_day: 5, ..policy() };
    let burst = join_all((0..20).map(|n| {
        let mut request = own(1, five, &[Channel::Sms]);
        request.challenge.requester = Principal::Client(format!("team {n}"));
        let store = &store;
        async move { Verifications::begin(store, &request, at(0)).await.unwrap() }
    }))
    .await;
    assert_eq!(burst.iter().filter(|begun| matches!(begun, StartOutcome::Started(_))).count(), 5);
    let mut out = 0;
    loop {
        let messages = leased(&store, 1).await;
        if messages.is_empty() {
            break;
        }
        for message in messages {
            out += 1;
            let sent = Settlement::Sent { provider_id: format!("SM{out}") };
            store.settle(&message, &sent, at(1)).await.unwrap();
        }
    }
    assert_eq!(out, 5);
}

/// The check attempts of two hundred destinations are used up: new challenges get one attempt, and anonymous
/// callers get no code.
pub async fn many_exhausted_destinations_open_the_breaker(store: impl Stores) {
    let one = OtpPolicy { attempts_max: 1, ..policy() };
    for number in 0..BREAKER_DESTINATIONS {
        let id = begin(&store, &own(1000 + number, one, &[Channel::Sms]), 0).await.id;
        assert_eq!(begin_attempts(&store, 1, 1).await, 3, "after {number}");
        assert_eq!(judge(&store, id, (WRONG, 1), None, 1).await, checked(false, 0));
    }
    assert_eq!(begin_attempts(&store, 2, 2).await, 1);
    let mut nameless = own(3, policy(), &[Channel::Sms]);
    nameless.challenge.requester = Principal::Anonymous(Some("203.0.113.9".into()));
    let suspended = Verifications::begin(&store, &nameless, at(2)).await.unwrap();
    assert!(matches!(suspended, StartOutcome::Refused(SendRefusal::Suspended(_))), "{suspended:?}");
    assert_eq!(begin_attempts(&store, 4, 602).await, 3, "ten minutes later it is closed");
    nameless.challenge.id = VerificationId(id());
    nameless.own = Some(code(RIGHT, 1, &[Channel::Sms]));
    begin(&store, &nameless, 602).await;
}

/// How many check attempts the challenge of that number has, whether it is started now or was before.
async fn begin_attempts(store: &dyn Stores, number: u32, second: i64) -> u32 {
    match Verifications::begin(store, &own(number, policy(), &[Channel::Sms]), at(second)).await.unwrap() {
        StartOutcome::Started(begun) | StartOutcome::Open(begun) => begun.challenge.attempts_max,
        other => panic!("{other:?}"),
    }
}

/// A code with an unknown delivery is kept no longer than it is valid.
pub async fn what_is_left_of_a_code_is_wiped(store: impl Stores) {
    begin(&store, &own(1, policy(), &[Channel::Sms, Channel::Whatsapp]), 0).await;
    let out = leased(&store, 1).await.remove(0);
    store.settle(&out, &Settlement::Dead { reason: "nobody knows".into() }, at(1)).await.unwrap();
    assert_eq!(store.wipe_codes(at(599)).await.unwrap(), 0);
    let later = at(0) + Duration::minutes(10);
    assert_eq!(store.wipe_codes(later).await.unwrap(), 2, "the message and its fallback");
    assert_eq!(store.wipe_codes(later).await.unwrap(), 0);
}
