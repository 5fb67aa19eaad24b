//! Accounts of people: credentials, sessions, bound chats.

mod audit_rows;
pub(crate) mod chat_links;
mod chats;
pub(crate) mod clear_rows;
mod freezes;
mod identities;
pub(crate) mod names;
pub(crate) mod personal;
pub(crate) mod sessions;
pub(crate) mod users;
