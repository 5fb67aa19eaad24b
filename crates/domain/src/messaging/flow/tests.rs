//! Flows as a specification: what is asked, what is an answer, what is refused at load.

pub(crate) mod examples;
mod faults;
mod recommendations;
mod running;
