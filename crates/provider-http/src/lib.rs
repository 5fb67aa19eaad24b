//! HTTP client for the APIs of providers: time-outs, circuit breaker, retries, bounded responses.
//!
//! An adapter builds its requests and reads the answers; everything between is here, once for all providers.

mod answer;
pub mod breaker;
mod client;
mod exchange;
mod retries;
mod tls;
mod transport_error;

pub use answer::Answer;
pub use breaker::BreakerRules;
pub use client::{Call, ClientSettings, ProviderClient};
pub use reqwest::{Error as BuildError, Method, RequestBuilder, StatusCode};
pub use retries::{Repeat, Retries};
pub use rustls::ClientConfig as TlsConfig;
pub use tls::{TlsFiles, TlsFilesError, TlsStamp};
pub use transport_error::TransportError;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
