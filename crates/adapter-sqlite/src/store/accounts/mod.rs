//! Accounts of people: credentials, sessions, bound chats.

pub(crate) mod audit_rows;
pub(crate) mod chat_links;
pub(crate) mod chats;
pub(crate) mod clear_rows;
mod freezes;
mod identities;
pub(crate) mod names;
pub(crate) mod personal;
pub(crate) mod sessions;
pub(crate) mod users;
