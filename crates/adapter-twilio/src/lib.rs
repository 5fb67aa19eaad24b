//! Twilio: WhatsApp and SMS messages (Messages), codes (Verify v2), phone numbers (Lookup v2), webhooks.
//!
//! Written from Twilio's documentation and OpenAPI files. All calls share one client; each port has its file.

mod account;
mod client;
mod error_table;
mod inbound;
mod lookup;
mod messages;
mod signature;
mod verify;
mod webhook;

pub use account::NotConfirmed;
pub use client::{TwilioClient, TwilioConfig};
pub use inbound::InboundParameters;
pub use lookup::TwilioLookup;
pub use messages::TwilioMessages;
pub use signature::{SignatureKeys, sign_form};
pub use verify::TwilioVerify;
pub use webhook::{TwilioAddresses, TwilioStatusWebhook, TwilioWebhook};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
