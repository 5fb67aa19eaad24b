//! Take money that the bank booked for us: a deposit into the wallet that was paid, once for each line of the statement.

use super::deposit::{DepositError, DepositRequest, DepositTarget, Deposits};
use domain::{
    ids::{TransferId, WalletId},
    money::{
        Money,
        account_number::AccountNumber,
        bank::{BankEntry, EntryStatus},
        clearing::DepositSource,
        ledger::Outcome,
        outbound::{OutboundPayment, OutboundState},
        transfer::read_concept,
    },
    operations::audit::Actor,
    phone::Region,
    principal::Principal,
};
use ports::{
    money::{Ledger, OutboundPayments, Resolved},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Takes booked lines of money that came in.
pub struct TakeIncoming {
    ledger: Arc<dyn Ledger>,
    payments: Arc<dyn OutboundPayments>,
    deposits: Deposits,
    home: Region,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncomingTaken {
    /// It is a deposit now.
    Deposited(TransferId),
    /// It was a deposit before. Nothing changed.
    Known(TransferId),
    /// It is not booked, or its money left.
    NotIncoming,
    /// No wallet of ours was paid. The money stays with the bank until people decide.
    NobodysAccount,
    /// It gives back a payment that is not settled, or more than was paid, or a second time. People decide.
    Unclear,
}

/// Where the money of a line belongs.
struct Belongs {
    wallet: WalletId,
    /// The idempotency key: what can become a deposit only once.
    reference: String,
}

impl TakeIncoming {
    /// Builds the use case from the ports that it needs. The limit of `deposits` must be none: this money is here
    /// already. `home` is the country of numbers without a country code.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        payments: Arc<dyn OutboundPayments>,
        deposits: Deposits,
        home: Region,
    ) -> Self {
        Self { ledger, payments, deposits, home }
    }

    /// Takes a line. The same one again changes nothing, however it is told.
    ///
    /// # Errors
    /// When the store fails, or could not be reached.
    #[tracing::instrument(name = "incoming_money", level = "debug", skip_all)]
    pub async fn run(&self, entry: &BankEntry, channel: &str) -> StoreResult<IncomingTaken> {
        if entry.status != EntryStatus::Booked || entry.amount.minor <= 0 {
            return Ok(IncomingTaken::NotIncoming);
        }
        let belongs = match self.payment_of(entry).await? {
            Some(payment) => match self.given_back(&payment, entry.amount).await? {
                Some(belongs) => belongs,
                None => return Ok(IncomingTaken::Unclear),
            },
            None => match self.wallet_of(entry).await? {
                Some(wallet) => Belongs { wallet, reference: format!("bank-entry:{}", entry.entry_id) },
                None => return Ok(IncomingTaken::NobodysAccount),
            },
        };
        self.deposit(entry, belongs, channel).await
    }

    /// The payment of ours that a line gives back, by its reference.
    async fn payment_of(&self, entry: &BankEntry) -> StoreResult<Option<OutboundPayment>> {
        let Some(reference) = entry.own_reference() else { return Ok(None) };
        self.payments.find_payment_by_reference(reference).await
    }

    /// The wallet that paid. `None`: the payment has not left by our books, or this is more than it was.
    async fn given_back(&self, payment: &OutboundPayment, amount: Money) -> StoreResult<Option<Belongs>> {
        if payment.state != OutboundState::Settled {
            return Ok(None);
        }
        let Some(transfer) = self.ledger.find_transfer(payment.transfer).await? else { return Ok(None) };
        let is_at_most = amount.currency == transfer.amount.currency && amount.minor <= transfer.amount.minor;
        // One payment comes back once, whatever its lines are called.
        let reference = format!("bank-return:{}", payment.reference);
        Ok(is_at_most.then_some(Belongs { wallet: transfer.from, reference }))
    }

    /// The wallet whose CLABE was paid.
    async fn wallet_of(&self, entry: &BankEntry) -> StoreResult<Option<WalletId>> {
        let account = entry.creditor_account.as_deref();
        let account = account.and_then(|text| AccountNumber::parse(text, self.home).ok());
        let Some(clabe @ AccountNumber::Clabe(_)) = account else { return Ok(None) };
        Ok(match self.ledger.resolve(&clabe, entry.amount.currency).await? {
            Resolved::Wallet { id, .. } => Some(id),
            Resolved::Outside | Resolved::Nobody => None,
        })
    }

    async fn deposit(
        &self,
        entry: &BankEntry,
        belongs: Belongs,
        channel: &str,
    ) -> StoreResult<IncomingTaken> {
        let actor = Actor {
            who: Principal::System,
            channel: channel.to_owned(),
            request_id: "incoming money".to_owned(),
        };
        let target = DepositTarget::Wallet(belongs.wallet);
        let mut request =
            DepositRequest::of(Principal::System, actor, target, entry.amount.decimal(), belongs.reference);
        request.currency = Some(entry.amount.currency);
        request.source = DepositSource::Bank;
        // A concept that can't be shown is left out: the money is here all the same.
        request.concept = read_concept(entry.concept.clone()).unwrap_or_default();
        match self.deposits.run(request).await {
            Ok(done) => match done.outcome {
                Outcome::Accepted(transfer) if done.replayed => Ok(IncomingTaken::Known(transfer.id)),
                Outcome::Accepted(transfer) => Ok(IncomingTaken::Deposited(transfer.id)),
                Outcome::Refused(refusal) => {
                    tracing::error!(refusal = refusal.name(), "money that came in could not be deposited");
                    Ok(IncomingTaken::Unclear)
                }
            },
            // A wallet that was closed meanwhile is nobody's.
            Err(DepositError::NoSuchWallet) => Ok(IncomingTaken::NobodysAccount),
            Err(DepositError::Store(fault)) => Err(fault),
            Err(fault) => {
                tracing::error!(error = %fault, "money that came in is not as it was told before");
                Ok(IncomingTaken::Unclear)
            }
        }
    }
}
