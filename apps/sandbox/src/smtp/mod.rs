//! A mail server that takes every mail and shows it under the address it was for. No TLS, any credentials.

mod faults;
mod mail;
mod server;
mod session;

pub(crate) use server::{MailServer, listen};
