//! Money that the outside bank books for one of our CLABEs, or sends back: a deposit, once for each line of the
//! statement.

use super::recorder::by_itself;
use crate::money::deposit::{DepositError, DepositRequest, DepositTarget, Deposited, Deposits};
use domain::{
    ids::WalletId,
    money::{
        account_number::AccountNumber,
        bank::{BankEntry, EntryStatus},
        clearing::DepositSource,
        ledger::Outcome,
        transfer::read_concept,
    },
    principal::Principal,
};
use ports::{
    money::{Ledger, OutboundPayments, Resolved},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Deposits what the outside bank books.
pub struct IncomingMoney {
    ledger: Arc<dyn Ledger>,
    payments: Arc<dyn OutboundPayments>,
    deposits: Deposits,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It is in the wallet, now or since an earlier time.
    Deposited,
    /// It is for an account of nobody here, or the deposit was refused. People must look at it.
    Nobody,
    /// It is no money that came in, or it is not booked.
    Meaningless,
}

impl IncomingMoney {
    /// Builds the use case. The deposits must have no limit, because the money is there already.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, payments: Arc<dyn OutboundPayments>, deposits: Deposits) -> Self {
        Self { ledger, payments, deposits }
    }

    /// Takes a line of the statement. The same one again changes nothing.
    #[tracing::instrument(name = "incoming_money", level = "debug", skip_all)]
    pub async fn take(&self, entry: &BankEntry) -> StoreResult<Incoming> {
        if entry.status != EntryStatus::Booked || entry.amount.minor <= 0 {
            return Ok(Incoming::Meaningless);
        }
        let Some(wallet) = self.wallet_of(entry).await? else {
            tracing::warn!(entry = entry.entry_id, "the bank booked money for an account of nobody here");
            return Ok(Incoming::Nobody);
        };
        let (target, amount) = (DepositTarget::Wallet(wallet), entry.amount.decimal());
        let (actor, reference) = (by_itself("bank"), format!("bank entry {}", entry.entry_id));
        let mut request = DepositRequest::of(Principal::System, actor, target, amount, reference);
        request.currency = Some(entry.amount.currency);
        request.source = DepositSource::Bank;
        request.concept = read_concept(entry.concept.clone()).ok().flatten();
        match self.deposits.run(request).await {
            Ok(Deposited { outcome: Outcome::Accepted(_), .. }) => Ok(Incoming::Deposited),
            Ok(Deposited { outcome: Outcome::Refused(refusal), .. }) => {
                tracing::error!(
                    entry = entry.entry_id,
                    refusal = refusal.name(),
                    "money could not be deposited"
                );
                Ok(Incoming::Nobody)
            }
            Err(DepositError::Store(fault)) => Err(fault),
            Err(fault) => {
                tracing::error!(entry = entry.entry_id, error = %fault, "money could not be deposited");
                Ok(Incoming::Nobody)
            }
        }
    }

    /// The wallet of the CLABE that was paid; of money that comes back, the one that paid.
    async fn wallet_of(&self, entry: &BankEntry) -> StoreResult<Option<WalletId>> {
        if let Some(reference) = entry.own_reference()
            && let Some(payment) = self.payments.find_payment_by_reference(reference).await?
        {
            let transfer = self.ledger.find_transfer(payment.transfer).await?;
            return Ok(transfer.map(|transfer| transfer.from));
        }
        let Some(account) = &entry.creditor_account else { return Ok(None) };
        let resolved =
            self.ledger.resolve(&AccountNumber::Clabe(account.clone()), entry.amount.currency).await?;
        Ok(match resolved {
            Resolved::Wallet { id, .. } => Some(id),
            Resolved::Outside | Resolved::Nobody => None,
        })
    }
}
