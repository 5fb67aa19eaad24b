//! One id type for each kind of thing, so that a wallet's id can't be passed where a user's is expected.
//!
//! All are UUIDv7 (RFC 9562), made by the `IdGenerator` port: they sort by the time of their creation.

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
    /// A user of the bank.
    UserId,
    /// A wallet of a user, in one currency; also the id of its ledger account.
    WalletId,
    /// A transfer, decided once.
    TransferId,
    /// A confirmation prompt («¿Confirmas?»); in the chat it is also the payment's idempotency key.
    PromptId,
    /// A challenge: a code sent to prove a recipient or to allow a payment.
    VerificationId,
    /// A hosted page on which a person proves a number.
    PageId,
    /// An inbound message in the inbox.
    EventId,
    /// An outbound message in the outbox. Providers return it in their reports.
    MessageId,
    /// A conversation with one sender over one channel account.
    ConversationId,
    /// One person's answers to a flow, given once.
    FlowResponseId,
    /// A payee: an account that a person pays under a name.
    PayeeId,
    /// An export: a copy of a person's data, made for them.
    ExportId,
    /// An operator: staff with an account of their own.
    OperatorId,
    /// A session: a person signed in on one device, with its family of refresh tokens.
    SessionId,
}

/// The id of no user. It is looked up where no user is known, so that the answer takes as long.
pub const NOBODY: UserId = UserId(Uuid::nil());
