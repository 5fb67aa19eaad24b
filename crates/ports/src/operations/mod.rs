//! Operations: the audit log, idempotent responses, dead letters, signed requests.

mod audit;
mod dead_letters;
mod idempotency_store;
mod signed_requests;

pub use self::{audit::MockAuditLog, dead_letters::MockDeadLetters, signed_requests::MockSignedRequests};
pub use self::{
    audit::{AuditLog, AuditReport},
    dead_letters::{DeadLetter, DeadLetterKind, DeadLetters, ReplayOutcome, UnreadableWebhook},
    signed_requests::SignedRequests,
};
#[cfg(feature = "mock")]
pub use crate::operations::idempotency_store::MockIdempotencyStore;
pub use crate::operations::idempotency_store::{Claim, IdempotencyStore};
