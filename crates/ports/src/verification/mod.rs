//! Verification: challenges, code providers, number lookup, hosted pages.

pub mod code_provider;
pub mod number_lookup;
mod verification_pages;
mod verifications;

#[cfg(feature = "mock")]
pub use self::{verification_pages::MockVerificationPages, verifications::MockVerifications};
pub use self::{
    verification_pages::{NewVerificationPage, VerificationPage, VerificationPages},
    verifications::{
        AttemptRequest, AttemptTicket, AttemptVerdict, BeginResend, BeginVerification, CheckAttempt,
        NewChallenge, OwnCode, OwnSend, ReserveAttempt, SendAttempt, SendResult, StartOutcome, Verification,
        Verifications,
    },
};
