//! Check attempts: counted first, then compared.

use super::*;
use domain::principal::Principal;

impl VerificationService {
    /// Checks a code against a challenge of this requester. The attempt is counted before the provider sees
    /// the code.
    #[tracing::instrument(name = "check_code", level = "debug", skip_all, fields(verification = %id))]
    pub async fn check(
        &self,
        id: VerificationId,
        requester: &Principal,
        code: &OtpCode,
        effect_key: Option<String>,
    ) -> StoreResult<CheckResult> {
        let found = self.verifications.find(id).await?.filter(|v| v.requester == *requester);
        let Some(found) = found else { return Ok(CheckResult::Gone) };
        let anonymous = requester.address().map(str::to_owned);
        let seen_open = found.challenge.is_open(self.kernel.now());
        let attempt = AttemptRequest { verification: id, effect_key, anonymous, seen_open, typed: None };
        self.attempt(found, attempt, code).await
    }

    /// Checks a code for an anonymous caller. They reach only challenges that were started from their IP
    /// address, for that purpose. Returns the challenge's id and the outcome. `None`: there is no such
    /// challenge.
    #[tracing::instrument(name = "check_code", level = "debug", skip_all)]
    pub async fn check_from(
        &self,
        address: &str,
        to: &Recipient,
        purpose: Purpose,
        code: &OtpCode,
    ) -> StoreResult<Option<(VerificationId, CheckResult)>> {
        let now = self.kernel.now();
        let found = self.verifications.find_open_from(address, to, purpose, now).await?;
        let Some(found) = found else { return Ok(None) };
        let id = found.id;
        let anonymous = Some(address.to_owned());
        let attempt =
            AttemptRequest { verification: id, effect_key: None, anonymous, seen_open: true, typed: None };
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

    /// The code is hashed here and compared by the store. If another code was sent meanwhile, it is hashed
    /// again for that one.
    async fn attempt_own(
        &self,
        found: Verification,
        mut own: OwnCode,
        attempt: AttemptRequest,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(codes) = &self.own else { return Ok(CheckResult::Gone) };
        for _ in 0..HASHED_AT_MOST {
            let typed = codes.hash(found.id, &found.to, found.purpose, (&own, code));
            let attempt = AttemptRequest { typed, ..attempt.clone() };
            let request = CheckAttempt { attempt, salt: own.salt, policy: self.policy };
            match self.verifications.judge_attempt(&request, self.kernel.now()).await? {
                AttemptVerdict::Judged(checked) => return Ok(CheckResult::Judged(checked)),
                AttemptVerdict::Refused(refusal) => return Ok(refusal.into()),
                AttemptVerdict::Outdated => {
                    let newest = self.verifications.find(found.id).await?.and_then(|found| found.own_code);
                    let Some(newest) = newest else { return Ok(CheckResult::Gone) };
                    own = newest;
                }
            }
        }
        Ok(CheckResult::Failed(CodeProviderError::Unavailable("new codes were sent during the check".into())))
    }

    async fn attempt_hosted(
        &self,
        found: Verification,
        mut attempt: AttemptRequest,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(hosted) = self.hosted.clone() else { return Ok(CheckResult::Gone) };
        attempt.typed = self.own.as_ref().map(|own| own.name(found.id, &found.to, found.purpose, code));
        let ticket = match self.verifications.take_attempt(&attempt, self.kernel.now()).await? {
            ReserveAttempt::Reserved(ticket) => ticket,
            ReserveAttempt::Judged(checked) => {
                // This turn ran before. A crash may have come before the used-up code was withdrawn.
                if !checked.approved
                    && checked.attempts_remaining == 0
                    && let Some(sid) = found.provider_ref
                    && !self.verifications.has_concurrent_attempts(found.id, None, self.kernel.now()).await?
                {
                    self.withdraw(&sid).await;
                }
                return Ok(CheckResult::Judged(checked));
            }
            ReserveAttempt::Refused(refusal) => return Ok(refusal.into()),
        };
        let Some(sid) = ticket.verification.provider_ref.clone() else {
            self.verifications.return_attempt(&ticket).await?;
            return Ok(CheckResult::Gone);
        };
        match self.judge(hosted.as_ref(), &ticket, &sid, code).await? {
            Ok(right) => {
                let checked = self
                    .verifications
                    .settle_attempt(&ticket, right, &self.policy, self.kernel.now())
                    .await?;
                // Not before the last concurrent attempt has its answer: it may be the right one.
                if !right && checked.attempts_remaining == 0 && !self.has_concurrent_attempts(&ticket).await?
                {
                    self.withdraw(&sid).await;
                }
                Ok(CheckResult::Judged(checked))
            }
            // The answer was lost. If the provider approved the code, this attempt was the right one, unless
            // another is in progress.
            Err(_)
                if hosted.is_approved(&sid).await == Ok(true)
                    && !self.has_concurrent_attempts(&ticket).await? =>
            {
                let now = self.kernel.now();
                Ok(CheckResult::Judged(
                    self.verifications.settle_attempt(&ticket, true, &self.policy, now).await?,
                ))
            }
            Err(error) => {
                self.verifications.return_attempt(&ticket).await?;
                Ok(CheckResult::Failed(error))
            }
        }
    }

    async fn judge(
        &self,
        hosted: &dyn CodeProvider,
        ticket: &AttemptTicket,
        sid: &str,
        code: &OtpCode,
    ) -> StoreResult<Result<bool, CodeProviderError>> {
        Ok(match hosted.check(sid, code).await {
            Ok(CodeVerdict::Approved) => Ok(true),
            Ok(CodeVerdict::Wrong) => Ok(false),
            // The same attempt as before, whose answer was lost, or the same code at the same time: the provider
            // takes a code once, so this may have been the right one.
            Ok(CodeVerdict::Gone)
                if ticket.resumed || self.verifications.has_twin(ticket, self.kernel.now()).await? =>
            {
                hosted.is_approved(sid).await
            }
            Ok(CodeVerdict::Gone) => Ok(false),
            Err(error) => Err(error),
        })
    }

    async fn has_concurrent_attempts(&self, ticket: &AttemptTicket) -> StoreResult<bool> {
        let (id, attempt) = (ticket.verification.id, Some(ticket.attempt));
        self.verifications.has_concurrent_attempts(id, attempt, self.kernel.now()).await
    }
}
