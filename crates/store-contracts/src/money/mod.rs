//! What every ledger must do.

pub mod clabes;
pub mod clear_rows;
pub mod deposits;
pub mod folios;
pub mod holds;
pub mod ledger;
pub mod ledger_model;
pub mod outbound;
pub mod payees;
pub mod recipients;
pub mod reconciliations;
pub mod reversals;
pub mod sealed;
pub mod statements;
pub mod step_up;
pub mod wallets;
