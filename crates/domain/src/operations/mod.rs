//! Operations: the audit log, idempotency keys, retention, signed requests.

pub mod audit;
pub mod idempotency;
pub mod retention;
pub mod signed_request;
