//! Asks a Rasa server what a text means: one call of `POST /model/parse`.
//!
//! The names of the model's intents are those of the API (`consultar_saldo`, …); its entities `amount` (or Duckling's
//! `amount-of-money`), `payee` and `concept` are read as places in the message, never by their values.

mod answer;
mod service;

pub use service::{NotConfirmed, RasaConfig, RasaService};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
