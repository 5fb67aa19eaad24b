//! What carriers say about a number.

use async_trait::async_trait;
use domain::phone::PhoneNumber;
use thiserror::Error;

/// The kind of line, as far as codes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineType {
    /// Mobile, landline or voice over IP: a code may be sent. Mexican numbers are «fixed line or mobile», so
    /// no number is refused for not being mobile.
    Ordinary,
    /// Premium rate, shared cost, toll-free, voicemail, pager or universal access. Only fraud would send a
    /// code there.
    Refused,
    /// The carrier gives no line type.
    Unknown,
}

/// The result of a number lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberInfo {
    /// Whether the number is assigned to a line.
    pub valid: bool,
    /// The kind of line.
    pub line_type: LineType,
    /// The country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The carrier's name.
    pub carrier: Option<String>,
}

/// No lookup provider can be asked now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the lookup is unavailable: {0}")]
pub struct LookupUnavailable(pub String);

/// Looks up numbers at a provider.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait NumberLookup: Send + Sync {
    /// What the provider knows about a number.
    async fn look_up(&self, number: &PhoneNumber) -> Result<NumberInfo, LookupUnavailable>;
}
