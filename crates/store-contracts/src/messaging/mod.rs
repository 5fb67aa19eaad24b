//! What every inbox, outbox and store of conversations must do.

pub mod desk;
pub mod flows;
pub mod inbox;
pub mod outbox;
