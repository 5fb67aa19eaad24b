//! Use cases of accounts: sign-up, sign-in, passwords, MFA, bound chats.

pub mod chat_owners;
pub mod forgot_password;
pub mod freeze;
pub mod import_people;
pub mod log_in;
pub mod mfa;
pub mod pass_mfa;
pub mod pending_number;
pub mod profile;
pub mod prove_phone;
pub mod register;
pub mod reset_password;
pub mod session_issuer;
pub mod sessions;
pub mod telegram_link;
