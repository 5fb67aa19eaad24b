//! Operations: the audit log, idempotent responses, dead letters, signed requests, retention, the database itself.

mod audit;
mod database_care;
mod dead_letters;
mod idempotency_store;
mod leases;
mod open_work;
mod operators;
mod retention;
mod signed_requests;

#[cfg(feature = "mock")]
pub use self::{
    audit::MockAuditLog, database_care::MockDatabaseCare, dead_letters::MockDeadLetters,
    idempotency_store::MockIdempotencyStore, leases::MockLeases, open_work::MockOpenWork,
    operators::MockOperators, retention::MockRetention, signed_requests::MockSignedRequests,
};
pub use self::{
    audit::{AuditLog, AuditReport},
    database_care::{DatabaseCare, KeptKey, KeyUse, SchemaState},
    dead_letters::{DeadLetter, DeadLetterKind, DeadLetters, ReplayOutcome, UnreadableWebhook},
    idempotency_store::{Claim, IdempotencyStore},
    leases::Leases,
    open_work::{OpenWork, Wake, WorkKind},
    operators::{NewOperator, OperatorAdded, OperatorView, Operators},
    retention::{RETENTION_BATCH_MAX, Retention, RetentionBatch, RetentionPosition},
    signed_requests::SignedRequests,
};
