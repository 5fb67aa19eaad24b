//! Twilio's error codes and what each means for us (twilio.com/docs/api/errors).

use crate::client::Answer;
use ports::{messaging::message_channel::Retry, verification::code_verifier::CodeVerifierError};

/// What to do about a message that was not taken.
pub(crate) fn message_retry(answer: &Answer) -> Retry {
    match (answer.status.as_u16(), answer.code()) {
        // Opted out at Twilio: record it here too.
        (_, Some(21610)) => Retry::OptedOut,
        // Refused before it was processed, or by our own credentials: an operator mends those.
        (429 | 401 | 403 | 408, _) | (_, Some(20429 | 20003)) => Retry::After(answer.retry_after),
        // Terminal: invalid recipient (63024, 21211), no permission for the region (21408), outside the
        // window (63016: a template is needed), and any other complaint about the request itself.
        _ => Retry::Never,
    }
}

/// What a refused start of a verification means.
pub(crate) fn start_error(answer: &Answer) -> CodeVerifierError {
    let said = answer.describe();
    match (answer.status.as_u16(), answer.code()) {
        // Landline, disabled channel, Fraud Guard, no WhatsApp sender: another channel may do.
        (_, Some(60205 | 60223 | 60410 | 68008)) => CodeVerifierError::ChannelRefused(said),
        // Bad number, blocked country, no permission for the region.
        (_, Some(60200 | 60605 | 21211 | 21408 | 63024)) => CodeVerifierError::NumberRefused(said),
        // Max sends, max checks, concurrent starts, too many requests.
        (429, _) | (_, Some(60202 | 60203 | 60212)) => CodeVerifierError::TooMany(said),
        _ => CodeVerifierError::Unavailable(said),
    }
}
