//! The account that a message names, and the payee behind it.

use domain::{
    messaging::intent::{DestinationKind, NamedDestination},
    money::{
        account_number::{AccountNumber, AccountNumberError},
        payees::{Closest, Payee, closest},
    },
    phone::Region,
};

/// Whom a message names.
pub(super) enum Named<'a> {
    /// An account, written out.
    Account(AccountNumber),
    /// One payee.
    Payee(&'a Payee),
    /// Several payees that fit the name.
    Several(Vec<&'a Payee>),
    /// A name that no payee has.
    Unknown,
}

/// Reads a destination. A name is looked for among the person's payees.
pub(super) fn read<'a>(
    named: &NamedDestination,
    payees: &'a [Payee],
    region: Region,
) -> Result<Named<'a>, AccountNumberError> {
    let value = match named.kind {
        DestinationKind::Name => {
            return Ok(match closest(&named.value, payees) {
                Closest::Nobody => Named::Unknown,
                Closest::One(payee) => Named::Payee(payee),
                Closest::Several(several) => Named::Several(several),
            });
        }
        DestinationKind::Alias if !named.value.contains('@') => &format!("@{}", named.value),
        _ => &named.value,
    };
    AccountNumber::parse(value, region).map(Named::Account)
}
