//! Letting a waiting transfer through with its code.

use crate::submit_transfer::TransferRules;
use domain::{
    audit::Actor,
    ids::TransferId,
    otp::{OtpCode, Purpose, transfer_digest},
    transfer::TransferStatus,
};
use ports::{
    clock::Clock,
    crypto::{CodeContext, CodeHasher},
    stores::{ConfirmOutcome, ConfirmTransfer as ConfirmRequest, Ledger, StoreResult, Verifications},
};
use std::sync::Arc;

/// Confirms transfers.
pub struct ConfirmTransfer {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// Where the codes' hashes are.
    pub verifications: Arc<dyn Verifications>,
    /// Makes the hash of what was typed.
    pub hasher: Arc<dyn CodeHasher>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The numbers in force.
    pub rules: Arc<TransferRules>,
}

/// A code for a transfer.
pub struct Confirmation {
    /// Whose transfer it must be.
    pub caller: String,
    /// Which.
    pub transfer: TransferId,
    /// What was typed.
    pub code: OtpCode,
    /// The effect that guesses, in a turn.
    pub effect_key: Option<String>,
    /// The name to remember the destination by, when it is paid.
    pub payee: Option<String>,
    /// Who does it.
    pub actor: Actor,
}

impl ConfirmTransfer {
    /// Judges the code and pays, at once. The typed code is hashed here with the transfer as it
    /// stands; the store counts, compares and posts in one transaction.
    pub async fn run(&self, confirmation: Confirmation) -> StoreResult<ConfirmOutcome> {
        let Confirmation { caller, transfer: id, code, effect_key, payee, actor } = confirmation;
        let Some(transfer) = self.ledger.find_transfer(id).await?.filter(|t| t.caller == caller) else {
            return Ok(ConfirmOutcome::NotFound);
        };
        let Some(verification) = transfer.verification else {
            let done = transfer.status == TransferStatus::Completed;
            let transfer = Box::new(transfer);
            return Ok(if done {
                ConfirmOutcome::AlreadyDone(transfer)
            } else {
                ConfirmOutcome::NotWaiting(transfer)
            });
        };
        let kept = self.verifications.find(verification).await?;
        let mac = kept.as_ref().and_then(|kept| {
            let own = kept.own_code.as_ref()?;
            let context = CodeContext {
                verification,
                salt: own.salt,
                purpose: Purpose::Transfer,
                destination: kept.phone.e164().to_owned(),
                transaction_digest: transfer_digest(&transfer),
            };
            Some(self.hasher.hash_with(&own.mac.key_id, &context, code.reveal())?.mac)
        });
        let now = self.clock.now();
        let request = ConfirmRequest {
            transfer: id,
            verification,
            mac,
            effect_key,
            limits: self.rules.limits,
            day: self.rules.day_of(now),
            policy: self.rules.code_policy,
            payee,
            actor,
        };
        self.ledger.confirm(&request, now).await
    }
}
