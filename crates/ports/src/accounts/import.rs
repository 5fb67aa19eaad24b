//! Accounts that are brought over from another system.

use domain::{
    accounts::PersonName, email::EmailAddress, ids::UserId, operations::audit::Actor, phone::PhoneNumber,
};

/// A person to import. Nothing about them is proved, and they have no password: they set one by a reset link.
#[derive(Clone)]
pub struct ImportedPerson {
    /// The user's id, if they are new.
    pub id: UserId,
    /// Their e-mail address, not proved.
    pub email: EmailAddress,
    /// The number that they claim, not proved.
    pub phone: Option<PhoneNumber>,
    /// Their first name.
    pub first_name: Option<PersonName>,
    /// Their family name.
    pub last_name: Option<PersonName>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The account exists now.
    Created(UserId),
    /// The address has an account already, which stays as it is.
    Known(UserId),
}
