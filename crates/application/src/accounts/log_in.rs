//! Sign in with e-mail address and password.

use crate::{
    accounts::session_issuer::{
        AuthServiceError, PasswordAuthenticator, PasswordVerdict, SessionIssuer, SignedIn, Visitor,
        draw_secret,
    },
    kernel::Kernel,
    verification::verification_service::{SendCodeOutcome, StartRequest, VerificationService, WhenOpen},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{LOGIN_CHALLENGE_TTL, Password},
    email::EmailAddress,
    ids::UserId,
    locale::Locale,
    message::Channel,
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::Purpose,
};
use ports::{
    accounts::{NewLoginChallenge, OpenSession, Sessions, Users},
    crypto::{SecretHasher, SecretKind},
};
use std::sync::Arc;

/// Signs people in.
pub struct LogIn {
    parts: LogInParts,
    kernel: Kernel,
}

/// The stores and use cases that [`LogIn`] needs.
pub struct LogInParts {
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// The port of sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Checks passwords and counts failures.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Issues the tokens of a session.
    pub issuer: Arc<SessionIssuer>,
    /// Sends the MFA code.
    pub verify: Arc<VerificationService>,
    /// Hashes the token of a waiting sign-in.
    pub secrets: Arc<dyn SecretHasher>,
    /// The language for people who have not set one.
    pub default_locale: Locale,
}

impl LogIn {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: LogInParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

/// The outcome of a sign-in. It holds tokens, so it has no `Debug`.
pub enum LoggedIn {
    /// The person is signed in.
    In(Box<SignedIn>),
    /// The password is right; MFA is needed.
    Mfa {
        /// The token of the waiting sign-in. Its holder has shown the password.
        challenge: String,
        /// The channel of the code.
        channel: Channel,
    },
    /// The password is wrong, or no account has the address.
    Refused,
    /// Too many tries. The next one is allowed at that time.
    TooMany(DateTime<Utc>),
}

impl LogIn {
    /// Signs a person in with their password, or asks for MFA.
    #[tracing::instrument(name = "log_in", level = "debug", skip_all)]
    pub async fn run(
        &self,
        email: &EmailAddress,
        password: &Password,
        visitor: &Visitor,
    ) -> Result<LoggedIn, AuthServiceError> {
        let actor = visitor.actor();
        let (user, hash) = match self.parts.passwords.judge(email, password, &visitor.address, &actor).await?
        {
            PasswordVerdict::Right { user, hash } => (user, hash),
            PasswordVerdict::Wrong => return Ok(LoggedIn::Refused),
            PasswordVerdict::TooMany(next) => return Ok(LoggedIn::TooMany(next)),
        };
        let profile = self.parts.accounts.profile(user).await?;
        if let Some(profile) = profile
            && profile.mfa_enabled
        {
            let locale = profile.locale.unwrap_or(self.parts.default_locale);
            return self.ask_second_factor(user, hash, profile.phone, locale, visitor).await;
        }
        let session = self.parts.issuer.new_session(visitor.device.clone());
        let id = session.id;
        let open = OpenSession { session, user, seen_password: hash, actor };
        if !self.parts.sessions.open_session(&open, self.kernel.now()).await? {
            return Ok(LoggedIn::Refused);
        }
        Ok(LoggedIn::In(Box::new(self.parts.issuer.hand_out(user, id, 1).await?)))
    }

    async fn ask_second_factor(
        &self,
        user: UserId,
        hash: String,
        phone: Option<PhoneNumber>,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<LoggedIn, AuthServiceError> {
        let now = self.kernel.now();
        let challenge = draw_secret(self.kernel.random.as_ref());
        let kept = NewLoginChallenge {
            hash: self.parts.secrets.hash(SecretKind::LoginChallenge, &challenge),
            user,
            seen_password: hash,
            expires_at: now.checked_add_signed(LOGIN_CHALLENGE_TTL).unwrap_or(now),
        };
        if !self.parts.accounts.begin_login_challenge(&kept, now).await? {
            return Ok(LoggedIn::Refused);
        }
        let mut channel = Channel::Sms;
        if let Some(phone) = phone {
            channel = self.send_code(user, phone, locale, visitor).await?;
        }
        Ok(LoggedIn::Mfa { challenge, channel })
    }

    /// If no code can be sent now, the person can still use a backup code, or a code that they have.
    async fn send_code(
        &self,
        user: UserId,
        phone: PhoneNumber,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<Channel, AuthServiceError> {
        let request = StartRequest {
            requester: Principal::User(user),
            to: phone.into(),
            channel: Channel::Sms,
            fallback: vec![Channel::Whatsapp],
            purpose: Purpose::Login,
            locale,
            client_ip: Some(visitor.address.clone()),
            origin: None,
            page: None,
            effect_key: None,
            when_open: WhenOpen::Resend,
        };
        match self.parts.verify.start(request).await? {
            SendCodeOutcome::Sent(sent) | SendCodeOutcome::StillGood(sent) => Ok(sent.channel),
            other => {
                let error = match other {
                    SendCodeOutcome::TooSoon { .. } => "the cooldown has not passed",
                    SendCodeOutcome::TooMany(..) => "too many codes were sent",
                    SendCodeOutcome::Locked(_) => "the number is locked",
                    SendCodeOutcome::NumberRefused => "the number is refused",
                    _ => "the provider did not accept it",
                };
                tracing::info!(%user, error, "MFA code not sent");
                Ok(Channel::Sms)
            }
        }
    }
}
