//! Use cases of operations: the audit trail, signed requests, idempotency, maintenance.

pub mod audit_trail;
pub mod check_signature;
pub mod idempotent_requests;
pub mod maintenance;
