//! Challenges, their sends and attempts, hosted pages.

mod verification_pages;
pub(crate) mod verifications;
