//! What every audit log and every store of kept answers and signed requests must do.

pub mod audit;
pub mod database_care;
pub mod idempotency_store;
pub mod leases;
pub mod signed_requests;
pub mod subject_keys;
