//! Challenges, their sends and attempts, hosted pages.

pub(crate) mod clear_rows;
mod send_prices;
mod verification_pages;
mod verification_reports;
pub(crate) mod verifications;
