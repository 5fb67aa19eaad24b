//! Folios: each transfer has one of its own.

use super::ledger::{outside, post};
use crate::{
    Stores,
    examples::{actor, at, folio, id, person, transfer},
};
use domain::{
    ids::TransferId,
    money::{
        folio::Folio,
        ledger::{Decision, Outcome, ReverseTransfer},
        transfer::Transfer,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::money::ReverseRequest;
use std::collections::BTreeSet;

fn transfer_of(decision: Decision) -> Transfer {
    match decision {
        Decision::Decided(Outcome::Accepted(transfer)) | Decision::Replayed(Outcome::Accepted(transfer)) => {
            *transfer
        }
        other => panic!("{other:?}"),
    }
}

/// Transfers that drew the same folio get different ones: in one batch, in another one, and as a reversal. A
/// repeated request gets the folio that the first one got.
pub async fn a_taken_folio_is_given_to_nobody_else(store: impl Stores) {
    let (payer, payee) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let drawn = folio();
    let request = |key: &str| {
        let mut request = transfer(payer.user, payer.id, payee.id, 100, Some(key));
        request.command.transfer.folio = drawn;
        request
    };
    let batch = [request("a"), request("b"), request("a")];
    let outcomes = store.post(&batch, at(1)).await.unwrap();
    let mut paid: Vec<Transfer> = outcomes.into_iter().map(|outcome| transfer_of(outcome.decision)).collect();
    assert_eq!(paid[0].folio, drawn, "it was free");
    assert_eq!(paid[2].folio, paid[0].folio, "a repeated request");
    paid.pop();
    paid.push(transfer_of(post(&store, request("c")).await));
    let reversal = ReverseRequest {
        original: paid[0].id,
        command: ReverseTransfer {
            id: TransferId(id()),
            folio: drawn,
            caller: Principal::Client("test".into()),
            minor: None,
            reason: "a mistake".into(),
            key: IdempotencyKey::own(id()),
            fingerprint: Fingerprint::of(&[]),
            at: at(2),
        },
        actor: actor(),
    };
    paid.push(transfer_of(store.reverse(&reversal, at(2)).await.unwrap().unwrap().decision));
    let folios: BTreeSet<Folio> = paid.iter().map(|transfer| transfer.folio).collect();
    assert_eq!(folios.len(), 4);
    for transfer in paid {
        let kept = store.find_transfer(transfer.id).await.unwrap().unwrap();
        assert_eq!(kept.folio, transfer.folio);
    }
    let other = transfer_of(post(&store, transfer(payer.user, payer.id, outside(), 100, None)).await);
    assert!(!folios.contains(&other.folio));
}
