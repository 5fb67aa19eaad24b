//! The fold against the rules that always hold.

mod deposits;
mod holds;
mod keys;
mod limits;
mod model;
mod outgoing;
mod payees;
mod posting;
mod reversals;
mod scripted_store;
mod scripts;

use super::*;
use crate::money::limits::{LimitExceeded, LimitFigures};
use crate::money::{
    Money,
    account_number::AccountNumber,
    transfer::{Destination, TransferStatus},
};
use uuid::Uuid;

const OPENING: i64 = 1_000;

const ANA: UserId = UserId(Uuid::from_u128(0xa0));
const BEA: UserId = UserId(Uuid::from_u128(0xb0));
const ANAS: WalletId = WalletId(Uuid::from_u128(0xa1));
const ANAS_SAVINGS: WalletId = WalletId(Uuid::from_u128(0xa2));
const ANAS_DOLLARS: WalletId = WalletId(Uuid::from_u128(0xa3));
const BEAS: WalletId = WalletId(Uuid::from_u128(0xb1));
const BEAS_DOLLARS: WalletId = WalletId(Uuid::from_u128(0xb3));
const NOBODYS: WalletId = WalletId(Uuid::from_u128(0xff));

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn outside() -> WalletId {
    clearing_account(Currency::MXN)
}

/// The figures of an exceeded limit, in minor units of pesos.
fn figures(limit: i64, left: i64) -> LimitFigures {
    let mxn = |minor| Money::new(minor, Currency::MXN);
    LimitFigures { limit: mxn(limit), left: mxn(left) }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 30).unwrap()
}

fn at(minute: i64) -> DateTime<Utc> {
    day().and_hms_opt(8, 0, 0).unwrap().and_utc() + chrono::Duration::minutes(minute)
}

/// All wallets, each with the opening balance, and the clearing accounts.
fn accounts() -> Vec<LedgerAccount> {
    let mxn = Currency::MXN;
    let wallets = [
        (ANAS, ANA, mxn),
        (ANAS_SAVINGS, ANA, mxn),
        (ANAS_DOLLARS, ANA, usd()),
        (BEAS, BEA, mxn),
        (BEAS_DOLLARS, BEA, usd()),
    ];
    let people = wallets.map(|(id, owner, currency)| LedgerAccount {
        id,
        kind: AccountKind::Person,
        owner: Some(owner),
        currency,
        posted: OPENING,
        held: 0,
        version: 0,
        spending: Spending::default(),
        outgoing: Outgoing::default(),
    });
    people.into_iter().chain([mxn, usd()].map(LedgerAccount::clearing)).collect()
}

fn batch() -> PostingBatch {
    PostingBatch {
        accounts: accounts().into_iter().map(|account| (account.id, account)).collect(),
        ..PostingBatch::default()
    }
}

/// A key that only this request has, as for a request without a key.
fn own_key(operation: &str, id: TransferId) -> IdempotencyKey {
    IdempotencyKey {
        caller: Principal::Client("test".into()),
        operation: operation.into(),
        key: format!("id:{id}"),
    }
}

fn payer(from: WalletId, to: WalletId) -> UserId {
    let owner =
        |id| accounts().into_iter().find(|account| account.id == id).and_then(|account| account.owner);
    owner(from).or(owner(to)).unwrap_or(ANA)
}

fn folio_of(id: TransferId) -> Folio {
    Folio::of_random(id.0.as_u64_pair().1)
}

/// A request to send pesos at once, without limits.
fn pay(id: u128, from: WalletId, to: WalletId, minor: i64) -> PostTransfer {
    let id = TransferId(Uuid::from_u128(id));
    let destination = if to == outside() {
        Destination::Account(AccountNumber::Plain("123456".into()))
    } else {
        Destination::Wallet { id: to, found_by: None }
    };
    PostTransfer {
        transfer: Transfer {
            id,
            folio: folio_of(id),
            caller: Principal::Client("test".into()),
            client_tx_id: None,
            owner: payer(from, to),
            from,
            to,
            destination,
            amount: Money::new(minor, Currency::MXN),
            concept: None,
            status: TransferStatus::Completed,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: at(0),
        },
        key: own_key("transfer", id),
        second_key: None,
        fingerprint: Fingerprint::of(&[("amount", Some(&minor.to_string())), ("to", Some(&to.to_string()))]),
        limits: Limits::none(Currency::MXN),
        day: day(),
    }
}

/// The same in dollars.
fn pay_dollars(id: u128, from: WalletId, to: WalletId, minor: i64) -> PostTransfer {
    let mut command = pay(id, from, to, minor);
    command.transfer.amount.currency = usd();
    command
}

/// The same under the caller's own key.
fn under(key: &str, mut command: PostTransfer) -> PostTransfer {
    command.key.key = key.into();
    command
}

/// The same, with this status when accepted.
fn to_be(status: TransferStatus, mut command: PostTransfer) -> PostTransfer {
    command.transfer.status = status;
    command
}

/// A request to reverse pesos; `None` reverses all that is left.
fn give_back(id: u128, minor: Option<i64>) -> ReverseTransfer {
    let id = TransferId(Uuid::from_u128(id));
    ReverseTransfer {
        id,
        folio: folio_of(id),
        caller: Principal::Client("shop".into()),
        minor,
        reason: "wrong person".into(),
        key: own_key("reverse", id),
        fingerprint: Fingerprint::of(&[("amount", minor.map(|minor| minor.to_string()).as_deref())]),
        at: at(60),
    }
}

fn accepted(decision: Decision) -> Transfer {
    match decision {
        Decision::Decided(Outcome::Accepted(transfer)) => *transfer,
        other => panic!("not accepted: {other:?}"),
    }
}

fn refused(decision: &Decision) -> Option<Refusal> {
    match decision {
        Decision::Decided(Outcome::Refused(refusal)) => Some(*refusal),
        _ => None,
    }
}

/// The posted balance and the sum of holds.
fn balances(batch: &PostingBatch, id: WalletId) -> (i64, i64) {
    (batch.accounts[&id].posted, batch.accounts[&id].held)
}

const LEFT_TO_REVERSE: Refusal = Refusal::LimitExceeded { limit: LimitExceeded::LeftToReverse };
