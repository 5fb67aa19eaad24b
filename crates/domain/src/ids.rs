//! Ids by kind, so that a wallet's id can't be handed over where a person's is meant.
//!
//! All are UUIDv7 (RFC 9562), made by the `IdGenerator` port: they sort by time of making.

use crate::operations::idempotency::IdempotencyKey;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A person.
    UserId,
    /// A purse of a person, in one currency; also the ledger account behind it.
    WalletId,
    /// A movement of money, decided once.
    TransferId,
    /// A question on a screen («¿Confirmas?»); a payment's idempotency key in the chat.
    PromptId,
    /// One challenge: a code sent to prove a number or allow a payment.
    VerificationId,
    /// A page on which a person proves a number.
    PageId,
    /// One inbound webhook event, as kept in the inbox.
    EventId,
    /// One outbound message, as kept in the outbox; the correlation id a provider echoes.
    MessageId,
    /// The talk with one sender over one of our numbers.
    ConversationId,
    /// What one person answered to a flow, once.
    FlowResponseId,
    /// A person signed in on one device; also the family of its refresh tokens.
    SessionId,
}

/// No person's id: looked up where nobody is known, so that it takes as long.
pub const NOBODY: UserId = UserId(Uuid::nil());

impl TransferId {
    /// The key of a request whose caller gave none: nobody else has it, so that it is decided once all
    /// the same.
    #[must_use]
    pub fn own_key(self) -> IdempotencyKey {
        IdempotencyKey { caller: "nobody".into(), operation: "own".into(), key: self.to_string() }
    }
}

impl WalletId {
    /// The key of a request whose caller gave none.
    #[must_use]
    pub fn own_key(self) -> IdempotencyKey {
        TransferId(self.0).own_key()
    }
}
