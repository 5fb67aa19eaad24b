//! A payment to an outside bank, from the hold to its settlement: a pure state machine. What the bank says, and what
//! it leaves unsaid, goes in; the new state, what becomes of the hold, and when to act next come out.

mod decide;
mod event;
mod payment;
mod resolution;
mod schedule;
mod state;

pub use self::{
    decide::{HoldEffect, OutboundDecision, OutboundRules},
    event::{BankWord, Ordered, OutboundEvent, ParkReason},
    payment::OutboundPayment,
    resolution::{FirstResolution, Resolution, ResolutionStep},
    state::OutboundState,
};

#[cfg(test)]
mod tests;
