//! Verification: challenges, code providers, number lookup, hosted pages.

pub mod code_provider;
pub mod number_lookup;
mod verification_pages;
mod verification_reports;
mod verifications;

#[cfg(feature = "mock")]
pub use self::{
    verification_pages::MockVerificationPages, verification_reports::MockVerificationReports,
    verifications::MockVerifications,
};
pub use self::{
    verification_pages::{NewVerificationPage, VerificationPage, VerificationPages},
    verification_reports::{ReportedSend, SendFilter, UnpricedSend, VerificationReports},
    verifications::{
        AttemptRequest, AttemptTicket, AttemptVerdict, BeginResend, BeginVerification, CheckAttempt,
        NewChallenge, OwnCode, OwnSend, ReserveAttempt, SendAttempt, SendResult, StartOutcome, Verification,
        Verifications,
    },
};
