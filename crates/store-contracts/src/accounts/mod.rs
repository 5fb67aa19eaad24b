//! What every store of accounts must do.

pub mod chat_links;
pub mod freezes;
pub mod mfa;
pub mod people;
pub mod personal;
pub mod sessions;
pub mod users;
