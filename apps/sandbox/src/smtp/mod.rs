//! An SMTP server that accepts every email and shows it at its recipient's address. No TLS; accepts any
//! credentials.

mod faults;
mod mail;
mod server;
mod session;

pub(crate) use server::{MailServer, listen};
