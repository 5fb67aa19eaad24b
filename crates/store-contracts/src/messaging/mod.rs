//! What every inbox, outbox and store of conversations must do.

pub mod agent_handoff;
pub mod alerts;
pub mod batches;
pub mod clear_rows;
pub mod flows;
pub mod inbox;
pub mod leased_at_once;
pub mod outbox;
pub mod privacy;
pub mod retired_contacts;
