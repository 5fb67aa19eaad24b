//! What operators ask and decide about payments to an outside bank.

use crate::kernel::Kernel;
use domain::{
    ids::TransferId,
    money::{
        outbound::OutboundPayment,
        transfer::{Transfer, TransferDirection},
    },
    operations::audit::Actor,
    principal::Principal,
};
use ports::{
    money::{BankCall, OutboundPayments, PaymentsInDoubt, ResolveOutcome, ResolvePayment, WithdrawOutcome},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::{collections::HashMap, sync::Arc};

/// Answers operators, and carries out what two of them decide.
pub struct PaymentInquiries {
    payments: Arc<dyn OutboundPayments>,
    kernel: Kernel,
}

impl PaymentInquiries {
    /// Builds the use case from the port of payments.
    #[must_use]
    pub fn new(payments: Arc<dyn OutboundPayments>, kernel: Kernel) -> Self {
        Self { payments, kernel }
    }

    /// The payments of these transfers, by transfer. Those that no outside bank carries out are left out.
    pub async fn of_transfers(
        &self,
        transfers: &[Transfer],
    ) -> StoreResult<HashMap<TransferId, OutboundPayment>> {
        let leaves = |transfer: &&Transfer| transfer.direction() == TransferDirection::Out;
        let ids: Vec<TransferId> = transfers.iter().filter(leaves).map(|transfer| transfer.id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.payments.find_payments(&ids).await?;
        Ok(found.into_iter().map(|payment| (payment.transfer, payment)).collect())
    }

    /// The payment of a transfer; `None` when no outside bank carries it out.
    pub async fn of_transfer(&self, transfer: &Transfer) -> StoreResult<Option<OutboundPayment>> {
        Ok(self.of_transfers(std::slice::from_ref(transfer)).await?.remove(&transfer.id))
    }

    /// The calls about a payment, oldest first. `None`: no outside bank carries that transfer out.
    pub async fn calls(
        &self,
        transfer: TransferId,
        page: &PageRequest,
    ) -> StoreResult<Option<Vec<BankCall>>> {
        if self.payments.find_payment(transfer).await?.is_none() {
            return Ok(None);
        }
        self.payments.bank_calls(transfer, page).await.map(Some)
    }

    /// Has the bank asked now. False: no outside bank carries that transfer out.
    pub async fn ask_now(&self, transfer: TransferId) -> StoreResult<bool> {
        self.payments.ask_bank_now(transfer, self.kernel.now()).await
    }

    /// Weighs an operator's word. What two of them say is carried out.
    pub async fn resolve(&self, word: &ResolvePayment) -> StoreResult<ResolveOutcome> {
        self.payments.resolve_payment(word, self.kernel.now()).await
    }

    /// Takes an operator's first word back.
    pub async fn withdraw(
        &self,
        transfer: TransferId,
        by: &Principal,
        actor: &Actor,
    ) -> StoreResult<WithdrawOutcome> {
        self.payments.withdraw_resolution(transfer, by, actor, self.kernel.now()).await
    }

    /// How many payments are in doubt, and the age of the oldest in seconds; 0 when there is none.
    pub async fn in_doubt(&self) -> StoreResult<(u64, i64)> {
        let PaymentsInDoubt { count, oldest } = self.payments.payments_in_doubt().await?;
        let age = oldest.map_or(0, |at| self.kernel.now().signed_duration_since(at).num_seconds().max(0));
        Ok((count, age))
    }
}
