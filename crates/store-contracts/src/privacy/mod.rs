//! What every store must do for people's data: erasures, exports, legal holds, copies of keys.

pub mod among_payments;
pub mod data_exports;
pub mod erasures;
pub mod key_copies;
pub mod legal_holds;
