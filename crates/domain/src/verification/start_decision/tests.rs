//! The decision on a send, over every mix of facts.

use super::*;
use crate::verification::otp::{Count, SendLimit};
use proptest::prelude::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn policy() -> OtpPolicy {
    OtpPolicy::default()
}

/// Facts that let a code be sent.
fn free() -> StartFacts {
    StartFacts::of(Failures::default(), SendCounts::default())
}

fn full(n: u32) -> Count {
    Count { n, oldest: Some(at(-60)) }
}

#[test]
fn a_code_is_sent_when_nothing_is_against_it() {
    assert_eq!(free().decide(&policy(), at(0)), StartDecision::Send { attempts_max: 3 });
}

#[test]
fn what_comes_first_decides() {
    let locked = Failures { count: 5, locked_until: Some(at(100)) };
    let counts = SendCounts {
        destination: full(5),
        ip: full(10),
        prefix: full(30),
        country: full(300),
        service: full(1000),
    };
    let mut facts = StartFacts {
        is_repeated: true,
        has_open_challenge: true,
        breaker: Breaker::Open,
        is_anonymous: true,
        failures: locked,
        last_sent_at: Some(at(-20)),
        counts,
    };
    let refuse = StartDecision::Refuse;
    assert_eq!(facts.decide(&policy(), at(0)), StartDecision::Repeat);
    facts.is_repeated = false;
    assert_eq!(facts.decide(&policy(), at(0)), StartDecision::KeepOpen);
    facts.has_open_challenge = false;
    assert_eq!(facts.decide(&policy(), at(0)), refuse(SendRefusal::Suspended(at(60))));
    facts.is_anonymous = false;
    assert_eq!(facts.decide(&policy(), at(0)), refuse(SendRefusal::Locked(at(100))));
    facts.failures = Failures::default();
    let limited = |limit, until| refuse(SendRefusal::Limited(limit, until));
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Cooldown, at(40)));
    facts.last_sent_at = Some(at(-60));
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Destination, at(24 * 3600 - 60)));
    facts.counts.destination = full(4);
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Address, at(3600 - 60)));
    facts.counts.ip = full(9);
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Prefix, at(3600 - 60)));
    facts.counts.prefix = full(29);
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Country, at(3600 - 60)));
    facts.counts.country = full(299);
    assert_eq!(facts.decide(&policy(), at(0)), limited(SendLimit::Service, at(3600 - 60)));
    facts.counts.service = full(999);
    assert_eq!(facts.decide(&policy(), at(0)), StartDecision::Send { attempts_max: 1 }, "while it is open");
}

#[test]
fn a_refusal_says_when_to_ask_again() {
    for refusal in [
        SendRefusal::Suspended(at(7)),
        SendRefusal::Locked(at(7)),
        SendRefusal::Limited(SendLimit::Prefix, at(7)),
    ] {
        assert_eq!(refusal.until(), at(7));
    }
}

fn counts() -> impl Strategy<Value = SendCounts> {
    let count = |max: u32| {
        (0..max + 3, -90_000_i64..=0).prop_map(|(n, oldest)| Count { n, oldest: (n > 0).then(|| at(oldest)) })
    };
    let counts = (count(5), count(10), count(30), count(300), count(1000));
    counts.prop_map(|(destination, ip, prefix, country, service)| SendCounts {
        destination,
        ip,
        prefix,
        country,
        service,
    })
}

fn facts() -> impl Strategy<Value = StartFacts> {
    (
        [0.1, 0.1, 0.5, 0.5].map(proptest::bool::weighted),
        (0..6_u32, proptest::option::of(-400_i64..400)),
        proptest::option::of(-120_i64..=5),
        counts(),
    )
        .prop_map(
            |([is_repeated, has_open_challenge, is_open, is_anonymous], failures, sent, counts)| StartFacts {
                is_repeated,
                has_open_challenge,
                breaker: if is_open { Breaker::Open } else { Breaker::Closed },
                is_anonymous,
                failures: Failures { count: failures.0, locked_until: failures.1.map(at) },
                last_sent_at: sent.map(at),
                counts,
            },
        )
}

proptest! {
    /// A code goes out exactly when no rule speaks against it. The rules are said here once more, in words
    /// of their own.
    #[test]
    fn a_code_is_sent_only_when_every_rule_allows_it(facts in facts()) {
        let limits = policy();
        let is_locked = facts.failures.locked_until.is_some_and(|until| until > at(0));
        let is_cooling = facts.last_sent_at.is_some_and(|sent| at(0) < sent + limits.resend_cooldown);
        let sent = facts.counts;
        let is_full = sent.destination.n >= 5
            || sent.ip.n >= 10
            || sent.prefix.n >= 30
            || sent.country.n >= 300
            || sent.service.n >= 1000;
        let is_suspended = facts.breaker == Breaker::Open && facts.is_anonymous;
        match facts.decide(&limits, at(0)) {
            StartDecision::Repeat => prop_assert!(facts.is_repeated),
            StartDecision::KeepOpen => prop_assert!(!facts.is_repeated && facts.has_open_challenge),
            StartDecision::Send { attempts_max } => {
                prop_assert!(!facts.is_repeated && !facts.has_open_challenge);
                prop_assert!(!is_suspended && !is_locked && !is_cooling && !is_full);
                prop_assert_eq!(attempts_max, if facts.breaker == Breaker::Open { 1 } else { 3 });
            }
            StartDecision::Refuse(refusal) => {
                prop_assert!(!facts.is_repeated && !facts.has_open_challenge);
                prop_assert!(refusal.until() > at(0), "a refusal that is over already");
                let is_true = match refusal {
                    SendRefusal::Suspended(_) => is_suspended,
                    SendRefusal::Locked(_) => is_locked,
                    SendRefusal::Limited(SendLimit::Cooldown, _) => is_cooling,
                    SendRefusal::Limited(..) => is_full,
                };
                prop_assert!(is_true, "{refusal:?} without its reason");
            }
        }
    }

    /// At the time that a refusal names, its own reason has passed. A quota may still be full by younger
    /// sends, so it is not among these.
    #[test]
    fn a_lock_and_a_cooldown_are_over_at_their_time(facts in facts()) {
        let StartDecision::Refuse(refusal) = facts.decide(&policy(), at(0)) else { return Ok(()) };
        let until = refusal.until();
        match (refusal, facts.decide(&policy(), until)) {
            (SendRefusal::Locked(_), StartDecision::Refuse(later)) => {
                prop_assert!(!matches!(later, SendRefusal::Locked(_)));
            }
            (SendRefusal::Limited(SendLimit::Cooldown, _), StartDecision::Refuse(later)) => {
                prop_assert!(!matches!(later, SendRefusal::Limited(SendLimit::Cooldown, _)));
            }
            _ => {}
        }
    }
}
