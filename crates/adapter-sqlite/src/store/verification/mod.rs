//! Challenges, their sends and attempts, hosted pages.

mod verification_pages;
mod verification_reports;
pub(crate) mod verifications;
