//! What every inbox, outbox and store of conversations must do.

pub mod agent_handoff;
pub mod alerts;
pub mod clear_rows;
pub mod flows;
pub mod inbox;
pub mod outbox;
pub mod privacy;
