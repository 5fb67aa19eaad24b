//! Request a new password. Neither the answer nor its time shows whether an account has the address.

use crate::{
    accounts::session_issuer::{Visitor, draw_secret},
    kernel::Kernel,
    verification::verification_service::{StartRequest, VerificationService, WhenOpen},
};
use domain::{
    accounts::RESET_TOKEN_TTL,
    channel_account::ChannelAccount,
    email::EmailAddress,
    ids::{MessageId, NOBODY},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    operations::audit::AuditRecord,
    principal::Principal,
    verification::otp::Purpose,
};
use ports::{
    accounts::{AskReset, Users},
    crypto::{SecretHasher, SecretKind},
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage, texts::Texts},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Sends reset links and reset codes.
pub struct ForgotPassword {
    parts: ForgotPasswordParts,
    kernel: Kernel,
}

/// The stores and use cases that [`ForgotPassword`] needs.
pub struct ForgotPasswordParts {
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Sends the reset codes.
    pub verify: Arc<VerificationService>,
    /// Hashes the reset token.
    pub secrets: Arc<dyn SecretHasher>,
    /// The texts of the e-mail.
    pub texts: Arc<dyn Texts>,
    /// The channel account that e-mail goes out from: `smtp:email:<from>`. `None`: no e-mail is set up.
    pub mail_account: Option<ChannelAccount>,
    /// The public address of the hosted pages.
    pub public_base_url: String,
    /// The language for people who have not set one.
    pub default_locale: Locale,
}

impl ForgotPassword {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: ForgotPasswordParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

impl ForgotPassword {
    /// Sends a reset link to the address if an account has it. The e-mail is in the outbox on return. It
    /// takes longer for a known address, so the answer to the caller must not wait for it.
    #[tracing::instrument(name = "forgot_password", level = "debug", skip_all)]
    pub async fn by_mail(&self, email: EmailAddress, visitor: &Visitor) -> StoreResult<()> {
        let now = self.kernel.now();
        let token = draw_secret(self.kernel.random.as_ref());
        let expires_at = now.checked_add_signed(RESET_TOKEN_TTL).unwrap_or(now);
        if self.parts.mail_account.is_none() {
            tracing::warn!("no e-mail account is set up: no reset link sent");
        }
        let locale = self.locale_of(&email).await?;
        let mail = self.parts.mail_account.as_ref().map(|account| NewOutbound {
            message: OutboundMessage::email(
                MessageId(self.kernel.new_id()),
                email.as_str().to_owned(),
                self.subject_and_text(locale, &token),
                locale,
            ),
            channel_account: account.clone(),
            lane: Lane::Code,
            expires_at,
            client: None,
        });
        let asked = AskReset {
            token: self.parts.secrets.hash(SecretKind::ResetToken, &token),
            email,
            expires_at,
            mail,
            actor: visitor.actor(),
        };
        self.parts.accounts.ask_reset(&asked, now).await
    }

    async fn locale_of(&self, email: &EmailAddress) -> StoreResult<Locale> {
        let known = self.parts.accounts.find_credentials(email).await?.map_or(NOBODY, |known| known.user);
        let known = self.parts.accounts.profile(known).await?;
        Ok(known.and_then(|profile| profile.locale).unwrap_or(self.parts.default_locale))
    }

    fn subject_and_text(&self, locale: Locale, token: &str) -> (String, String) {
        let link = format!("{}/reset?token={token}", self.parts.public_base_url);
        let subject = Text { id: "mail-reset-subject", args: Vec::new() };
        let minutes = Arg::Number(RESET_TOKEN_TTL.num_minutes());
        let text =
            Text { id: "mail-reset-text", args: vec![("link", Arg::Text(link)), ("minutes", minutes)] };
        (self.parts.texts.render(locale, &subject), self.parts.texts.render(locale, &text))
    }

    /// Sends a code to the verified number of the account with that address. It takes as long as the provider
    /// takes, so the answer to the caller must not wait for it.
    #[tracing::instrument(name = "forgot_password", level = "debug", skip_all)]
    pub async fn by_code(&self, email: EmailAddress, visitor: &Visitor) -> StoreResult<()> {
        let known = self.parts.accounts.find_credentials(&email).await?;
        let user = known.as_ref().map(|known| known.user);
        let noted =
            AuditRecord::about_account("password.reset_asked", &visitor.actor(), user, Some("by code"));
        self.parts.accounts.note(&noted, self.kernel.now()).await?;
        let Some(known) = known else { return Ok(()) };
        let Some(profile) = self.parts.accounts.profile(known.user).await? else { return Ok(()) };
        let Some(phone) = profile.phone else { return Ok(()) };
        let request = StartRequest {
            // The caller is anonymous. They use up only their own budget, and the code can be checked only
            // from their IP address.
            requester: Principal::Anonymous(Some(visitor.address.clone())),
            to: phone.into(),
            channel: Channel::Sms,
            fallback: vec![Channel::Whatsapp],
            purpose: Purpose::PasswordReset,
            locale: profile.locale.unwrap_or(self.parts.default_locale),
            client_ip: Some(visitor.address.clone()),
            origin: Some(visitor.address.clone()),
            page: None,
            effect_key: None,
            when_open: WhenOpen::Resend,
        };
        self.parts.verify.start(request).await.map(|_started| ())
    }
}
