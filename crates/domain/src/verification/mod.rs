//! Verification: one-time codes, the tokens of hosted pages, allowed return addresses.

pub mod otp;
pub mod page_token;
pub mod return_to;
