//! Whether somebody who names a number has it.

use crate::verification::verification_service::{CheckResult, VerificationService};
use domain::{
    accounts::proof_is_fresh,
    ids::{UserId, VerificationId},
    phone::PhoneNumber,
    verification::otp::{OtpCode, Purpose},
};
use ports::{clock::Clock, store_error::StoreError, verification::Requester};
use std::sync::Arc;
use thiserror::Error;

/// What somebody shows for a number.
#[derive(Clone, Debug)]
pub enum NumberProof {
    /// The code that was sent to it.
    Code(OtpCode),
    /// A challenge to it that was approved a while ago.
    Verification(VerificationId),
}

/// It proves nothing. Why is not told: whoever asks may be anybody.
#[derive(Debug, Error)]
pub enum ProveError {
    /// Wrong, used, expired, for another number, for something else, or begun elsewhere.
    #[error("this proves nothing")]
    NoProof,
    /// The provider gave no answer; the guess was given back.
    #[error("the code can't be checked now")]
    Failed,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at proofs of numbers.
pub struct ProvePhone {
    /// Sends and checks codes.
    pub verify: Arc<VerificationService>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

impl ProvePhone {
    /// The approved challenge that proves the number, begun to prove a number and from where the caller is:
    /// a code for a sign-in proves none. A signed-in person's own challenges count as well. The challenge is
    /// used up by the store that makes something of it.
    pub async fn run(
        &self,
        phone: &PhoneNumber,
        proof: &NumberProof,
        address: &str,
        user: Option<UserId>,
    ) -> Result<VerificationId, ProveError> {
        let code = match proof {
            NumberProof::Verification(id) => return self.approved(*id, phone, address, user).await,
            NumberProof::Code(code) => code,
        };
        let judged = match self.own_challenge(phone, user).await? {
            Some((id, requester)) => Some((id, self.verify.check(id, &requester, code, None).await?)),
            None => {
                self.verify.check_from(address, &phone.clone().into(), Purpose::Registration, code).await?
            }
        };
        match judged {
            Some((id, CheckResult::Judged(checked))) if checked.approved => Ok(id),
            Some((_, CheckResult::Failed(_))) => Err(ProveError::Failed),
            _ => Err(ProveError::NoProof),
        }
    }

    async fn own_challenge(
        &self,
        phone: &PhoneNumber,
        user: Option<UserId>,
    ) -> Result<Option<(VerificationId, Requester)>, StoreError> {
        let Some(user) = user else { return Ok(None) };
        let requester = Requester::User(user);
        let purpose = Some(Purpose::Registration);
        let open = self.verify.find_open(&requester, &phone.clone().into(), purpose).await?;
        Ok(open.map(|open| (open.id, requester)))
    }

    async fn approved(
        &self,
        id: VerificationId,
        phone: &PhoneNumber,
        address: &str,
        user: Option<UserId>,
    ) -> Result<VerificationId, ProveError> {
        let found = match self.verify.find_from(id, address).await? {
            Some(found) => Some(found),
            None => match user {
                Some(user) => self.verify.find(id, &Requester::User(user)).await?,
                None => None,
            },
        };
        let proves = found.is_some_and(|found| {
            found.to.phone() == Some(phone)
                && found.purpose == Purpose::Registration
                && proof_is_fresh(&found.challenge, self.clock.now())
        });
        if proves { Ok(id) } else { Err(ProveError::NoProof) }
    }
}
