//! A core bank over HTTP, by the protocol of `docs/bank-api.yaml`.

mod assertion;
mod client;
mod config;
mod notice_signature;
mod notices;
mod order_body;
mod reading;
mod session;
mod signing_key;
mod statement;
mod token;
mod token_cache;

pub use client::BankClient;
pub use config::{BankConfig, ClientAuthentication, InvalidBankConfig};
pub use notice_signature::{InvalidNoticeSecret, NoticeSecrets, sign_notice};
pub use notices::SignedNotices;
pub use provider_http::{TlsFiles, TlsFilesError};
pub use signing_key::{InvalidSigningKey, SigningKey};
