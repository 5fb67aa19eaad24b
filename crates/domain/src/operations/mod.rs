//! Operations: the audit log, idempotency keys, operators, retention, signed requests.

pub mod audit;
pub mod idempotency;
pub mod operators;
pub mod retention;
pub mod signed_request;
