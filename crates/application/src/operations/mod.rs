//! Use cases of operations: the audit trail, signed requests.

pub mod audit_trail;
pub mod check_signature;
