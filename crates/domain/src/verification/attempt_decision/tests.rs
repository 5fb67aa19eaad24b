//! The decision on a check attempt, as single cases and over random series.

use super::*;
use proptest::prelude::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn policy() -> OtpPolicy {
    OtpPolicy::default()
}

fn fresh() -> AttemptFacts {
    AttemptFacts {
        challenge: Challenge {
            status: ChallengeStatus::Pending,
            attempts_used: 0,
            attempts_max: 3,
            expires_at: at(600),
            last_sent_at: at(0),
        },
        failures: Failures::default(),
        used_at_provider: 0,
    }
}

fn judged(facts: &AttemptFacts, right: bool, second: i64) -> Settlement {
    match facts.judge(right, &policy(), at(second)) {
        AttemptDecision::Judged(settlement) => settlement,
        refused @ AttemptDecision::Refused(_) => panic!("{refused:?}"),
    }
}

#[test]
fn a_right_code_approves_and_clears_the_failures() {
    let facts = AttemptFacts { failures: Failures { count: 4, locked_until: None }, ..fresh() };
    let settlement = judged(&facts, true, 1);
    assert_eq!(settlement.challenge.status, ChallengeStatus::Approved);
    assert_eq!(settlement.challenge.attempts_used, 1);
    assert_eq!((settlement.failures, settlement.used_up), (Failures::default(), false));
    assert!(settlement.was_open);
    let expected = AttemptResult { approved: true, attempts_remaining: 2, locked_until: None };
    assert_eq!(settlement.result, expected);
}

#[test]
fn the_third_wrong_code_uses_the_challenge_up() {
    let mut facts = fresh();
    for left in [2, 1, 0] {
        let settlement = judged(&facts, false, 1);
        let expected = AttemptResult { approved: false, attempts_remaining: left, locked_until: None };
        assert_eq!((settlement.result, settlement.used_up), (expected, left == 0));
        facts = AttemptFacts { challenge: settlement.challenge, failures: settlement.failures, ..facts };
    }
    assert_eq!((facts.challenge.status, facts.failures.count), (ChallengeStatus::Canceled, 3));
    assert_eq!(facts.judge(true, &policy(), at(2)), AttemptDecision::Refused(AttemptRefusal::Gone));
}

#[test]
fn the_wrong_code_that_locks_ends_the_challenge_and_leaves_nothing() {
    let facts = AttemptFacts { failures: Failures { count: 4, locked_until: None }, ..fresh() };
    let settlement = judged(&facts, false, 10);
    assert_eq!(settlement.challenge.status, ChallengeStatus::Canceled);
    let locked = AttemptResult { approved: false, attempts_remaining: 0, locked_until: Some(at(310)) };
    assert_eq!((settlement.result, settlement.used_up), (locked, false), "two attempts were never used");
    let after = AttemptFacts { challenge: settlement.challenge, failures: settlement.failures, ..facts };
    assert_eq!(
        after.judge(true, &policy(), at(309)),
        AttemptDecision::Refused(AttemptRefusal::Locked(at(310)))
    );
    assert_eq!(after.judge(true, &policy(), at(310)), AttemptDecision::Refused(AttemptRefusal::Gone));
}

#[test]
fn an_expired_code_is_not_compared() {
    assert_eq!(fresh().reserve(at(600)), Err(AttemptRefusal::Gone));
    assert_eq!(fresh().reserve(at(599)).map(|challenge| challenge.attempts_used), Ok(1));
}

#[test]
fn attempts_at_a_shared_challenge_of_the_provider_count_together() {
    let shared = |used| AttemptFacts { used_at_provider: used, ..fresh() }.reserve(at(1)).is_ok();
    assert_eq!((shared(2), shared(3), shared(4)), (true, false, false));
}

#[test]
fn a_settled_challenge_stays_as_it_is() {
    for status in [ChallengeStatus::Approved, ChallengeStatus::Canceled] {
        let challenge = Challenge { status, attempts_used: 3, ..fresh().challenge };
        let facts =
            AttemptFacts { challenge, failures: Failures { count: 4, locked_until: None }, ..fresh() };
        let late = facts.settle(true, 0, &policy(), at(1));
        assert_eq!((late.challenge, late.failures), (challenge, facts.failures), "too late to count");
        assert!(!late.result.approved && !late.used_up && !late.was_open);
        let wrong = facts.settle(false, 0, &policy(), at(1));
        assert_eq!((wrong.challenge, wrong.used_up), (challenge, false));
        assert_eq!(wrong.failures.locked_until, Some(at(301)), "a wrong code counts, however late");
    }
}

#[test]
fn the_last_wrong_answer_waits_for_those_in_progress() {
    let challenge = Challenge { attempts_used: 3, ..fresh().challenge };
    let facts = AttemptFacts { challenge, ..fresh() };
    let first = facts.settle(false, 1, &policy(), at(1));
    assert_eq!((first.challenge.status, first.used_up), (ChallengeStatus::Pending, true));
    let other = facts.settle(true, 0, &policy(), at(1));
    assert_eq!((other.challenge.status, other.used_up), (ChallengeStatus::Approved, false));
}

#[test]
fn after_the_last_wrong_code_later_ones_are_answered_about_the_code() {
    let wrong = |attempts_remaining, locked_until| AttemptResult {
        approved: false,
        attempts_remaining,
        locked_until,
    };
    assert_eq!(wrong(1, None).later_refusal(at(0)), None, "another attempt is left");
    assert_eq!(wrong(0, None).later_refusal(at(0)), Some(AttemptRefusal::Gone));
    let locked = wrong(0, Some(at(300)));
    assert_eq!(locked.later_refusal(at(299)), Some(AttemptRefusal::Locked(at(300))));
    assert_eq!(locked.later_refusal(at(300)), Some(AttemptRefusal::Gone));
    let right = AttemptResult { approved: true, attempts_remaining: 0, locked_until: None };
    assert_eq!((right.ends_challenge(), right.later_refusal(at(0))), (false, None));
}

#[test]
fn the_audit_log_tells_result_and_lock() {
    let wrong = AttemptResult { approved: false, attempts_remaining: 2, locked_until: None };
    assert_eq!((wrong.name(), wrong.to_string().as_str()), ("refused", "2 attempts left"));
    let locked = AttemptResult { attempts_remaining: 0, locked_until: Some(at(0)), ..wrong };
    assert_eq!(locked.to_string(), "0 attempts left, locked until 2023-11-14T22:13:20Z");
    assert_eq!(AttemptResult { approved: true, ..wrong }.name(), "approved");
}

proptest! {
    /// A series of codes at any times: at most three are compared, at most one is approved, nothing is
    /// compared after the end, and a result and its challenge always agree.
    #[test]
    fn result_and_challenge_agree(codes in proptest::collection::vec((any::<bool>(), 0_i64..400), 0..12), before in 0..5_u32) {
        let mut facts = AttemptFacts { failures: Failures { count: before, locked_until: None }, ..fresh() };
        let (mut compared, mut approvals, mut wrong, mut second) = (0, 0, before, 0);
        for (right, pause) in codes {
            second += pause;
            let was_open = facts.challenge.is_open(at(second));
            let lock = facts.failures.lock_at(at(second));
            match facts.judge(right, &policy(), at(second)) {
                AttemptDecision::Refused(AttemptRefusal::Locked(until)) => prop_assert_eq!(Some(until), lock),
                AttemptDecision::Refused(AttemptRefusal::Gone) => prop_assert!(!was_open && lock.is_none()),
                AttemptDecision::Judged(settlement) => {
                    let result = settlement.result;
                    compared += 1;
                    prop_assert!(was_open && lock.is_none() && approvals == 0);
                    prop_assert_eq!(result.approved, right);
                    approvals += u32::from(result.approved);
                    wrong = if right { 0 } else { wrong + 1 };
                    prop_assert_eq!(result.locked_until.is_some(), wrong == 5);
                    prop_assert_eq!(settlement.failures.count, wrong);
                    let is_over = !right && (compared == 3 || wrong == 5);
                    prop_assert_eq!(settlement.challenge.status == ChallengeStatus::Canceled, is_over);
                    prop_assert_eq!(settlement.challenge.status == ChallengeStatus::Approved, right);
                    prop_assert_eq!(result.attempts_remaining, if wrong == 5 { 0 } else { 3 - compared });
                    facts = AttemptFacts { challenge: settlement.challenge, failures: settlement.failures, ..facts };
                }
            }
        }
        prop_assert!(compared <= 3 && approvals <= 1);
    }

    /// Reserved and settled later is the same as judged at once.
    #[test]
    fn a_provider_s_code_is_decided_like_one_of_ours(right in any::<bool>(), used in 0..3_u32, failures in 0..5_u32) {
        let challenge = Challenge { attempts_used: used, ..fresh().challenge };
        let facts = AttemptFacts { challenge, failures: Failures { count: failures, locked_until: None }, ..fresh() };
        let reserved = AttemptFacts { challenge: facts.reserve(at(1)).unwrap(), ..facts };
        prop_assert_eq!(
            facts.judge(right, &policy(), at(1)),
            AttemptDecision::Judged(reserved.settle(right, 0, &policy(), at(1)))
        );
    }
}
