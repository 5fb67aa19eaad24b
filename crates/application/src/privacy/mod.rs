//! Use cases of a person's data: erasure, export, keys after a restore.

pub mod erase_person;
pub mod export;
pub mod reapply;
