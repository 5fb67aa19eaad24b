//! The audit log, kept answers, dead letters, signed requests, leases, the database itself.

mod audit;
pub(crate) mod audit_record;
mod database_care;
mod dead_letters;
pub(crate) mod fingerprints;
mod idempotency_store;
pub(crate) mod keys;
mod leases;
mod open_work;
mod operators;
mod retention;
pub(crate) mod schema_care;
pub(crate) mod sealed_answers;
mod signed_requests;
