//! Guesses at codes: counted first, then looked at.

use super::*;

impl VerificationService {
    /// Checks a code against a challenge of this requester's. The guess is counted first, then shown to
    /// the provider.
    pub async fn check(
        &self,
        id: VerificationId,
        requester: &Requester,
        code: &OtpCode,
        effect_key: Option<String>,
    ) -> StoreResult<CheckResult> {
        let found = self.verifications.find(id).await?.filter(|v| v.requester == requester.key());
        let Some(found) = found else { return Ok(CheckResult::Gone) };
        let anonymous = requester.anonymous().map(str::to_owned);
        self.attempt(found, AttemptRequest { verification: id, effect_key, anonymous }, code).await
    }

    /// Checks a code of somebody who has not said who he is: he sees what was begun from his address, for
    /// that purpose. Which challenge it was, and what came of the guess.
    pub async fn check_from(
        &self,
        address: &str,
        to: &Recipient,
        purpose: Purpose,
        code: &OtpCode,
    ) -> StoreResult<Option<(VerificationId, CheckResult)>> {
        let now = self.clock.now();
        let found = self.verifications.find_open_from(address, to, purpose, now).await?;
        let Some(found) = found else { return Ok(None) };
        let id = found.id;
        let attempt =
            AttemptRequest { verification: id, effect_key: None, anonymous: Some(address.to_owned()) };
        Ok(Some((id, self.attempt(found, attempt, code).await?)))
    }

    async fn attempt(
        &self,
        found: Verification,
        attempt: AttemptRequest,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        match found.own_code.clone() {
            Some(own) => self.attempt_own(found, own, attempt, code).await,
            None => self.attempt_hosted(found, attempt, code).await,
        }
    }

    /// Hashed here, judged by the store: should another code have been sent meanwhile, it is hashed for that
    /// one.
    async fn attempt_own(
        &self,
        found: Verification,
        mut own: OwnCode,
        attempt: AttemptRequest,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(codes) = &self.own else { return Ok(CheckResult::Gone) };
        for _ in 0..HASHED_AT_MOST {
            let request = CheckAttempt {
                attempt: attempt.clone(),
                salt: own.salt,
                typed: codes.hash(found.id, &found.to, found.purpose, (&own, code)),
                policy: self.policy,
            };
            match self.verifications.judge_attempt(&request, self.clock.now()).await? {
                AttemptVerdict::Judged(checked) => return Ok(CheckResult::Judged(checked)),
                AttemptVerdict::Gone => return Ok(CheckResult::Gone),
                AttemptVerdict::Locked(until) => return Ok(CheckResult::Locked(until)),
                AttemptVerdict::Outdated => {
                    let newest = self.verifications.find(found.id).await?.and_then(|found| found.own_code);
                    let Some(newest) = newest else { return Ok(CheckResult::Gone) };
                    own = newest;
                }
            }
        }
        Ok(CheckResult::Failed(CodeProviderError::Unavailable("new codes were sent all the while".into())))
    }

    async fn attempt_hosted(
        &self,
        found: Verification,
        attempt: AttemptRequest,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(hosted) = self.hosted.clone() else { return Ok(CheckResult::Gone) };
        let ticket = match self.verifications.take_attempt(&attempt, self.clock.now()).await? {
            ReserveAttempt::Go(ticket) => ticket,
            ReserveAttempt::Judged(checked) => {
                // Run again after a crash that may have come before the spent code was withdrawn.
                if !checked.approved
                    && checked.attempts_remaining == 0
                    && let Some(sid) = found.provider_ref
                    && !self.verifications.has_concurrent_attempts(found.id, None, self.clock.now()).await?
                {
                    self.withdraw(&sid).await;
                }
                return Ok(CheckResult::Judged(checked));
            }
            ReserveAttempt::Gone => return Ok(CheckResult::Gone),
            ReserveAttempt::Locked(until) => return Ok(CheckResult::Locked(until)),
        };
        let Some(sid) = ticket.verification.provider_ref.clone() else {
            self.verifications.return_attempt(&ticket).await?;
            return Ok(CheckResult::Gone);
        };
        match judge(hosted.as_ref(), &ticket, &sid, code).await {
            Ok(right) => {
                let checked =
                    self.verifications.settle_attempt(&ticket, right, &self.policy, self.clock.now()).await?;
                // Not before the last guess that is looked at: it may be the right one.
                if !right && checked.attempts_remaining == 0 && !self.has_concurrent_attempts(&ticket).await?
                {
                    self.withdraw(&sid).await;
                }
                Ok(CheckResult::Judged(checked))
            }
            // The answer was lost: if the provider took the code for right, it is, and no other guess can have been.
            Err(_)
                if hosted.is_approved(&sid).await == Ok(true)
                    && !self.has_concurrent_attempts(&ticket).await? =>
            {
                let now = self.clock.now();
                Ok(CheckResult::Judged(
                    self.verifications.settle_attempt(&ticket, true, &self.policy, now).await?,
                ))
            }
            Err(fault) => {
                self.verifications.return_attempt(&ticket).await?;
                Ok(CheckResult::Failed(fault))
            }
        }
    }

    async fn has_concurrent_attempts(&self, ticket: &AttemptTicket) -> StoreResult<bool> {
        let (id, attempt) = (ticket.verification.id, Some(ticket.attempt));
        self.verifications.has_concurrent_attempts(id, attempt, self.clock.now()).await
    }
}

async fn judge(
    hosted: &dyn CodeProvider,
    ticket: &AttemptTicket,
    sid: &str,
    code: &OtpCode,
) -> Result<bool, CodeProviderError> {
    match hosted.check(sid, code).await? {
        CodeVerdict::Approved => Ok(true),
        CodeVerdict::Wrong => Ok(false),
        // The same guess as before, whose answer was lost: it may have been the right one.
        CodeVerdict::Gone if ticket.resumed => hosted.is_approved(sid).await,
        CodeVerdict::Gone => Ok(false),
    }
}
