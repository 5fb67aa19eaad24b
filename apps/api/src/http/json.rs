//! JSON bodies: errors name the field, numbers stay exact.

use super::problem::ApiError;
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Bytes};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

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

/// Reads a body. An invalid field is named by its JSON Pointer.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    if first.is_some_and(|b| *b != b'{') && serde_json::from_slice::<&RawValue>(bytes).is_ok() {
        return Err(ApiError::field("", "must be a JSON object"));
    }
    // serde_json calls invalid JSON a syntax error, and valid JSON of another shape a data error.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    match read {
        Ok(value) => match deserializer.end() {
            Ok(()) => Ok(value),
            Err(_trailing) => Err(ApiError::malformed_json("The body has more text after its JSON.")),
        },
        Err(fault) => {
            let is_data = fault.inner().is_data();
            let whole: Result<&RawValue, _> = serde_json::from_slice(bytes);
            if !is_data || whole.is_err() {
                return Err(ApiError::malformed_json("The body is not valid JSON."));
            }
            let path = fault.path().to_string();
            let pointer = if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) };
            Err(ApiError::field(&pointer, describe(fault.inner())))
        }
    }
}

/// The error, without the position and without the value that was sent.
fn describe(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match text.split_once(", expected ") {
        Some((_, expected)) if text.starts_with("invalid") => format!("must be {expected}"),
        _ => text.to_owned(),
    }
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
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        amount: Option<ExactNumber>,
        #[allow(dead_code, reason = "only its type matters here")]
        n: Option<u8>,
    }

    fn amount(json: &str) -> String {
        read::<Body>(json.as_bytes()).unwrap().amount.unwrap().0
    }

    #[test]
    fn numbers_are_kept_as_written() {
        assert_eq!(amount(r#"{"amount":1.10000000000000000001}"#), "1.10000000000000000001");
        assert_eq!(amount(r#"{"amount":"150.50"}"#), "150.50");
        assert_eq!(amount(r#"{"amount":1e2}"#), "1e2");
    }

    #[test]
    fn invalid_json_and_another_shape_have_different_codes() {
        for broken in ["", "{", r#"{"amount":NaN}"#, r#"{"amount":1}x"#, "\u{0}"] {
            assert_eq!(
                read::<Body>(broken.as_bytes()).unwrap_err().to_string(),
                "malformed_json",
                "{broken}"
            );
        }
        assert_eq!(read::<Body>(b"{\"amount\":\"\xff\"}").unwrap_err().to_string(), "malformed_json");
        for wrong in [r#"{"amount":true}"#, r#"{"amount":[1]}"#, r#"{"monto":1}"#, r#"{"n":300}"#, "[]", "7"]
        {
            assert_eq!(
                read::<Body>(wrong.as_bytes()).unwrap_err().to_string(),
                "validation_failed",
                "{wrong}"
            );
        }
    }
}
