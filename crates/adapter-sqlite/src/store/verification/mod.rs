//! Challenges, their sends and attempts, hosted pages.

pub(crate) mod clear_rows;
mod verification_pages;
mod verification_reports;
pub(crate) mod verifications;
