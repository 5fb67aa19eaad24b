//! Check whether a person who names a number has it.

use crate::{
    kernel::Kernel,
    verification::verification_service::{CheckResult, VerificationService},
};
use domain::{
    accounts::proof_is_fresh,
    ids::{UserId, VerificationId},
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::store_error::StoreError;
use std::sync::Arc;
use thiserror::Error;

/// What a person gives to prove a number.
#[derive(Clone, Debug)]
pub enum NumberProof {
    /// The code that was sent to the number.
    Code(OtpCode),
    /// A challenge of the number that was approved before.
    Verification(VerificationId),
}

/// Why the number is not proved. The answer to the caller gives no details, because anybody may ask.
#[derive(Debug, Error)]
pub enum ProveError {
    /// The code is wrong, used or expired, or the challenge is for another number, another purpose or another
    /// caller.
    #[error("this does not prove the number")]
    NoProof,
    /// The provider gave no answer. The check attempt was given back.
    #[error("the code can't be checked now")]
    Failed,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks what proves a number.
pub struct ProvePhone {
    pub(super) verify: Arc<VerificationService>,
    kernel: Kernel,
}

impl ProvePhone {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(verify: Arc<VerificationService>, kernel: Kernel) -> Self {
        Self { verify, kernel }
    }
}

impl ProvePhone {
    /// Returns the approved challenge that proves the number. It must have been started to verify a number,
    /// from the caller's IP address; a sign-in code proves none. A signed-in person's own challenges count as
    /// well. The store uses the challenge up when it writes the number.
    #[tracing::instrument(name = "prove_phone", level = "debug", skip_all)]
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
    ) -> Result<Option<(VerificationId, Principal)>, StoreError> {
        let Some(user) = user else { return Ok(None) };
        let requester = Principal::User(user);
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
                Some(user) => self.verify.find(id, &Principal::User(user)).await?,
                None => None,
            },
        };
        let proves = found.is_some_and(|found| {
            found.to.phone() == Some(phone)
                && found.purpose == Purpose::Registration
                && proof_is_fresh(&found.challenge, self.kernel.now())
        });
        if proves { Ok(id) } else { Err(ProveError::NoProof) }
    }
}
