//! JSON bodies: errors name the field, numbers stay exact.

use super::{body_faults::body_faults, problem::ApiError};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Bytes};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

/// Largest body in bytes, except on webhooks.
pub(crate) const BODY_MAX: usize = 256 * 1024;

/// A time as the API writes it: RFC 3339, UTC, with milliseconds.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A JSON body read into `T`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        });
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(ApiError::unsupported_media_type("The body must be application/json.").into());
            }
            Ok(Self(read(&bytes.await?)?))
        })
    }
}

/// A JSON body that may be left out.
pub(crate) struct MaybeJson<T>(pub(crate) T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeJson<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            Ok(Self(if bytes.is_empty() { T::default() } else { read(&bytes)? }))
        })
    }
}

/// Reads a body. Each field that is missing, unknown or invalid is named by its JSON Pointer.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    if first.is_some_and(|b| *b != b'{') && serde_json::from_slice::<&RawValue>(bytes).is_ok() {
        return Err(ApiError::field("", "must be a JSON object"));
    }
    match T::deserialize(&mut deserializer) {
        Ok(value) => deserializer.end().map(|()| value).map_err(|trailing| malformed(&trailing)),
        // serde_json calls invalid JSON a syntax error, and valid JSON of another shape a data error.
        Err(fault) => match serde_json::from_slice::<Value>(bytes) {
            Ok(body) if fault.is_data() => Err(body_faults::<T>(body, bytes.len())),
            Ok(_) => Err(malformed(&fault)),
            Err(syntax) => Err(malformed(&syntax)),
        },
    }
}

/// A 400 that says where the JSON breaks off. The parser's words have no part of the body.
fn malformed(fault: &serde_json::Error) -> ApiError {
    ApiError::malformed_json(format!("The body isn't valid JSON: {fault}."))
}

/// A decimal string or a JSON number, kept as it was written: it never passes through a float.
#[derive(Clone, Debug)]
pub(crate) struct ExactNumber(pub(crate) String);

impl<'de> Deserialize<'de> for ExactNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with('"') {
            let string: String = serde_json::from_str(text).map_err(serde::de::Error::custom)?;
            return Ok(Self(string));
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Ok(Self(text.to_owned()));
        }
        Err(serde::de::Error::custom("must be a decimal string or a number"))
    }
}

#[cfg(test)]
mod tests;
