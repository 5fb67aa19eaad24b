//! The statuses of a transfer, and the values that it may have.

use super::*;
use crate::money::ledger::ReverseTransfer;
use crate::{
    money::Currency,
    operations::idempotency::{Fingerprint, IdempotencyKey},
};
use uuid::Uuid;

fn wallet(n: u128) -> WalletId {
    WalletId(Uuid::from_u128(n))
}

fn account() -> AccountNumber {
    AccountNumber::Clabe("012345678901234567".into())
}

#[test]
fn an_erased_destination_shows_nothing() {
    let erased = Destination::Erased;
    assert_eq!((erased.masked().as_str(), erased.canonical().as_str(), erased.number()), ("****", "", None));
}

fn transfer() -> Transfer {
    Transfer {
        id: TransferId(Uuid::from_u128(7)),
        folio: Folio::of_random(7),
        caller: Principal::Client("shop".into()),
        client_tx_id: Some("rent".into()),
        owner: UserId(Uuid::from_u128(1)),
        from: wallet(0xaaaa),
        to: wallet(0xbbbb),
        destination: Destination::Account(account()),
        amount: Money::new(300, Currency::MXN),
        concept: Some("rent".into()),
        status: TransferStatus::Completed,
        verification: None,
        reverses: None,
        reversed_minor: 0,
        refusal: None,
        expires_at: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn is_seen_by_its_requester_and_by_its_owner() {
    let transfer = transfer();
    assert!(transfer.is_seen_by(&Principal::Client("shop".into())));
    assert!(transfer.is_seen_by(&Principal::User(transfer.owner)));
    for stranger in [
        Principal::Client("other".into()),
        Principal::Client(transfer.owner.to_string()),
        Principal::User(UserId(uuid::Uuid::max())),
        Principal::Anonymous(Some("shop".into())),
        Principal::System,
    ] {
        assert!(!transfer.is_seen_by(&stranger), "{stranger}");
    }
}

#[test]
fn final_states_lead_nowhere() {
    for status in TransferStatus::ALL {
        assert!(!status.may_become(TransferStatus::PendingVerification), "{status:?}");
        assert_eq!(TransferStatus::parse(status.name()), Some(status));
    }
    for last in ["canceled", "rejected", "expired", "reversed"] {
        let last = TransferStatus::parse(last).unwrap();
        assert!(TransferStatus::ALL.into_iter().all(|next| !last.may_become(next)));
    }
}

#[test]
fn a_concept_is_short_and_in_one_line() {
    let read = |text: &str| read_concept(Some(text.to_owned()));
    assert_eq!(read_concept(None), Ok(None));
    assert_eq!(read("  "), Ok(None));
    assert_eq!(read("renta"), Ok(Some("renta".into())));
    assert_eq!(read(&"ñ".repeat(CONCEPT_LENGTH_MAX)), Ok(Some("ñ".repeat(CONCEPT_LENGTH_MAX))));
    assert_eq!(read(&"ñ".repeat(CONCEPT_LENGTH_MAX + 1)), Err(BadConcept::TooLong));
    assert_eq!(read("a\nb"), Err(BadConcept::NotPlain));
}

#[test]
fn an_unknown_payment_is_never_canceled() {
    assert!(!TransferStatus::Unknown.may_become(TransferStatus::Canceled));
    assert!(!TransferStatus::Processing.may_become(TransferStatus::Canceled));
}

#[test]
fn the_wire_knows_these_states() {
    let names = TransferStatus::ALL.map(TransferStatus::name);
    let pending = ["pending_verification", "pending_approval", "processing"];
    let settled = ["completed", "canceled", "rejected", "expired", "failed", "unknown", "reversed"];
    assert_eq!(names.to_vec(), [pending.as_slice(), settled.as_slice()].concat());
    assert_eq!(TransferStatus::parse("Completed"), None);
}

#[test]
fn a_transfer_only_moves_forward() {
    use TransferStatus as S;
    let ends = [S::Processing, S::Completed, S::Canceled, S::Expired, S::Failed];
    let allowed = [
        (S::PendingVerification, [ends.as_slice(), &[S::PendingApproval]].concat()),
        (S::PendingApproval, [ends.as_slice(), &[S::Rejected]].concat()),
        (S::Processing, vec![S::Completed, S::Failed, S::Expired, S::Unknown]),
        (S::Unknown, vec![S::Completed, S::Failed, S::Processing]),
        (S::Failed, vec![S::Unknown]),
        (S::Completed, vec![S::Reversed]),
    ];
    for from in S::ALL {
        let next = allowed.iter().find(|(state, _)| *state == from).map_or(&[][..], |(_, next)| next);
        for to in S::ALL {
            let mut moving = Transfer { status: from, ..transfer() };
            let (result, status) =
                if next.contains(&to) { (Ok(()), to) } else { (Err(WrongState { from, to }), from) };
            assert_eq!((moving.become_status(to), moving.status), (result, status), "{from:?} to {to:?}");
        }
    }
}

#[test]
fn a_destination_is_shown_masked_and_fingerprinted_whole() {
    let own = wallet(0xbbbb);
    let by_id = Destination::Wallet { id: own, found_by: None };
    let by_number = Destination::Wallet { id: own, found_by: Some(account()) };
    for (destination, masked, canonical) in [
        (Destination::Account(account()), "****4567", "012345678901234567"),
        (by_number, "****4567", "012345678901234567"),
        (by_id, "****bbbb", "00000000-0000-0000-0000-00000000bbbb"),
    ] {
        assert_eq!((destination.masked(), destination.canonical()), (masked.into(), canonical.into()));
    }
}

#[test]
fn a_repeated_request_is_shown_the_transfer_as_it_was_at_first() {
    let now = Transfer {
        status: TransferStatus::Failed,
        reversed_minor: 100,
        refusal: Some(Refusal::InsufficientFunds),
        ..transfer()
    };
    let first = Transfer { status: TransferStatus::PendingVerification, ..transfer() };
    assert_eq!(now.as_first_answered(TransferStatus::PendingVerification), first);
}

#[test]
fn a_step_up_is_required_when_it_has_a_challenge() {
    let verification = Some(VerificationId(Uuid::from_u128(9)));
    assert!(!transfer().requires_step_up());
    assert!(Transfer { verification, ..transfer() }.requires_step_up());
}

#[test]
fn what_is_left_to_reverse_is_the_amount_less_what_came_back() {
    assert_eq!(transfer().left_to_reverse(), 300);
    assert_eq!(Transfer { reversed_minor: 299, ..transfer() }.left_to_reverse(), 1);
    assert_eq!(Transfer { reversed_minor: 300, ..transfer() }.left_to_reverse(), 0);
}

#[test]
fn a_reversal_belongs_to_the_payee_whose_money_it_is_now() {
    let payee = UserId(Uuid::from_u128(2));
    let asked = ReverseTransfer {
        id: TransferId(Uuid::from_u128(8)),
        folio: Folio::of_random(7),
        caller: Principal::User(UserId(uuid::Uuid::from_u128(1))),
        minor: Some(100),
        reason: "twice".into(),
        key: IdempotencyKey {
            caller: Principal::User(UserId(uuid::Uuid::from_u128(1))),
            operation: "reverse".into(),
            key: "k".into(),
        },
        fingerprint: Fingerprint([0; 32]),
        at: DateTime::from_timestamp(60, 0).unwrap(),
    };
    let expected = Transfer {
        id: asked.id,
        caller: Principal::User(UserId(uuid::Uuid::from_u128(1))),
        client_tx_id: None,
        owner: payee,
        from: wallet(0xbbbb),
        to: wallet(0xaaaa),
        destination: Destination::Wallet { id: wallet(0xaaaa), found_by: None },
        amount: Money::new(100, Currency::MXN),
        concept: Some("twice".into()),
        reverses: Some(transfer().id),
        created_at: asked.at,
        ..transfer()
    };
    assert_eq!(asked.transfer_back(&transfer(), 100, Some(payee)), expected);
    assert_eq!(asked.transfer_back(&transfer(), 100, None).owner, transfer().owner);
    let silent = ReverseTransfer { reason: String::new(), ..asked };
    assert_eq!(silent.transfer_back(&transfer(), 100, Some(payee)).concept, None);
}
