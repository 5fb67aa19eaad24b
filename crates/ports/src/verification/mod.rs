//! Verification: challenges, the provider of codes, what is known of a number, hosted pages.

pub mod code_verifier;
pub mod number_lookup;
mod verification_pages;
mod verifications;

#[cfg(feature = "mock")]
pub use self::{verification_pages::MockVerificationPages, verifications::MockVerifications};
pub use self::{
    verification_pages::{NewVerificationPage, VerificationPage, VerificationPages},
    verifications::{
        Begin, BeginResend, BeginVerification, Checked, GuessTicket, GuessVerdict, JudgeGuess, NewChallenge,
        OwnCode, OwnSend, Requester, ReserveGuess, SendAttempt, SendResult, TakeGuess, Verification,
        Verifications,
    },
};
