//! The inbox, conversations and their turns, the outbox, consents, flow versions.

pub(crate) mod consents;
pub(crate) mod flows;
pub(crate) mod inbox;
pub(crate) mod outbox;
mod talks;
mod turns;
