//! What the carriers know of a number.

use async_trait::async_trait;
use domain::phone::PhoneNumber;
use thiserror::Error;

/// The kind of line, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineType {
    /// A mobile, a landline, voice over IP: it may take a code. Mexican numbers are «fixed line or
    /// mobile», so none is refused for not being mobile.
    Ordinary,
    /// Premium, shared cost, toll-free, voicemail, pager, universal access: only fraud would have a
    /// code sent there.
    Refused,
    /// Not known.
    Unknown,
}

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberInfo {
    /// Whether it is assigned at all.
    pub valid: bool,
    /// Its line.
    pub line_type: LineType,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its carrier's name.
    pub carrier: Option<String>,
}

/// Nobody can be asked now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the lookup is unavailable: {0}")]
pub struct LookupUnavailable(pub String);

/// Looks numbers up.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait NumberLookup: Send + Sync {
    /// What is known of a number.
    async fn look_up(&self, number: &PhoneNumber) -> Result<NumberInfo, LookupUnavailable>;
}
