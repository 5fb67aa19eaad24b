//! Maps Twilio's error codes to retries and to the errors of the ports (twilio.com/docs/api/errors).

use crate::client::Answer;
use ports::{messaging::message_channel::Retry, verification::code_provider::CodeProviderError};

/// Decides whether a rejected message may be sent again.
pub(crate) fn message_retry(answer: &Answer) -> Retry {
    match (answer.status.as_u16(), answer.code()) {
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
    let said = answer.describe();
    match (answer.status.as_u16(), answer.code()) {
        // Landline, disabled channel, Fraud Guard, no WhatsApp sender: another channel may work.
        (_, Some(60205 | 60223 | 60410 | 68008)) => CodeProviderError::ChannelRefused(said),
        // Invalid number, blocked country, no permission for the region.
        (_, Some(60200 | 60605 | 21211 | 21408 | 63024)) => CodeProviderError::NumberRefused(said),
        // Max sends, max checks, concurrent starts, too many requests.
        (429, _) | (_, Some(60202 | 60203 | 60212)) => CodeProviderError::TooMany(said),
        _ => CodeProviderError::Unavailable(said),
    }
}
