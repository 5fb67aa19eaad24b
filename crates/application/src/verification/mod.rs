//! Use cases of verification: send a code, check it, the hosted page.

pub mod code_statistics;
pub(crate) mod draw_code;
pub mod verification_page;
pub mod verification_service;
