//! What the tests of several crates need: a clock that moves, ids that are counted, randomness that can be
//! repeated, and examples of people and transfers.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "only tests call this")]

mod clock;
mod examples;
mod ids;
mod random;

pub use clock::{MovableClock, at};
pub use examples::{actor, new_person, phone, posting};
pub use ids::{CountedIds, folio, id};
pub use random::{SeededRandom, ZeroRandom};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
