//! What every audit log, every store of kept answers and signed requests, and retention must do.

pub mod audit;
pub mod database_care;
pub mod idempotency_store;
pub mod leases;
pub mod operators;
pub mod retention;
pub mod signed_requests;
pub mod subject_keys;
