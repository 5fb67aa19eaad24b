//! Subjects: people and contacts, and the keys under which everything about them is sealed.

pub(crate) mod areas;
mod cache;
pub(crate) mod clear_rows;
pub(crate) mod contacts;
pub(crate) mod key_rows;
mod keys;
pub(crate) mod new_keys;
pub(crate) mod new_rows;
mod vault;

pub(crate) use self::{
    keys::{Keys, Place},
    vault::Vault,
};

#[cfg(test)]
mod tests;
