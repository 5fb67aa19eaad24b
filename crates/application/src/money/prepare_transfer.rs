//! Check a draft before the person sees it as a confirmation prompt.

use crate::money::submit_transfer::TransferRules;
use domain::{
    ids::UserId,
    messaging::{
        conversation::{Draft, Prepared},
        intent::DestinationKind,
    },
    money::account_number::AccountNumber,
    phone::Region,
    text::fold,
};
use ports::{accounts::Identities, clock::Clock, money::Ledger, store_error::StoreResult};
use std::sync::Arc;

/// Checks drafts of transfers.
pub struct PrepareTransfer {
    /// The ledger port.
    pub ledger: Arc<dyn Ledger>,
    /// The payees of a person.
    pub identities: Arc<dyn Identities>,
    /// The region in which national numbers are read.
    pub region: Region,
    /// The clock port.
    pub clock: Arc<dyn Clock>,
    /// The rules in force.
    pub rules: Arc<TransferRules>,
}

impl PrepareTransfer {
    /// Tells whether the draft can become a confirmation prompt. It decides nothing: the ledger checks
    /// everything again when the transfer is paid.
    pub async fn run(&self, user: UserId, draft: &Draft) -> StoreResult<Prepared> {
        let (Some(amount), Some(named)) = (draft.amount, &draft.destination) else {
            return Ok(Prepared::BadDestination);
        };
        let account = if named.kind == DestinationKind::Name {
            match self.identities.find_payee(user, &fold(&named.value)).await? {
                Some(payee) => payee.account,
                None => return Ok(Prepared::UnknownPayee { name: named.value.clone() }),
            }
        } else {
            let value = match named.kind {
                DestinationKind::Alias if !named.value.contains('@') => format!("@{}", named.value),
                _ => named.value.clone(),
            };
            match AccountNumber::parse(&value, self.region) {
                Ok(account) => account,
                Err(_) => return Ok(Prepared::BadDestination),
            }
        };
        let Some(wallet) = self.ledger.first_wallet(user, amount.currency).await? else {
            return Ok(Prepared::NoWallet { currency: amount.currency });
        };
        let day = self.rules.day_of(self.clock.now());
        let spent = self.ledger.spent(user, amount.currency, day).await?;
        if let Err(limit) = self.rules.limits.check(spent, amount) {
            return Ok(Prepared::LimitExceeded(limit));
        }
        if wallet.available.minor < amount.minor {
            return Ok(Prepared::InsufficientFunds { available: wallet.available });
        }
        Ok(Prepared::Ready { account })
    }
}
