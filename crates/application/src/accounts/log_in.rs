//! Signing in with address and password.

use crate::{
    accounts::session_issuer::{
        AuthServiceError, PasswordAuthenticator, PasswordVerdict, SessionIssuer, SignedIn, Visitor,
        draw_secret,
    },
    verification::verification_service::{SendCodeOutcome, StartRequest, VerificationService, WhenOpen},
};
use chrono::{DateTime, Utc};
use domain::{
    accounts::{EmailAddress, LOGIN_CHALLENGE_TTL, Password},
    ids::UserId,
    locale::Locale,
    message::Channel,
    phone::PhoneNumber,
    verification::otp::Purpose,
};
use ports::{
    accounts::{NewLoginChallenge, OpenSession, Sessions, Users},
    clock::Clock,
    crypto::{SecretHasher, SecretKind},
    ids_and_random::Random,
    verification::Requester,
};
use std::sync::Arc;

/// Lets people in.
pub struct LogIn {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Who is signed in.
    pub sessions: Arc<dyn Sessions>,
    /// Judges passwords.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Hands out tokens.
    pub issuer: Arc<SessionIssuer>,
    /// Sends the code of the second factor.
    pub verify: Arc<VerificationService>,
    /// Hashes what a waiting sign-in is known by.
    pub secrets: Arc<dyn SecretHasher>,
    /// Draws it.
    pub random: Arc<dyn Random>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The language of people who have set none.
    pub default_locale: Locale,
}

/// What came of it. It bears tokens: it has no `Debug`.
pub enum LoggedIn {
    /// In.
    In(Box<SignedIn>),
    /// The password is right; the second factor is asked for.
    Mfa {
        /// What the waiting sign-in is known by: its holder has shown the password.
        challenge: String,
        /// How the code went.
        channel: Channel,
    },
    /// The password is wrong, or nobody has that address.
    Refused,
    /// Too many tries; the next may be made then.
    TooMany(DateTime<Utc>),
}

impl LogIn {
    /// Lets whoever knows the password in, or asks for the second factor.
    pub async fn run(
        &self,
        email: &EmailAddress,
        password: &Password,
        visitor: &Visitor,
    ) -> Result<LoggedIn, AuthServiceError> {
        let actor = visitor.actor();
        let (user, hash) = match self.passwords.judge(email, password, &visitor.address, &actor).await? {
            PasswordVerdict::Right { user, hash } => (user, hash),
            PasswordVerdict::Wrong => return Ok(LoggedIn::Refused),
            PasswordVerdict::TooMany(next) => return Ok(LoggedIn::TooMany(next)),
        };
        let profile = self.accounts.profile(user).await?;
        if let Some(profile) = profile
            && profile.mfa_enabled
        {
            let locale = profile.locale.unwrap_or(self.default_locale);
            return self.ask_second_factor(user, hash, profile.phone, locale, visitor).await;
        }
        let session = self.issuer.new_session(visitor.device.clone());
        let id = session.id;
        let open = OpenSession { session, user, seen_password: hash, actor };
        if !self.sessions.open_session(&open, self.clock.now()).await? {
            return Ok(LoggedIn::Refused);
        }
        Ok(LoggedIn::In(Box::new(self.issuer.hand_out(user, id, 1).await?)))
    }

    async fn ask_second_factor(
        &self,
        user: UserId,
        hash: String,
        phone: Option<PhoneNumber>,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<LoggedIn, AuthServiceError> {
        let now = self.clock.now();
        let challenge = draw_secret(self.random.as_ref());
        let kept = NewLoginChallenge {
            hash: self.secrets.hash(SecretKind::LoginChallenge, &challenge),
            user,
            seen_password: hash,
            expires_at: now.checked_add_signed(LOGIN_CHALLENGE_TTL).unwrap_or(now),
        };
        if !self.accounts.begin_login_challenge(&kept, now).await? {
            return Ok(LoggedIn::Refused);
        }
        let mut channel = Channel::Sms;
        if let Some(phone) = phone {
            channel = self.send_code(user, phone, locale, visitor).await?;
        }
        Ok(LoggedIn::Mfa { challenge, channel })
    }

    /// A code that can't go out now keeps nobody from using a backup code, or the code he has.
    async fn send_code(
        &self,
        user: UserId,
        phone: PhoneNumber,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<Channel, AuthServiceError> {
        let request = StartRequest {
            requester: Requester::User(user),
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
        match self.verify.start(request).await? {
            SendCodeOutcome::Sent(sent) | SendCodeOutcome::StillGood(sent) => Ok(sent.channel),
            other => {
                let why = match other {
                    SendCodeOutcome::TooSoon { .. } => "it went out a moment ago",
                    SendCodeOutcome::TooMany(..) => "too many codes were sent",
                    SendCodeOutcome::Locked(_) => "the number is locked",
                    SendCodeOutcome::NumberRefused => "the number is refused",
                    _ => "the provider did not take it",
                };
                tracing::info!(%user, why, "no code was sent for a second factor");
                Ok(Channel::Sms)
            }
        }
    }
}
