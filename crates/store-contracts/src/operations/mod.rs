//! What every audit log and store of responses and signatures must do.

pub mod answers;
pub mod audit;
pub mod signed_requests;
