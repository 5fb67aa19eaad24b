//! The audit log, kept answers, dead letters, signed requests.

mod audit;
pub(crate) mod audit_record;
mod dead_letters;
mod idempotency_store;
mod signed_requests;
