//! Letting a waiting transfer through with its code.

use crate::money::submit_transfer::TransferRules;
use domain::{
    ids::TransferId,
    money::transfer::TransferStatus,
    operations::audit::Actor,
    verification::otp::{OtpCode, Purpose, transfer_digest},
};
use ports::{
    clock::Clock,
    crypto::{CodeContext, CodeHasher},
    money::{ConfirmOutcome, ConfirmTransfer as ConfirmRequest, Ledger},
    store_error::StoreResult,
    verification::Verifications,
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
    /// What was typed; `None` asks again after success.
    pub code: Option<OtpCode>,
    /// The effect that guesses, in a turn.
    pub effect_key: Option<String>,
    /// The name to remember the destination by, when it is paid.
    pub payee: Option<String>,
    /// Who does it.
    pub actor: Actor,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The ledger's word.
    Judged(ConfirmOutcome),
    /// It waits for a code, and none was given. That costs no guess.
    CodeNeeded,
}

impl ConfirmTransfer {
    /// Judges the code and pays, at once. The typed code is hashed here with the transfer as it
    /// stands; the store counts, compares and posts in one transaction.
    pub async fn run(&self, confirmation: Confirmation) -> StoreResult<Confirmed> {
        let Confirmation { caller, transfer: id, code, effect_key, payee, actor } = confirmation;
        let Some(transfer) =
            self.ledger.find_transfer(id).await?.filter(|transfer| transfer.is_seen_by(&caller))
        else {
            return Ok(Confirmed::Judged(ConfirmOutcome::NotFound));
        };
        let verification = match (transfer.status, transfer.verification) {
            (TransferStatus::PendingVerification, Some(verification)) => verification,
            (TransferStatus::Completed | TransferStatus::Reversed, _) => {
                return Ok(Confirmed::Judged(ConfirmOutcome::AlreadyDone(Box::new(transfer))));
            }
            _ => return Ok(Confirmed::Judged(ConfirmOutcome::NotWaiting(Box::new(transfer)))),
        };
        let Some(code) = code else { return Ok(Confirmed::CodeNeeded) };
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
        Ok(Confirmed::Judged(self.ledger.confirm(&request, now).await?))
    }
}
