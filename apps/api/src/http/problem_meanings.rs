//! What each problem code means, for the API documentation and for `/problems/{code}`.

/// A problem code, what it means, and what a caller does about it.
pub(crate) struct Meaning {
    /// The code, as answers have it.
    pub(crate) code: &'static str,
    /// What happened, in a sentence for the caller.
    pub(crate) means: &'static str,
    /// What the caller does about it.
    pub(crate) remedy: &'static str,
}

const fn meaning(code: &'static str, means: &'static str, remedy: &'static str) -> Meaning {
    Meaning { code, means, remedy }
}

/// What a code means; None for a code that no answer has.
pub(crate) fn find(code: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.code == code)
}

/// The meanings of all codes that an answer may have.
pub(crate) static MEANINGS: [Meaning; 33] = [
    meaning(
        "malformed_json",
        "The body is not valid JSON, or not valid UTF-8.",
        "Repair the body; the detail says where it breaks off.",
    ),
    meaning(
        "bad_request",
        "The request is not valid HTTP, or its body could not be read.",
        "Repair the request. Sending the same one again does not help.",
    ),
    meaning(
        "invalid_phone_number",
        "The text is no possible phone number, or no codes are sent to it: its country is not allowed, or it is a \
         premium-rate number.",
        "Send the number with its country code, such as +525512345678, or another number.",
    ),
    meaning(
        "code_invalid_or_expired",
        "The one-time code, link or verification is wrong, used, expired or out of attempts.",
        "Ask the person to check the code, or send a new one.",
    ),
    meaning(
        "unauthorized",
        "The token is missing, invalid or expired, or a password is wrong.",
        "Sign in again, refresh the access token, or get a service token.",
    ),
    meaning(
        "insufficient_funds",
        "The wallet's available balance is lower than the amount.",
        "Send less, or wait until money comes in. The refusal is replayed under the same idempotency key: use a new one.",
    ),
    meaning(
        "forbidden",
        "The caller is known, but may not do this: the token lacks a scope, or the route is for people only.",
        "Use a token with the scope that the detail names.",
    ),
    meaning(
        "step_up_required",
        "The token alone is not enough: the person must prove themselves once more.",
        "Send the password or code that the detail asks for.",
    ),
    meaning(
        "signature_invalid",
        "The request's signature is missing, wrong, too old or used before.",
        "Sign the method, path, query, time, nonce and body again, with the right secret and clock.",
    ),
    meaning(
        "not_found",
        "There is no such route or object, or it belongs to somebody else.",
        "Check the address and the id.",
    ),
    meaning(
        "method_not_allowed",
        "The route exists, but does not accept this method.",
        "Use a method that the Allow header names.",
    ),
    meaning(
        "request_timeout",
        "The request did not arrive in time: its head within 5 seconds, its body within 10.",
        "Send it again over a faster connection.",
    ),
    meaning(
        "conflict",
        "The state of the object does not allow this: it exists already, has ended, or changed meanwhile.",
        "Read the object and decide again.",
    ),
    meaning(
        "request_in_flight",
        "A request with the same idempotency key is still running.",
        "Send it again after Retry-After: the answer is then that of the first one.",
    ),
    meaning(
        "recipient_opted_out",
        "The recipient has asked for no more messages on this channel.",
        "Use another channel, or wait until they opt in again.",
    ),
    meaning(
        "outside_window",
        "Free text may go out only within 24 hours after the person's last message.",
        "Send an approved template.",
    ),
    meaning(
        "no_approver",
        "The transfer needs an approval, and fewer people than needed could give it.",
        "Add a member who may decide, or send an amount below the threshold.",
    ),
    meaning(
        "payload_too_large",
        "The body is larger than the route accepts: 256 kB, on webhooks 64 kB and on Meta's 3 MB.",
        "Send less at once.",
    ),
    meaning(
        "unsupported_media_type",
        "The body is not of a content type that the route reads.",
        "Send application/json.",
    ),
    meaning(
        "validation_failed",
        "One or more fields or parameters are missing, unknown or invalid.",
        "Repair the fields in errors; each has a JSON Pointer and a reason.",
    ),
    meaning(
        "idempotency_key_reused",
        "The idempotency key, client_tx_id or reference was used for another request.",
        "Use a new key for a new request, and the same body for a repeated one.",
    ),
    meaning(
        "limit_exceeded",
        "A limit of money or number would be exceeded.",
        "Send less, or wait until the limit's period ends; the detail has the figures.",
    ),
    meaning(
        "recipient_not_found",
        "Nobody here has proved this phone number, or has this CLABE.",
        "Use another destination.",
    ),
    meaning(
        "currency_mismatch",
        "Source and destination have different currencies.",
        "Choose a wallet of the same currency.",
    ),
    meaning(
        "otp_locked",
        "Too many wrong codes were entered for this number or address.",
        "Wait until Retry-After has passed; then send a new code.",
    ),
    meaning(
        "frozen",
        "The owner of the wallet is frozen: no money leaves their wallets.",
        "The person or staff lift the freeze.",
    ),
    meaning(
        "rate_limit_exceeded",
        "Too many requests, codes or accounts in a period, or the server is overloaded.",
        "Wait until Retry-After has passed.",
    ),
    meaning(
        "internal_error",
        "The server failed. Its log has the cause under the request_id.",
        "Send it again under the same idempotency key, and report the request_id if it stays.",
    ),
    meaning(
        "verification_send_failed",
        "The provider did not accept the code.",
        "Try again, or on another channel.",
    ),
    meaning(
        "unavailable",
        "A part of the service, such as the database, can't be reached now.",
        "Send it again under the same idempotency key after Retry-After.",
    ),
    meaning(
        "missing",
        "A field of a validation_failed problem: it is required, and the body has none.",
        "Send the field that the pointer names.",
    ),
    meaning(
        "unknown",
        "A field of a validation_failed problem: the request has no such field.",
        "Leave the field out, or write its name as the documentation does.",
    ),
    meaning(
        "invalid",
        "A field of a validation_failed problem: its value has another type, or is not one of those that are allowed.",
        "Send a value as the detail beside the pointer says.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::problem::{CODES, FIELD_CODES};
    use std::collections::BTreeSet;

    #[test]
    fn every_code_of_an_answer_has_a_meaning() {
        let answered: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).chain(FIELD_CODES).collect();
        let explained: BTreeSet<&str> = MEANINGS.iter().map(|meaning| meaning.code).collect();
        assert_eq!(explained.len(), MEANINGS.len(), "a code has two meanings");
        // Families are not built yet.
        let later = BTreeSet::from(["no_approver"]);
        let differ: Vec<_> =
            answered.symmetric_difference(&explained).filter(|code| !later.contains(*code)).collect();
        assert!(differ.is_empty(), "{differ:?}");
    }
}
