//! People's data: erasures step by step, exports, legal holds, copies of keys.

mod blocked;
mod erasures;
mod exports;
mod key_copies;
mod legal_holds;
mod personal_data;
mod standing;
mod steps;
mod tables;

pub use self::tables::TABLES;
