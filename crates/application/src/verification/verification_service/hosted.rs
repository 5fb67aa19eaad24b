//! Codes that a provider makes: sent, recorded, withdrawn.

use super::*;

impl VerificationService {
    /// The newest open challenge for the number, if it has another purpose.
    pub(super) async fn for_another_purpose(
        &self,
        request: &StartRequest,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Verification>> {
        let open = self.verifications.find_open(&request.requester, &request.to, None, now).await?;
        Ok(open.filter(|open| open.purpose != request.purpose))
    }

    /// A provider keeps one code for a number. Before a code for another purpose goes out, the open one is
    /// withdrawn; otherwise one code would be valid for both.
    pub(super) async fn close(&self, other: Option<Verification>) -> StoreResult<()> {
        let Some(other) = other else { return Ok(()) };
        self.verifications.close(other.id).await?;
        if let Some(sid) = &other.provider_ref {
            self.withdraw(sid).await;
        }
        Ok(())
    }

    pub(super) async fn send(
        &self,
        mut verification: Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> StoreResult<SendCodeOutcome> {
        let mut result = self.try_channels(&verification, fallback, locale).await;
        if let Ok(started) = &result
            && self.record_sent(verification.id, started).await?
        {
            // The provider still keeps the code whose check attempts are used up: a new one is needed.
            self.withdraw(&started.provider_ref).await;
            result = self.try_channels(&verification, fallback, locale).await;
            if let Ok(started) = &result {
                self.record_sent(verification.id, started).await?;
            }
        }
        match result {
            Ok(started) => {
                verification.provider_ref = Some(started.provider_ref);
                verification.channel = started.channel;
                Ok(SendCodeOutcome::Sent(Box::new(verification)))
            }
            Err(error) => {
                tracing::warn!(verification = %verification.id, %error, "code not sent");
                let result = SendResult::Failed(error.to_string());
                self.verifications.record_send(verification.id, &result, self.kernel.now()).await?;
                Ok(SendCodeOutcome::Failed(error))
            }
        }
    }

    async fn record_sent(&self, id: VerificationId, started: &StartedCode) -> StoreResult<bool> {
        let StartedCode { provider_ref, channel, send_ref } = started.clone();
        let result = SendResult::Sent { provider_ref, channel, send_ref };
        self.verifications.record_send(id, &result, self.kernel.now()).await
    }

    /// Tries one channel after the other while the provider says that it can't reach the number.
    async fn try_channels(
        &self,
        verification: &Verification,
        fallback: &[Channel],
        locale: Locale,
    ) -> Result<StartedCode, CodeProviderError> {
        let to = verification.to.phone().zip(self.hosted.as_ref());
        let Some((phone, hosted)) = to else {
            return Err(CodeProviderError::ChannelRefused(
                "no provider sends codes to this recipient".into(),
            ));
        };
        // The other channels carry only codes of our own, and this challenge has none.
        let mut channels = std::iter::once(&verification.channel)
            .chain(fallback)
            .filter(|channel| self.hosted_for(**channel).is_some());
        let mut last = CodeProviderError::ChannelRefused("no channel is left".into());
        while let (Some(channel), CodeProviderError::ChannelRefused(_)) = (channels.next(), &last) {
            let start = StartCode { to: phone.clone(), channel: *channel, locale };
            match hosted.start(&start).await {
                Ok(started) => return Ok(started),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Makes the provider forget a challenge, so that the next code is a new one. If that fails, the
    /// provider's own limit and expiry end it.
    pub(super) async fn withdraw(&self, sid: &str) {
        let Some(hosted) = &self.hosted else { return };
        if let Err(error) = hosted.cancel(sid).await {
            tracing::warn!(%error, "challenge not withdrawn at the provider");
        }
    }
}
