//! What came of a call to the bank. Only what is tabulated here is definite; everything else leaves the payment in
//! doubt.

use super::{BankReason, PaymentReport};

/// What came of sending a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// The bank has it, with the status that it reports (2xx). The status may be a refusal.
    Taken(PaymentReport),
    /// A definite refusal (400 or 422 with RJCT and a reason): the bank has not paid, and won't.
    Refused(BankReason),
    /// The bank knows the reference already (409): it was taken before. Ask for its status.
    TakenBefore,
    /// The request didn't go out, for certain. The payment may be sent later, under the same reference.
    NotSent(NotSentCause),
    /// The bank refused our token twice (401), also a new one: it took no payment. It may be sent later, under the
    /// same reference.
    Unauthorized,
    /// Everything else: no answer, an answer that can't be read, 5xx, 403, 404. The bank may have taken it.
    NoUsableAnswer,
}

/// What came of asking for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusOutcome {
    /// The bank's word.
    Known(PaymentReport),
    /// The bank doesn't know the reference (404). That is no failure until its horizon has passed.
    NotFound,
    /// The question didn't go out.
    NotSent(NotSentCause),
    /// The bank refused our token twice (401).
    Unauthorized,
    /// Everything else. Nothing follows from it.
    NoUsableAnswer,
}

/// Why a request didn't go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSentCause {
    /// The bank gives us no token, because it refuses our credentials. That is an operator's to repair.
    Credentials,
    /// No connection could be made, no token could be got for another reason, or the circuit breaker is open. It
    /// passes with time.
    Unreachable,
}
