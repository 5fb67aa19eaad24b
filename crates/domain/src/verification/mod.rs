//! Verification: one-time codes and the decisions on them, the tokens of hosted pages, allowed return
//! addresses.

mod attempt_decision;
pub mod otp;
pub mod page_token;
pub mod return_to;
mod start_decision;

pub use self::{
    attempt_decision::{AttemptDecision, AttemptFacts, AttemptRefusal, AttemptResult, Settlement},
    start_decision::{SendRefusal, StartDecision, StartFacts},
};
