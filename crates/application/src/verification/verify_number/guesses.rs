//! Guesses at codes: counted first, then looked at.

use super::*;

impl VerifyNumber {
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
        self.guess(found, TakeGuess { verification: id, effect_key, anonymous }, code).await
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
        let guess = TakeGuess { verification: id, effect_key: None, anonymous: Some(address.to_owned()) };
        Ok(Some((id, self.guess(found, guess, code).await?)))
    }

    async fn guess(&self, found: Verification, guess: TakeGuess, code: &OtpCode) -> StoreResult<CheckResult> {
        match found.own_code.clone() {
            Some(own) => self.guess_own(found, own, guess, code).await,
            None => self.guess_hosted(found, guess, code).await,
        }
    }

    /// Hashed here, judged by the store: should another code have been sent meanwhile, it is hashed for that
    /// one.
    async fn guess_own(
        &self,
        found: Verification,
        mut own: OwnCode,
        guess: TakeGuess,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(codes) = &self.own else { return Ok(CheckResult::Gone) };
        for _ in 0..HASHED_AT_MOST {
            let request = JudgeGuess {
                guess: guess.clone(),
                salt: own.salt,
                typed: codes.hash(found.id, &found.to, found.purpose, (&own, code)),
                policy: self.policy,
            };
            match self.verifications.judge_guess(&request, self.clock.now()).await? {
                GuessVerdict::Judged(checked) => return Ok(CheckResult::Judged(checked)),
                GuessVerdict::Gone => return Ok(CheckResult::Gone),
                GuessVerdict::Locked(until) => return Ok(CheckResult::Locked(until)),
                GuessVerdict::Outdated => {
                    let newest = self.verifications.find(found.id).await?.and_then(|found| found.own_code);
                    let Some(newest) = newest else { return Ok(CheckResult::Gone) };
                    own = newest;
                }
            }
        }
        Ok(CheckResult::Failed(CodeVerifierError::Unavailable("new codes were sent all the while".into())))
    }

    async fn guess_hosted(
        &self,
        found: Verification,
        guess: TakeGuess,
        code: &OtpCode,
    ) -> StoreResult<CheckResult> {
        let Some(hosted) = self.hosted.clone() else { return Ok(CheckResult::Gone) };
        let ticket = match self.verifications.take_guess(&guess, self.clock.now()).await? {
            ReserveGuess::Go(ticket) => ticket,
            ReserveGuess::Judged(checked) => {
                // Run again after a crash that may have come before the spent code was withdrawn.
                if !checked.approved
                    && checked.attempts_remaining == 0
                    && let Some(sid) = found.provider_sid
                    && !self.verifications.has_rivals(found.id, None, self.clock.now()).await?
                {
                    self.withdraw(&sid).await;
                }
                return Ok(CheckResult::Judged(checked));
            }
            ReserveGuess::Gone => return Ok(CheckResult::Gone),
            ReserveGuess::Locked(until) => return Ok(CheckResult::Locked(until)),
        };
        let Some(sid) = ticket.verification.provider_sid.clone() else {
            self.verifications.return_guess(&ticket).await?;
            return Ok(CheckResult::Gone);
        };
        match judge(hosted.as_ref(), &ticket, &sid, code).await {
            Ok(right) => {
                let checked =
                    self.verifications.settle_guess(&ticket, right, &self.policy, self.clock.now()).await?;
                // Not before the last guess that is looked at: it may be the right one.
                if !right && checked.attempts_remaining == 0 && !self.has_rivals(&ticket).await? {
                    self.withdraw(&sid).await;
                }
                Ok(CheckResult::Judged(checked))
            }
            // The answer was lost: if the provider took the code for right, it is, and no other guess can have been.
            Err(_) if hosted.is_approved(&sid).await == Ok(true) && !self.has_rivals(&ticket).await? => {
                let now = self.clock.now();
                Ok(CheckResult::Judged(
                    self.verifications.settle_guess(&ticket, true, &self.policy, now).await?,
                ))
            }
            Err(fault) => {
                self.verifications.return_guess(&ticket).await?;
                Ok(CheckResult::Failed(fault))
            }
        }
    }

    async fn has_rivals(&self, ticket: &GuessTicket) -> StoreResult<bool> {
        let (id, guess) = (ticket.verification.id, Some(ticket.guess));
        self.verifications.has_rivals(id, guess, self.clock.now()).await
    }
}

async fn judge(
    hosted: &dyn CodeVerifier,
    ticket: &GuessTicket,
    sid: &str,
    code: &OtpCode,
) -> Result<bool, CodeVerifierError> {
    match hosted.check(sid, code).await? {
        CodeVerdict::Approved => Ok(true),
        CodeVerdict::Wrong => Ok(false),
        // The same guess as before, whose answer was lost: it may have been the right one.
        CodeVerdict::Gone if ticket.resumed => hosted.is_approved(sid).await,
        CodeVerdict::Gone => Ok(false),
    }
}
