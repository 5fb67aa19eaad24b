//! The fold against what must hold whatever is asked of it.

use super::*;
use crate::{account_number::AccountNumber, transfer::Destination};
use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

const OPENING: i64 = 1_000;

fn wallet(n: u8) -> WalletId {
    WalletId(Uuid::from_u128(u128::from(n)))
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 31).unwrap()
}

fn books(people: u8) -> Books {
    let mut books = Books::default();
    for n in 0..people {
        let kind = if n == 0 { AccountKind::Clearing } else { AccountKind::Person };
        let posted = if n == 0 { 0 } else { OPENING };
        let account = Account { id: wallet(n), kind, currency: Currency::MXN, posted, held: 0, version: 0 };
        books.accounts.insert(wallet(n), account);
    }
    books
}

fn command(id: u128, from: u8, to: u8, minor: i64, key: Option<&str>) -> PostTransfer {
    let amount = Money::new(minor, Currency::MXN);
    let decimal = amount.decimal();
    PostTransfer {
        transfer: Transfer {
            id: TransferId(Uuid::from_u128(id)),
            caller: "client:test".into(),
            client_tx_id: key.map(str::to_owned),
            owner: UserId(Uuid::from_u128(u128::from(from))),
            from: wallet(from),
            to: wallet(to),
            destination: Destination::Account(AccountNumber::Plain("123456".into())),
            amount,
            concept: None,
            status: TransferStatus::Completed,
            verification: None,
            refusal: None,
            expires_at: None,
            created_at: DateTime::UNIX_EPOCH,
        },
        key: key.map(|key| IdempotencyKey {
            caller: "client:test".into(),
            operation: "transfer".into(),
            key: key.into(),
        }),
        fingerprint: Fingerprint::of(&[("amount", Some(&decimal)), ("to", Some(&to.to_string()))]),
        limits: Limits::none(Currency::MXN),
        day: day(),
    }
}

fn refused(decision: &Decision) -> Option<Refusal> {
    match decision {
        Decision::Decided(Outcome::Refused(r)) | Decision::Replayed(Outcome::Refused(r)) => Some(*r),
        _ => None,
    }
}

#[test]
fn money_moves_once_with_two_entries() {
    let mut books = books(3);
    let first = books.decide(&command(1, 1, 2, 300, Some("k")));
    let again = books.decide(&command(2, 1, 2, 300, Some("k")));
    let Decision::Decided(outcome) = first else { panic!("{first:?}") };
    assert_eq!(again, Decision::Replayed(outcome));
    assert_eq!(books.accounts[&wallet(1)].posted, 700);
    assert_eq!(books.accounts[&wallet(2)].posted, 1300);
    let sides: Vec<_> =
        books.new_entries.iter().map(|e| (e.account, e.minor, e.balance_after, e.version)).collect();
    assert_eq!(sides, [(wallet(1), -300, Some(700), Some(1)), (wallet(2), 300, Some(1300), Some(1))]);
}

#[test]
fn another_request_under_a_used_key_is_refused() {
    let mut books = books(3);
    books.decide(&command(1, 1, 2, 300, Some("k")));
    assert_eq!(books.decide(&command(2, 1, 2, 301, Some("k"))), Decision::KeyReused);
}

#[test]
fn a_refusal_for_funds_does_not_flip_when_money_comes() {
    let mut books = books(3);
    assert_eq!(refused(&books.decide(&command(1, 1, 0, 1_500, Some("k")))), Some(Refusal::InsufficientFunds));
    books.decide(&command(2, 2, 1, 1_000, None));
    assert_eq!(refused(&books.decide(&command(3, 1, 0, 1_500, Some("k")))), Some(Refusal::InsufficientFunds));
    assert_eq!(books.accounts[&wallet(1)].posted, 2_000);
}

#[test]
fn forty_of_a_hundred_from_a_thousand_are_ten() {
    let mut books = books(2);
    let paid = (0..40).filter(|i| refused(&books.decide(&command(*i, 1, 0, 100, None))).is_none()).count();
    assert_eq!((paid, books.accounts[&wallet(1)].posted), (10, 0));
}

#[test]
fn held_money_is_not_available() {
    let mut books = books(2);
    books.accounts.get_mut(&wallet(1)).unwrap().held = 950;
    assert_eq!(refused(&books.decide(&command(1, 1, 0, 51, None))), Some(Refusal::InsufficientFunds));
    assert_eq!(refused(&books.decide(&command(2, 1, 0, 50, None))), None);
}

#[test]
fn the_ends_must_differ_exist_and_share_the_currency() {
    let mut books = books(3);
    books.accounts.get_mut(&wallet(2)).unwrap().currency = Currency::parse("USD").unwrap();
    assert_eq!(refused(&books.decide(&command(1, 1, 1, 1, None))), Some(Refusal::SameAccount));
    assert_eq!(refused(&books.decide(&command(2, 1, 9, 1, None))), Some(Refusal::NoSuchAccount));
    assert_eq!(refused(&books.decide(&command(3, 1, 2, 1, Some("k")))), Some(Refusal::CurrencyMismatch));
    assert!(books.new_outcomes.is_empty(), "a wrong request leaves nothing under its key");
}

#[test]
fn a_filed_transfer_moves_nothing_until_it_is_executed() {
    let mut books = books(2);
    let mut filed = command(1, 1, 0, 400, None);
    filed.transfer.status = TransferStatus::PendingVerification;
    assert!(matches!(books.decide(&filed), Decision::Decided(Outcome::Accepted(_))));
    assert!(books.new_entries.is_empty());
    assert_eq!(books.post_filed(&filed.transfer, filed.limits, day()), Ok(()));
    assert_eq!(books.accounts[&wallet(1)].posted, 600);
}

#[test]
fn limits_are_decided_inside_the_batch() {
    let mut books = books(2);
    let limits = Limits { per_day: 150, ..Limits::none(Currency::MXN) };
    let with = |id| PostTransfer { limits, ..command(id, 1, 0, 100, None) };
    assert_eq!(refused(&books.decide(&with(1))), None);
    assert_eq!(
        refused(&books.decide(&with(2))),
        Some(Refusal::LimitExceeded { limit: LimitExceeded::PerDay })
    );
}

proptest! {
    #[test]
    fn invariants_hold_after_every_command(
        asked in prop::collection::vec((0u8..5, 0u8..5, 1i64..1_500, prop::option::of(0u8..6)), 1..60)
    ) {
        let mut books = books(5);
        let mut effects: HashMap<IdempotencyKey, usize> = HashMap::new();
        for (i, (from, to, minor, key)) in (1u128..).zip(asked) {
            let key = key.map(|k| k.to_string());
            let command = command(i, from, to, minor, key.as_deref());
            let before = (books.accounts.clone(), books.new_entries.len());
            let decision = books.decide(&command);
            let moved = books.new_entries.len() - before.1;
            if refused(&decision).is_some() || matches!(decision, Decision::KeyReused | Decision::Replayed(_)) {
                prop_assert_eq!((&before.0, moved), (&books.accounts, 0));
            } else {
                prop_assert_eq!(moved, 2);
                if let Some(key) = command.key {
                    *effects.entry(key).or_default() += 1;
                }
            }
            prop_assert_eq!(books.new_entries.iter().map(|e| e.minor).sum::<i64>(), 0);
            for account in books.accounts.values().filter(|a| a.kind == AccountKind::Person) {
                let own: Vec<_> = books.new_entries.iter().filter(|e| e.account == account.id).collect();
                prop_assert!(account.available() >= 0);
                prop_assert_eq!(account.posted, OPENING + own.iter().map(|e| e.minor).sum::<i64>());
                let versions: Vec<_> = own.iter().filter_map(|e| e.version).collect();
                prop_assert_eq!(versions, (1..=account.version).collect::<Vec<_>>());
            }
        }
        prop_assert!(effects.values().all(|n| *n == 1));
    }
}
