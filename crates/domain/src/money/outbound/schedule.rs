//! When a payment to an outside bank is acted on next.

use super::{
    event::{BankWord, OutboundEvent, ParkReason},
    state::OutboundState,
};
use chrono::Duration;

/// How long after it became unknown, and after each question in vain, the bank is asked.
const DOUBT_SECONDS: [i64; 7] = [60, 120, 300, 600, 1200, 2400, 3600];
/// How long after the bank took it, and after each answer that it still has it, the bank is asked. The first are for a
/// bank without notices.
const ACCEPTED_SECONDS: [i64; 10] = [2, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];
/// How long after it could not be sent it is tried again.
const UNREACHABLE_SECONDS: [i64; 5] = [2, 5, 10, 30, 60];
/// The same while the bank refuses our credentials: an operator must do something, and then starts the server again.
const CREDENTIALS_SECONDS: [i64; 4] = [300, 600, 1800, 3600];
/// How often the bank is asked about a payment that people must decide: it may still answer.
const MANUAL_SECONDS: i64 = 3600;

/// How long after this event something is to be done in this state. `None`: nothing.
pub(super) fn delay_after(state: OutboundState, event: &OutboundEvent, tries: u32) -> Option<Duration> {
    let seconds = match (state, event) {
        (OutboundState::Reserved, OutboundEvent::NotSent(ParkReason::Credentials)) => {
            step(&CREDENTIALS_SECONDS, tries)
        }
        (OutboundState::Reserved, _) => step(&UNREACHABLE_SECONDS, tries),
        (OutboundState::Unknown, _) => step(&DOUBT_SECONDS, tries),
        (OutboundState::Accepted, _) => step(&ACCEPTED_SECONDS, tries),
        (OutboundState::Manual, _) => MANUAL_SECONDS,
        // An old word, or a contradiction in the making: it is asked until the bank says again that it refused.
        (OutboundState::Voided, OutboundEvent::Said(BankWord::Accepted)) => step(&DOUBT_SECONDS, tries),
        _ => return None,
    };
    Some(Duration::seconds(seconds))
}

fn step(steps: &[i64], tries: u32) -> i64 {
    let at = usize::try_from(tries).unwrap_or(usize::MAX);
    steps.get(at).or(steps.last()).copied().unwrap_or(MANUAL_SECONDS)
}
