//! What the code of a payment is bound to.

use super::{
    Money,
    account_number::AccountNumber,
    transfer::{Destination, Transfer},
};
use crate::ids::TransferId;
use ring::digest;

/// The digest that binds a code to one payment (PSD2 RTS art. 5, dynamic linking). Any change gives another
/// digest.
#[must_use]
pub fn transaction_digest(transfer: TransferId, amount: Money, destination: &AccountNumber) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    let (id, decimal) = (transfer.to_string(), amount.decimal());
    for part in ["tx/v1", &id, &decimal, amount.currency.code(), destination.canonical()] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

/// The digest of a transfer in its present form. It is computed again when the code is checked, so that a
/// change of amount, currency or destination makes the code wrong.
#[must_use]
pub fn transfer_digest(transfer: &Transfer) -> [u8; 32] {
    let account = match &transfer.destination {
        Destination::Account(account) | Destination::Wallet { found_by: Some(account), .. } => {
            account.clone()
        }
        Destination::Wallet { id, found_by: None } => AccountNumber::Plain(id.to_string()),
        Destination::Erased => AccountNumber::Plain(String::new()),
    };
    transaction_digest(transfer.id, transfer.amount, &account)
}
