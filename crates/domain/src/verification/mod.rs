//! Verification: one-time codes, the links of the hosted page, where the page may return to.

pub mod otp;
pub mod page_token;
pub mod return_to;
