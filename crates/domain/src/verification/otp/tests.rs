//! Codes, challenges and limits, as an attacker meets them.

use super::*;
use crate::money::Currency;
use crate::{
    ids::TransferId,
    money::{
        Money,
        account_number::AccountNumber,
        folio::Folio,
        transaction_digest::{transaction_digest, transfer_digest},
        transfer::{Destination, Transfer},
    },
    principal::Principal,
};
use proptest::prelude::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn policy() -> OtpPolicy {
    OtpPolicy::default()
}

fn challenge() -> Challenge {
    Challenge {
        status: ChallengeStatus::Pending,
        attempts_used: 0,
        attempts_max: 3,
        expires_at: at(600),
        last_sent_at: at(0),
    }
}

#[test]
fn the_last_wrong_attempt_ends_it() {
    let mut c = challenge();
    for left in [2, 1, 0] {
        assert!(c.take_attempt(at(1)));
        assert_eq!(c.attempts_remaining(), left);
        c.settle_attempt(false, 0);
    }
    assert_eq!(c.status, ChallengeStatus::Canceled);
    assert!(!c.take_attempt(at(2)));
}

#[test]
fn ends_at_its_time_and_passes_once() {
    let mut c = challenge();
    assert!(!c.take_attempt(at(600)));
    assert!(c.take_attempt(at(599)));
    c.settle_attempt(true, 0);
    assert!(!c.take_attempt(at(599)));
}

#[test]
fn what_is_over_leaves_no_attempts() {
    let open = challenge();
    assert_eq!((open.has_expired(at(599)), open.attempts_left(at(599))), (false, 3));
    assert_eq!((open.has_expired(at(600)), open.attempts_left(at(600))), (true, 0));
    let approved = Challenge { status: ChallengeStatus::Approved, attempts_used: 1, ..challenge() };
    assert_eq!((approved.has_expired(at(600)), approved.attempts_left(at(600))), (false, 2));
    let locked = Challenge { status: ChallengeStatus::Canceled, attempts_used: 1, ..challenge() };
    assert_eq!((locked.has_expired(at(600)), locked.attempts_left(at(1))), (false, 0));
}

#[test]
fn resend_waits_for_the_cooldown() {
    assert_eq!(challenge().resend_wait(&policy(), at(10)), Duration::seconds(50));
    assert_eq!(challenge().resend_wait(&policy(), at(61)), Duration::zero());
}

#[test]
fn five_failures_lock_and_the_lock_ends_clean() {
    let mut f = Failures::default();
    for _ in 0..5 {
        assert_eq!(f.lock_at(at(0)), None);
        f = f.after_wrong_attempt(&policy(), at(0));
    }
    assert_eq!(f.lock_at(at(299)), Some(at(300)));
    assert_eq!(f.lock_at(at(300)), None);
    f = f.after_wrong_attempt(&policy(), at(301));
    assert_eq!((f.count, f.lock_at(at(301))), (1, None), "one failure after the lock doesn't lock again");
}

#[test]
fn send_limits_tell_when_to_come_back() {
    let full = SendCounts { destination: Count { n: 5, oldest: Some(at(-3600)) }, ..SendCounts::default() };
    assert_eq!(
        full.check(&policy(), at(0)),
        Err(SendLimitReached { limit: SendLimit::Destination, retry_after: Duration::hours(23) })
    );
    assert_eq!(SendCounts::default().check(&policy(), at(0)), Ok(()));
}

#[test]
fn any_change_gives_another_digest() {
    let id = TransferId(uuid::Uuid::nil());
    let to = |n: &str| AccountNumber::Plain(n.into());
    let base = transaction_digest(id, Money::new(100, Currency::MXN), &to("123456"));
    assert_ne!(base, transaction_digest(id, Money::new(101, Currency::MXN), &to("123456")));
    assert_ne!(base, transaction_digest(id, Money::new(100, Currency::MXN), &to("123457")));
    assert_ne!(
        base,
        transaction_digest(TransferId(uuid::Uuid::max()), Money::new(100, Currency::MXN), &to("123456"))
    );
}

#[test]
fn a_code_has_no_readable_debug() {
    let code = OtpCode::parse("123 456").unwrap();
    assert_eq!(code.reveal(), "123456");
    assert!(!format!("{code:?}").contains("123"));
    assert_eq!(OtpCode::parse("12a456"), Err(InvalidCode));
}

#[test]
fn the_wire_knows_these_purposes_and_states() {
    use ChallengeStatus as S;
    for (purpose, name) in [
        (Purpose::Registration, "registration"),
        (Purpose::Login, "login"),
        (Purpose::PasswordReset, "password_reset"),
        (Purpose::Transfer, "transfer"),
    ] {
        assert_eq!((purpose.name(), Purpose::parse(name)), (name, Some(purpose)));
    }
    for (status, name) in [(S::Pending, "pending"), (S::Approved, "approved"), (S::Canceled, "canceled")] {
        assert_eq!((status.name(), S::parse(name)), (name, Some(status)));
    }
    assert_eq!((Purpose::parse("Login"), S::parse("open")), (None, None));
}

#[test]
fn a_code_has_four_to_ten_digits() {
    for right in ["1234", "1234567890", " 12-34 56 "] {
        assert!(OtpCode::parse(right).is_ok(), "{right}");
    }
    for wrong in ["123", "12345678901", "", "12.345", "abcdef", "١٢"] {
        assert_eq!(OtpCode::parse(wrong), Err(InvalidCode), "{wrong}");
    }
    for typed in ["12-34 56", "١٢٣٤٥٦", "۱۲۳۴۵۶", "१२३४५६", "１２３４５６"] {
        assert_eq!(OtpCode::parse(typed).unwrap().reveal(), "123456", "{typed}");
    }
    assert_eq!(format!("{:?}", OtpCode::parse("1234").unwrap()), "OtpCode(******)");
}

#[test]
fn a_challenge_without_check_attempts_left_takes_none() {
    let mut c = Challenge { attempts_used: 3, ..challenge() };
    assert!(!c.take_attempt(at(1)));
    assert_eq!((c.attempts_used, c.attempts_remaining()), (3, 0));
    assert_eq!(Challenge { attempts_used: 1, ..challenge() }.attempts_remaining(), 2);
}

#[test]
fn a_settled_challenge_stays_as_it_is() {
    for (settled, right) in [(ChallengeStatus::Canceled, true), (ChallengeStatus::Approved, false)] {
        let mut c = Challenge { status: settled, attempts_used: 3, ..challenge() };
        assert!(!c.settle_attempt(right, 0), "nothing is approved any more");
        assert_eq!(c.status, settled);
    }
}

#[test]
fn a_wrong_code_with_attempts_left_keeps_it_open() {
    let mut c = Challenge { attempts_used: 2, ..challenge() };
    c.settle_attempt(false, 0);
    assert_eq!(c.status, ChallengeStatus::Pending);
    c.settle_attempt(true, 0);
    assert_eq!(c.status, ChallengeStatus::Approved);
}

#[test]
fn the_last_wrong_attempt_waits_for_those_in_progress() {
    let mut c = Challenge { attempts_used: 3, ..challenge() };
    assert!(!c.settle_attempt(false, 2) && !c.settle_attempt(false, 1));
    assert_eq!(c.status, ChallengeStatus::Pending);
    assert!(c.settle_attempt(true, 0));
    assert_eq!(c.status, ChallengeStatus::Approved);
}

#[test]
fn it_is_open_while_pending_not_expired_and_with_attempts_left() {
    let open = challenge();
    assert!(open.is_open(at(599)) && !open.is_open(at(600)) && !open.is_open(at(601)));
    assert!(Challenge { attempts_used: 2, ..open }.is_open(at(1)));
    assert!(!Challenge { attempts_used: 3, ..open }.is_open(at(1)));
    assert!(!Challenge { status: ChallengeStatus::Approved, ..open }.is_open(at(1)));
}

#[test]
fn a_locked_number_counts_no_more_wrong_codes() {
    let locked = Failures { count: 5, locked_until: Some(at(300)) };
    assert_eq!(locked.after_wrong_attempt(&policy(), at(299)), locked);
    let anew = Failures { count: 1, locked_until: None };
    assert_eq!(locked.after_wrong_attempt(&policy(), at(300)), anew);
    let fourth = Failures { count: 3, locked_until: None }.after_wrong_attempt(&policy(), at(0));
    assert_eq!(fourth, Failures { count: 4, locked_until: None });
    assert_eq!(fourth.after_wrong_attempt(&policy(), at(0)), locked);
}

#[test]
fn each_count_has_its_own_limit_and_its_own_window() {
    let count = |n| Count { n, oldest: Some(at(-600)) };
    let none = SendCounts::default();
    let hour = Duration::minutes(50);
    for (limit, full, almost, retry_after) in [
        (
            SendLimit::Destination,
            SendCounts { destination: count(5), ..none },
            SendCounts { destination: count(4), ..none },
            Duration::hours(24) - Duration::minutes(10),
        ),
        (SendLimit::Address, SendCounts { ip: count(10), ..none }, SendCounts { ip: count(9), ..none }, hour),
        (
            SendLimit::Prefix,
            SendCounts { prefix: count(30), ..none },
            SendCounts { prefix: count(29), ..none },
            hour,
        ),
        (
            SendLimit::Country,
            SendCounts { country: count(300), ..none },
            SendCounts { country: count(299), ..none },
            hour,
        ),
        (
            SendLimit::Service,
            SendCounts { service: count(1000), ..none },
            SendCounts { service: count(999), ..none },
            hour,
        ),
    ] {
        assert_eq!(full.check(&policy(), at(0)), Err(SendLimitReached { limit, retry_after }));
        assert_eq!(almost.check(&policy(), at(0)), Ok(()));
    }
}

#[test]
fn one_waits_a_second_at_least_and_a_window_at_most() {
    let ip = |oldest| SendCounts { ip: Count { n: 10, oldest }, ..SendCounts::default() };
    let wait = |counts: SendCounts| counts.check(&policy(), at(0)).unwrap_err().retry_after;
    assert_eq!(wait(ip(Some(at(-3_600)))), Duration::seconds(1));
    assert_eq!(wait(ip(None)), Duration::hours(1));
}

#[test]
fn a_payments_digest_covers_each_of_its_parts() {
    let id = TransferId(uuid::Uuid::nil());
    let plain = |n: &str| AccountNumber::Plain(n.into());
    let digest = transaction_digest(id, Money::new(100, Currency::MXN), &plain("123456"));
    assert_eq!(
        hex::encode(digest),
        "5d5066f75a5c197a9106bda5965e1a75cbe498794844b2ffefbb40ac24e826f7",
        "a code sent before an update is right after it"
    );
    let dollar = Money::new(100, Currency::parse("USD").unwrap());
    assert_ne!(digest, transaction_digest(id, dollar, &plain("123456")));
}

#[test]
fn a_transfers_digest_is_over_what_its_payer_named() {
    let to = crate::ids::WalletId(uuid::Uuid::from_u128(2));
    let account = AccountNumber::Clabe("012345678901234567".into());
    let with = |destination| Transfer {
        id: TransferId(uuid::Uuid::from_u128(7)),
        folio: Folio::of_random(7),
        caller: Principal::Client("shop".into()),
        client_tx_id: None,
        owner: crate::ids::UserId(uuid::Uuid::from_u128(1)),
        from: crate::ids::WalletId(uuid::Uuid::from_u128(1)),
        to,
        destination,
        amount: Money::new(300, Currency::MXN),
        concept: None,
        status: crate::money::transfer::TransferStatus::PendingVerification,
        verification: None,
        reverses: None,
        reversed_minor: 0,
        refusal: None,
        expires_at: None,
        created_at: at(0),
    };
    let over = |account: &AccountNumber| {
        transaction_digest(TransferId(uuid::Uuid::from_u128(7)), Money::new(300, Currency::MXN), account)
    };
    let found = Destination::Wallet { id: to, found_by: Some(account.clone()) };
    assert_eq!(transfer_digest(&with(Destination::Account(account.clone()))), over(&account));
    assert_eq!(transfer_digest(&with(found)), over(&account));
    let by_id = transfer_digest(&with(Destination::Wallet { id: to, found_by: None }));
    assert_eq!(by_id, over(&AccountNumber::Plain(to.to_string())));
}

#[test]
fn hashes_are_equal_only_in_every_byte() {
    assert!(hashes_equal(&[7; 32], &[7; 32]) && !hashes_equal(&[7; 32], &[0; 32]));
    for place in [0, 15, 31] {
        let mut other = [7; 32];
        other[place] = 6;
        assert!(!hashes_equal(&[7; 32], &other), "byte {place}");
    }
    let mut twice = [7; 32];
    (twice[0], twice[1]) = (6, 6);
    assert!(!hashes_equal(&[7; 32], &twice), "two differences don't make up for each other");
}

proptest! {
    #[test]
    fn no_order_of_attempts_passes_the_limit(attempts in prop::collection::vec((any::<bool>(), 0i64..700), 0..30)) {
        let mut c = challenge();
        let (mut taken, mut approved) = (0, 0);
        for (right, second) in attempts {
            if c.take_attempt(at(second)) {
                taken += 1;
                c.settle_attempt(right, 0);
                approved += u32::from(right);
            }
        }
        prop_assert!(taken <= 3 && approved <= 1);
    }
}
