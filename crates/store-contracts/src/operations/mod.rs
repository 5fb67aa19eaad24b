//! What every audit log and every store of kept answers and signed requests must do.

pub mod answers;
pub mod audit;
pub mod signed_requests;
