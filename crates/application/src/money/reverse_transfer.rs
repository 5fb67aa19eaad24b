//! Giving a completed transfer back, in whole or in part.

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
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    money::{Ledger, ReverseRequest},
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Gives transfers back.
pub struct ReverseTransfer {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// A wish to give a transfer back.
#[derive(Clone)]
pub struct Reversal {
    /// Whose transfer it must be.
    pub caller: String,
    /// Which.
    pub original: TransferId,
    /// How much of its currency, as it was written; `None` for all that is left.
    pub amount: Option<String>,
    /// Why.
    pub reason: String,
    /// The caller's key.
    pub key: Option<IdempotencyKey>,
    /// For the audit.
    pub actor: Actor,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversed {
    /// What was decided.
    pub outcome: Outcome,
    /// Whether that was before.
    pub replayed: bool,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum ReverseTransferError {
    /// There is none of that id, or it is another caller's.
    #[error("there is no such transfer")]
    NotFound,
    /// The amount can't be one of the transfer's currency.
    #[error(transparent)]
    BadAmount(#[from] AmountError),
    /// The key stands for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReverseTransfer {
    /// Decides a reversal, once for each key.
    pub async fn run(&self, asked: Reversal) -> Result<Reversed, ReverseTransferError> {
        let now = self.clock.now();
        let original = self.ledger.find_transfer(asked.original).await?;
        let original = original.filter(|transfer| transfer.caller == asked.caller);
        let currency = original.ok_or(ReverseTransferError::NotFound)?.amount.currency;
        let amount = asked.amount.map(|written| Money::parse_positive(&written, currency)).transpose()?;
        let (original, decimal) = (asked.original.to_string(), amount.map(Money::decimal));
        let id = TransferId(self.ids.new_id());
        let command = Command {
            id,
            caller: asked.caller,
            minor: amount.map(|amount| amount.minor),
            key: asked.key.unwrap_or_else(|| id.own_key()),
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
        }
    }
}
