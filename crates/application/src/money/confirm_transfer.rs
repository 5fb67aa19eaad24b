//! Confirm a waiting transfer with its step-up code.

use crate::{kernel::Kernel, money::transfer_rules::TransferRules};
use domain::{
    ids::TransferId,
    money::{
        transaction_digest::transfer_digest,
        transfer::{Transfer, TransferStatus},
    },
    operations::audit::Actor,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    crypto::{CodeContext, CodeHasher},
    money::{ConfirmOutcome, ConfirmTransfer as ConfirmRequest, Ledger},
    store_error::StoreResult,
    verification::Verifications,
};
use std::sync::Arc;

/// Confirms transfers that wait for a code.
pub struct ConfirmTransfer {
    ledger: Arc<dyn Ledger>,
    verifications: Arc<dyn Verifications>,
    hasher: Arc<dyn CodeHasher>,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

/// A step-up code for a transfer.
#[non_exhaustive]
pub struct Confirmation {
    /// The principal that must have made the transfer.
    pub caller: Principal,
    /// The transfer to confirm.
    pub transfer: TransferId,
    /// The code that was entered. `None` is only accepted for a transfer that is completed already.
    pub code: Option<OtpCode>,
    /// The key of the effect that checks the code, within a turn. A repeated key is not counted again.
    pub effect_key: Option<String>,
    /// The name under which the destination is kept as a payee once it is paid.
    pub payee: Option<String>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The ledger's decision on the transfer.
    Judged(ConfirmOutcome),
    /// The transfer waits for a code, and none was given. No check attempt is counted.
    CodeNeeded,
}

impl Confirmation {
    /// A confirmation of that transfer without a code. Set the other fields afterwards.
    #[must_use]
    pub const fn of(transfer: TransferId, caller: Principal, actor: Actor) -> Self {
        Self { caller, transfer, code: None, effect_key: None, payee: None, actor }
    }
}

impl ConfirmTransfer {
    /// Builds the use case. `hasher` hashes the code that was entered, as the kept one was hashed.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        verifications: Arc<dyn Verifications>,
        hasher: Arc<dyn CodeHasher>,
        kernel: Kernel,
        rules: Arc<TransferRules>,
    ) -> Self {
        Self { ledger, verifications, hasher, kernel, rules }
    }

    /// Checks the code and pays. The code is hashed here together with the transfer as it stands. The store
    /// counts the attempt, compares the hashes and posts in one transaction.
    #[tracing::instrument(name = "confirm_transfer", level = "debug", skip_all, fields(transfer = %confirmation.transfer))]
    pub async fn run(&self, confirmation: Confirmation) -> StoreResult<Confirmed> {
        let Confirmation { caller, transfer: id, code, effect_key, payee, actor } = confirmation;
        let Some(transfer) =
            self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(&caller))
        else {
            return Ok(Confirmed::Judged(ConfirmOutcome::NotFound));
        };
        let (verification, code) = match (transfer.verification, code) {
            (Some(verification), Some(code)) => (verification, code),
            (Some(_), None) if transfer.status == TransferStatus::PendingVerification => {
                return Ok(Confirmed::CodeNeeded);
            }
            _ => return Ok(Confirmed::Judged(without_code(transfer))),
        };
        let kept = self.verifications.find(verification).await?;
        let mac = kept.as_ref().and_then(|kept| {
            let own = kept.own_code.as_ref()?;
            let context = CodeContext {
                verification,
                salt: own.salt,
                purpose: Purpose::Transfer,
                destination: kept.to.canonical().to_owned(),
                transaction_digest: transfer_digest(&transfer),
            };
            Some(self.hasher.hash_with(&own.mac.key_id, &context, code.reveal())?.mac)
        });
        let now = self.kernel.now();
        let request = ConfirmRequest {
            transfer: id,
            verification,
            mac,
            effect_key,
            limits: self.rules.limits,
            day: self.rules.day_of(now),
            policy: self.rules.code_policy,
            off_us: self.rules.off_us,
            payee,
            actor,
        };
        Ok(Confirmed::Judged(self.ledger.confirm(&request, now).await?))
    }
}

/// The answer about a transfer that waits for no code, or to which no code was given.
fn without_code(transfer: Transfer) -> ConfirmOutcome {
    match transfer.status {
        TransferStatus::Completed
        | TransferStatus::Reversed
        | TransferStatus::Processing
        | TransferStatus::Unknown => ConfirmOutcome::AlreadyDone(Box::new(transfer)),
        _ => ConfirmOutcome::NotWaiting(Box::new(transfer)),
    }
}
