//! The audit log, idempotent responses, dead letters, signed requests.

mod answers;
pub(crate) mod audit;
mod dead_letters;
mod signed_requests;
