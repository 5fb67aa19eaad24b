//! People's data: erasures step by step, exports, legal holds, copies of keys.

mod blocked;
mod course;
mod erasure_rows;
mod erasures;
mod exports;
mod key_copies;
mod legal_holds;
mod personal_data;
mod standing;
mod steps;
mod tables;
mod wishes;

pub use self::tables::TABLES;
