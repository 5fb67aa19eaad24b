//! The inbox, conversations and their turns, the outbox, consents, flow versions.

pub(crate) mod alert_rows;
mod alerts;
pub(crate) mod arrivals;
pub(crate) mod clear_rows;
pub(crate) mod consent_rows;
pub(crate) mod consents;
mod conversations;
pub(crate) mod flows;
pub(crate) mod inbox;
pub(crate) mod inbox_writer;
pub(crate) mod leased_contacts;
pub(crate) mod outbox;
mod overtaken;
pub(crate) mod queue_rows;
mod repeated_turns;
pub(crate) mod sealed;
mod successors;
mod turn_decisions;
mod turn_leases;
pub(crate) mod turns;
