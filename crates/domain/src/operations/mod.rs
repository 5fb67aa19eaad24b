//! Operations: the audit log, idempotency keys, signed requests.

pub mod audit;
pub mod idempotency;
pub mod signed_request;
