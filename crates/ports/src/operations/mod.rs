//! Operations: the audit log, idempotent responses, dead letters, signed requests.

mod answers;
mod audit;
mod dead_letters;
mod signed_requests;

#[cfg(feature = "mock")]
pub use self::{
    answers::MockIdempotencyStore, audit::MockAuditLog, dead_letters::MockDeadLetters,
    signed_requests::MockSignedRequests,
};
pub use self::{
    answers::{Claim, IdempotencyStore},
    audit::{AuditLog, AuditReport},
    dead_letters::{DeadLetter, DeadLetterKind, DeadLetters, ReplayOutcome, UnreadableWebhook},
    signed_requests::SignedRequests,
};
