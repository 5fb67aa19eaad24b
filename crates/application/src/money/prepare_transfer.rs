//! Check a draft before the person sees it as a confirmation prompt.

use crate::{kernel::Kernel, money::submit_transfer::TransferRules};
use domain::{
    ids::UserId,
    messaging::{
        conversation::{CheckedDraft, Draft, Prepared},
        intent::DestinationKind,
    },
    money::account_number::AccountNumber,
    phone::Region,
    text::fold,
};
use ports::{accounts::Identities, money::Ledger, store_error::StoreResult};
use std::sync::Arc;

/// Checks drafts of transfers.
pub struct PrepareTransfer {
    ledger: Arc<dyn Ledger>,
    identities: Arc<dyn Identities>,
    region: Region,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

impl PrepareTransfer {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        identities: Arc<dyn Identities>,
        region: Region,
        kernel: Kernel,
        rules: Arc<TransferRules>,
    ) -> Self {
        Self { ledger, identities, region, kernel, rules }
    }
}

impl PrepareTransfer {
    /// Tells whether the draft can become a confirmation prompt. It decides nothing: the ledger checks
    /// everything again when the transfer is paid.
    #[tracing::instrument(name = "prepare_transfer", level = "debug", skip_all, fields(%user))]
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
        let day = self.rules.day_of(self.kernel.now());
        let spent = self.ledger.spent(user, amount.currency, day).await?;
        if let Err(limit) = self.rules.limits.check(spent, amount) {
            return Ok(Prepared::LimitExceeded(limit));
        }
        if wallet.available.minor < amount.minor {
            return Ok(Prepared::InsufficientFunds { available: wallet.available });
        }
        Ok(Prepared::Ready(Box::new(CheckedDraft::new(amount, account))))
    }
}
