//! Whom a challenge is about: what is sealed, and the hashes that stand in the other columns.

use crate::store::subjects::Vault;
use domain::{principal::Principal, verification::otp::Recipient};
use ports::{crypto::SubjectKey, subject_keys::LookupKind};
use serde::{Deserialize, Serialize};

/// The column of [`Personal`].
pub(crate) const SEALED: &str = "verifications.sealed";

/// The sealed part of a challenge, under the key of its contact.
#[derive(Serialize, Deserialize)]
pub(crate) struct Personal {
    v: u8,
    /// The number or e-mail address to prove, in its canonical form.
    pub(crate) to: String,
    /// The network address of the anonymous caller who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<String>,
    /// The network address from which anonymous callers may check the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
}

impl Personal {
    pub(crate) fn new(to: &Recipient, requester: &Principal, origin: Option<&str>) -> Self {
        let caller = match requester {
            Principal::Anonymous(address) => address.clone(),
            _ => None,
        };
        Self { v: 1, to: to.canonical().to_owned(), caller, origin: origin.map(str::to_owned) }
    }
}

/// The hash of a number or e-mail address.
pub(crate) fn recipient_hash(vault: &Vault, to: &Recipient) -> String {
    vault.address(to.canonical())
}

/// The hash of a number without its last four digits; of an e-mail address as a whole.
pub(crate) fn prefix_hash(vault: &Vault, to: &Recipient) -> String {
    vault.lookup(LookupKind::Prefix, &to.prefix())
}

/// The hash of a network address.
pub(crate) fn network_hash(vault: &Vault, address: &str) -> String {
    vault.lookup(LookupKind::Network, address)
}

/// A principal as it is stored: of an anonymous caller's network address only the hash.
pub(crate) fn requester_key(vault: &Vault, requester: &Principal) -> String {
    match requester {
        Principal::Anonymous(Some(address)) => Principal::Anonymous(Some(network_hash(vault, address))).key(),
        other => other.key(),
    }
}

/// The recipient in an audit row: a commitment under the key of the contact.
pub(super) fn commitment_to(key: &dyn SubjectKey, to: &Recipient) -> String {
    let label = if to.phone().is_some() { "phone" } else { "email" };
    format!("{label}=c:{}", key.commitment(label, to.canonical()))
}
