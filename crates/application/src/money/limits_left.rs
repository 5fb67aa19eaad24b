//! What a person may still send today and this month.

use crate::{kernel::Kernel, money::transfer_rules::TransferRules};
use domain::{ids::UserId, money::limits::LimitsLeft};
use ports::{money::Ledger, store_error::StoreResult};
use std::sync::Arc;

/// Reads what is left of the limits.
pub struct ReadLimits {
    ledger: Arc<dyn Ledger>,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

impl ReadLimits {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, kernel: Kernel, rules: Arc<TransferRules>) -> Self {
        Self { ledger, kernel, rules }
    }

    /// What is left of the person's limits, in the currency of the limits.
    pub async fn run(&self, user: UserId) -> StoreResult<LimitsLeft> {
        let limits = self.rules.limits;
        let today = self.rules.day_of(self.kernel.now());
        Ok(limits.left(self.ledger.spent(user, limits.currency, today).await?))
    }
}
