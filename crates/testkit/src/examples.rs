//! Examples of people and transfers. A test changes the fields that it is about.

use crate::{at, folio, id};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::PostTransfer,
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{accounts::NewPerson, money::PostRequest};

/// The team that calls in the examples.
fn team() -> Principal {
    Principal::Client("test".into())
}

/// The team `test`, over the REST API.
#[must_use]
pub fn actor() -> Actor {
    Actor { who: team(), channel: "rest".into(), request_id: "request".into() }
}

/// The n-th mobile number of Mexico City, with `n` of at most eight digits.
#[must_use]
pub fn phone(n: u32) -> PhoneNumber {
    PhoneNumber::parse_international(&format!("+5255{n:08}")).unwrap()
}

/// A person with this number who is not known yet, and their first wallet in MXN.
#[must_use]
pub fn new_person(phone: PhoneNumber) -> NewPerson {
    NewPerson {
        id: UserId(id()),
        phone,
        wallet: WalletId(id()),
        wallet_name: "Principal".into(),
        currency: Currency::MXN,
    }
}

/// A request of the team `test` to transfer that many centavos at second 0, without limits. Each call makes a
/// new transfer id, as a client does that retries under the same key.
#[must_use]
pub fn posting(owner: UserId, from: WalletId, to: WalletId, minor: i64, key: &str) -> PostRequest {
    let amount = Money::new(minor, Currency::MXN);
    let decimal = amount.decimal();
    PostRequest {
        command: PostTransfer {
            transfer: Transfer {
                id: TransferId(id()),
                folio: folio(),
                caller: team(),
                client_tx_id: None,
                owner,
                from,
                to,
                destination: Destination::Account(AccountNumber::Clabe("012345678901234567".into())),
                amount,
                concept: None,
                status: TransferStatus::Completed,
                verification: None,
                reverses: None,
                reversed_minor: 0,
                refusal: None,
                expires_at: None,
                created_at: at(0),
            },
            key: IdempotencyKey { caller: team(), operation: "transfer".into(), key: key.into() },
            second_key: None,
            fingerprint: Fingerprint::of(&[("amount", Some(&decimal))]),
            limits: Limits::none(Currency::MXN),
            day: at(0).date_naive(),
        },
        step_up_challenge: None,
        payee: None,
        actor: actor(),
    }
}
