//! Maps Twilio's error codes to retries and to the errors of the ports (twilio.com/docs/api/errors).

use ports::{messaging::message_channel::Retry, verification::code_provider::CodeProviderError};
use provider_http::Answer;

#[derive(serde::Deserialize)]
struct ErrorBody {
    code: Option<i64>,
    message: Option<String>,
}

/// Twilio's error code; None when the body contains none.
pub(crate) fn error_code(answer: &Answer) -> Option<i64> {
    answer.json::<ErrorBody>()?.code
}

/// Describes the error for logs: status and code. Twilio's message may contain a phone number, so only its
/// length is given.
pub(crate) fn describe(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    match answer.json::<ErrorBody>() {
        Some(ErrorBody { code: Some(code), message }) => {
            let length = message.map_or(0, |m| m.len());
            format!("HTTP {status} code {code} ({length} characters of message)")
        }
        _ => format!("HTTP {status}"),
    }
}

/// Codes 60202 and 60203 are limits of one person; waiting for seconds does not lift them.
pub(crate) fn is_final(answer: &Answer) -> bool {
    answer.status.as_u16() == 429 && matches!(error_code(answer), Some(60202 | 60203))
}

/// Decides whether a rejected message may be sent again.
pub(crate) fn message_retry(answer: &Answer) -> Retry {
    match (answer.status.as_u16(), error_code(answer)) {
        // The recipient opted out at Twilio; the opt-out is recorded here too.
        (_, Some(21610)) => Retry::OptedOut,
        // Refused before processing, or our credentials are wrong, which an operator can fix: retry later.
        (429 | 401 | 403 | 408, _) | (_, Some(20429 | 20003)) => Retry::After(answer.retry_after),
        // Terminal: invalid recipient (63024, 21211), no permission for the region (21408), outside the
        // window (63016: a template is needed), and any other error in the request itself.
        _ => Retry::Never,
    }
}

/// Maps the refusal of a verification start to an error of the port.
pub(crate) fn start_error(answer: &Answer) -> CodeProviderError {
    let said = describe(answer);
    match (answer.status.as_u16(), error_code(answer)) {
        // Landline, disabled channel, Fraud Guard, no WhatsApp sender: another channel may work.
        (_, Some(60205 | 60223 | 60410 | 68008)) => CodeProviderError::ChannelRefused(said),
        // Invalid number, blocked country, no permission for the region.
        (_, Some(60200 | 60605 | 21211 | 21408 | 63024)) => CodeProviderError::NumberRefused(said),
        // Max sends, max checks, concurrent starts, too many requests.
        (429, _) | (_, Some(60202 | 60203 | 60212)) => CodeProviderError::TooMany(said),
        _ => CodeProviderError::Unavailable(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_http::StatusCode;

    #[test]
    fn only_the_limits_of_one_person_are_final() {
        let is_final = |status, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            is_final(&Answer { status, retry_after: None, date: None, body: body.into() })
        };
        assert!(is_final(429, r#"{"code":60202}"#) && is_final(429, r#"{"code":60203}"#));
        assert!(
            !is_final(429, r#"{"code":20429}"#) && !is_final(429, "") && !is_final(503, r#"{"code":60202}"#)
        );
    }
}
