//! Signing in with address and password.

use crate::{
    accounts::sign_in_desk::{
        PasswordDesk, PasswordVerdict, SessionDesk, SignedIn, Unable, Visitor, draw_secret,
    },
    verification::verify_number::{StartRequest, Started, VerifyNumber, WhenOpen},
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
    accounts::{Accounts, NewLoginChallenge, OpenSession, Sessions},
    clock::Clock,
    crypto::{SecretHasher, SecretKind},
    ids_and_random::Random,
    verification::Requester,
};
use std::sync::Arc;

/// Lets people in.
pub struct LogIn {
    /// People's accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Who is signed in.
    pub sessions: Arc<dyn Sessions>,
    /// Judges passwords.
    pub passwords: Arc<PasswordDesk>,
    /// Hands out tokens.
    pub desk: Arc<SessionDesk>,
    /// Sends the code of the second factor.
    pub verify: Arc<VerifyNumber>,
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
    SecondFactor {
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
    ) -> Result<LoggedIn, Unable> {
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
        let session = self.desk.new_session(visitor.device.clone());
        let id = session.id;
        let open = OpenSession { session, user, seen_password: hash, actor };
        if !self.sessions.open_session(&open, self.clock.now()).await? {
            return Ok(LoggedIn::Refused);
        }
        Ok(LoggedIn::In(Box::new(self.desk.hand_out(user, id, 1).await?)))
    }

    async fn ask_second_factor(
        &self,
        user: UserId,
        hash: String,
        phone: Option<PhoneNumber>,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<LoggedIn, Unable> {
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
        Ok(LoggedIn::SecondFactor { challenge, channel })
    }

    /// A code that can't go out now keeps nobody from using a backup code, or the code he has.
    async fn send_code(
        &self,
        user: UserId,
        phone: PhoneNumber,
        locale: Locale,
        visitor: &Visitor,
    ) -> Result<Channel, Unable> {
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
            Started::Sent(sent) | Started::StillGood(sent) => Ok(sent.channel),
            other => {
                let why = match other {
                    Started::TooSoon { .. } => "it went out a moment ago",
                    Started::TooMany(..) => "too many codes were sent",
                    Started::Locked(_) => "the number is locked",
                    Started::NumberRefused => "the number is refused",
                    _ => "the provider did not take it",
                };
                tracing::info!(%user, why, "no code was sent for a second factor");
                Ok(Channel::Sms)
            }
        }
    }
}
