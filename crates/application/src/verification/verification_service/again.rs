//! Send the code of an open challenge again.

use super::*;
use domain::principal::Principal;

/// How the code of an open challenge is sent again.
pub(super) struct Again<'a> {
    pub(super) channel: Channel,
    pub(super) fallback: &'a [Channel],
    pub(super) chat: Option<i64>,
    pub(super) locale: Locale,
    pub(super) page: Option<&'a OnPage>,
    pub(super) effect_key: Option<String>,
}

impl VerificationService {
    /// Sends the code of an open challenge again, with the fallback channels of the first request. For a
    /// challenge that is expired or out of attempts, a new one is started for the same recipient.
    #[tracing::instrument(name = "resend_code", level = "debug", skip_all, fields(verification = %id))]
    pub async fn resend(
        &self,
        id: VerificationId,
        requester: &Principal,
        locale: Locale,
        effect_key: Option<String>,
    ) -> StoreResult<SendCodeOutcome> {
        let found = self.verifications.find(id).await?.filter(|v| v.requester == *requester);
        let Some(verification) = found else { return Ok(SendCodeOutcome::NotFound) };
        let (channel, others) = (verification.channel, verification.fallback.clone());
        if verification.challenge.is_open(self.kernel.now()) {
            let fallbacks = match self.open_fallbacks(requester, &verification.to, channel, &others).await? {
                Ok(fallbacks) => fallbacks,
                Err(none) => return Ok(none),
            };
            let EligibleChannels { first: channel, others, chat } = fallbacks;
            let again = Again { channel, fallback: &others, chat, locale, page: None, effect_key };
            // On the heap, because the future holds the state of every channel.
            return Box::pin(self.send_again(verification, again)).await;
        }
        let Verification { to, purpose, origin, .. } = verification;
        let mut request = StartRequest::to(to, requester.clone(), channel, purpose, locale);
        (request.fallback, request.origin, request.effect_key) = (others, origin, effect_key);
        self.start(request).await
    }

    /// A provider sends the code that it keeps once more. Nobody has the digits of our own code any more, so
    /// a new code takes its place as soon as it is in the outbox.
    pub(super) async fn send_again(
        &self,
        open: Verification,
        again: Again<'_>,
    ) -> StoreResult<SendCodeOutcome> {
        let Again { channel, fallback, chat, locale, page, effect_key } = again;
        let now = self.kernel.now();
        let wanted = CodeRequest {
            verification: open.id,
            to: &open.to,
            chat,
            purpose: open.purpose,
            locale,
            page_host: page_host(page),
            now,
            expires_at: open.challenge.expires_at,
        };
        let own = match self.own_send(&wanted, channel, fallback) {
            Ok(own) => own,
            Err(error) => return Ok(SendCodeOutcome::Failed(error)),
        };
        let channel = own.as_ref().map_or(channel, |own| own.message.message.channel);
        let again = BeginResend {
            verification: open.id,
            channel,
            locale,
            fallback: fallback.to_vec(),
            effect_key,
            own,
            policy: self.policy,
        };
        match self.verifications.begin_resend(&again, now).await? {
            StartOutcome::Started(verification) | StartOutcome::Open(verification) => {
                self.hand_out(*verification, fallback, locale).await
            }
            StartOutcome::Repeated(verification) => self.repeat(*verification, fallback, locale).await,
            StartOutcome::Refused(SendRefusal::Limited(SendLimit::Cooldown, at)) => {
                Ok(SendCodeOutcome::TooSoon { verification: open.id, at })
            }
            StartOutcome::Refused(refusal) => Ok(refusal.into()),
        }
    }
}
