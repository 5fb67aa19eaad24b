//! What every store of accounts must do.

pub mod chat_links;
pub mod people;
pub mod sessions;
pub mod users;
