//! Give a completed transfer back, in whole or in part.

use crate::kernel::Kernel;
use domain::{
    ids::TransferId,
    money::{
        AmountError, Money,
        ledger::{Decision, Outcome, ReverseTransfer as Command},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    principal::Principal,
};
use ports::{
    money::{Ledger, ReverseRequest},
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Reverses completed transfers.
pub struct ReverseTransfer {
    ledger: Arc<dyn Ledger>,
    kernel: Kernel,
}

impl ReverseTransfer {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, kernel: Kernel) -> Self {
        Self { ledger, kernel }
    }
}

/// A request to reverse a transfer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reversal {
    /// The principal that must have made the transfer.
    pub caller: Principal,
    /// The transfer to reverse.
    pub original: TransferId,
    /// The amount as a decimal text in the transfer's currency. `None`: all that is left.
    pub amount: Option<String>,
    /// The reason that the caller gives.
    pub reason: String,
    /// The caller's idempotency key. `None`: the request has a key of its own.
    pub key: Option<IdempotencyKey>,
    /// The actor for the audit row.
    pub actor: Actor,
}

impl Reversal {
    /// A request to give back all that is left of a transfer, with a key of its own. Set the other fields
    /// afterwards.
    #[must_use]
    pub fn of(original: TransferId, caller: Principal, reason: String, actor: Actor) -> Self {
        Self { caller, original, amount: None, reason, key: None, actor }
    }
}

/// The answer to a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversed {
    /// What the ledger decided.
    pub outcome: Outcome,
    /// True when this is the answer to an earlier request under the same key.
    pub replayed: bool,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum ReverseTransferError {
    /// No transfer has that id, or another caller made it.
    #[error("there is no such transfer")]
    NotFound,
    /// The text is no amount in the transfer's currency.
    #[error(transparent)]
    BadAmount(#[from] AmountError),
    /// The key was used with other fields.
    #[error("the key was used for another request")]
    KeyReused,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReverseTransfer {
    /// Decides the reversal. The same key gets the first answer again.
    #[tracing::instrument(name = "reverse_transfer", level = "debug", skip_all)]
    pub async fn run(&self, asked: Reversal) -> Result<Reversed, ReverseTransferError> {
        let now = self.kernel.now();
        let original = self.ledger.find_transfer(asked.original).await?;
        let original = original.filter(|transfer| transfer.caller == asked.caller);
        let currency = original.ok_or(ReverseTransferError::NotFound)?.amount.currency;
        let amount = asked.amount.map(|written| Money::parse_positive(&written, currency)).transpose()?;
        let (original, decimal) = (asked.original.to_string(), amount.map(Money::decimal));
        let id = TransferId(self.kernel.new_id());
        let command = Command {
            id,
            folio: self.kernel.draw_folio(),
            caller: asked.caller,
            minor: amount.map(|amount| amount.minor),
            key: asked.key.unwrap_or_else(|| IdempotencyKey::own(id.0)),
            fingerprint: Fingerprint::of(&[
                ("id", Some(&original)),
                ("reason", Some(&asked.reason)),
                ("amount", decimal.as_deref()),
            ]),
            reason: asked.reason,
            at: now,
        };
        let request = ReverseRequest { original: asked.original, command, actor: asked.actor };
        let done = self.ledger.reverse(&request, now).await?.ok_or(ReverseTransferError::NotFound)?;
        match done.decision {
            Decision::Decided(outcome) => Ok(Reversed { outcome, replayed: false }),
            Decision::Replayed(outcome) => Ok(Reversed { outcome, replayed: true }),
            Decision::KeyReused => Err(ReverseTransferError::KeyReused),
            Decision::CodeRefused(_) => {
                Err(StoreError::Corrupt("a reversal that needs a code".into()).into())
            }
        }
    }
}
