//! What every store of challenges and pages must do.

pub mod clear_rows;
pub mod own_codes;
pub mod senders;
pub mod verification_pages;
pub mod verification_reports;
pub mod verifications;
