//! The audit log, kept answers, dead letters, signed requests.

mod answers;
mod audit;
pub(crate) mod audit_record;
mod dead_letters;
mod signed_requests;
