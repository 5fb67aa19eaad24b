//! Use cases of operations: the audit trail, signed requests, idempotency, maintenance, retention.

pub mod audit_trail;
pub mod check_signature;
pub mod idempotent_requests;
pub mod maintenance;
pub mod retention;
