//! Builds the use cases of people's accounts.

use super::{Foundation, Verification, tokens};
use crate::{config::Settings, stores::Stores};
use adapter_crypto::{Argon2Hasher, KeyedSessionTokens};
use adapter_locales::BuiltInTexts;
use application::{
    accounts::{
        forgot_password::{ForgotPassword, ForgotPasswordParts},
        freeze::{FreezePerson, FreezePersonParts},
        import_people::ImportPeople,
        log_in::{LogIn, LogInParts},
        mfa::{Mfa, MfaParts},
        pass_mfa::PassMfa,
        pending_number::PendingNumber,
        profile::{Profiles, ProfilesParts},
        prove_phone::ProvePhone,
        register::{Register, RegisterParts},
        reset_password::ResetPassword,
        session_issuer::{PasswordAuthenticator, SessionIssuer},
        sessions::Sessions,
        telegram_link::{TelegramLink, TelegramLinkParts},
    },
    kernel::Kernel,
    verification::verification_service::VerificationService,
};
use domain::{channel_account::ChannelAccount, message::Channel};
use ports::{
    accounts::session_tokens::SessionTokens,
    crypto::{PasswordHasher, SecretHasher},
};
use std::{num::NonZero, sync::Arc, thread};

/// The use cases of people's accounts.
pub(crate) struct Accounts {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) register: Arc<Register>,
    pub(crate) log_in: Arc<LogIn>,
    pub(crate) pass_mfa: Arc<PassMfa>,
    pub(crate) sessions: Sessions,
    pub(crate) forgot: Arc<ForgotPassword>,
    pub(crate) reset: Arc<ResetPassword>,
    pub(crate) mfa: Arc<Mfa>,
    pub(crate) profiles: Arc<Profiles>,
    pub(crate) pending_number: Arc<PendingNumber>,
    pub(crate) telegram: Arc<TelegramLink>,
    pub(crate) freeze: Arc<FreezePerson>,
}

/// What several use cases of accounts share.
struct Shared<'a> {
    base: &'a Foundation,
    verify: Arc<VerificationService>,
    hasher: Arc<dyn PasswordHasher>,
    secrets: Arc<dyn SecretHasher>,
    tokens: Arc<dyn SessionTokens>,
    passwords: Arc<PasswordAuthenticator>,
    issuer: Arc<SessionIssuer>,
    prove: Arc<ProvePhone>,
}

impl Accounts {
    /// Builds them. Notices about a changed number go out from `sms_account`, if there is one.
    pub(super) fn build(
        base: &Foundation,
        verification: &Verification,
        sms_account: Option<ChannelAccount>,
    ) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let shared = Shared::new(base, verification);
        let Shared { verify, secrets, .. } = &shared;
        let profiles = Arc::new(shared.profiles(sms_account));
        let pass_mfa = PassMfa::new(
            store.clone(),
            verify.clone(),
            secrets.clone(),
            shared.issuer.clone(),
            kernel.clone(),
        );
        let reset = ResetPassword::new(
            store.clone(),
            verify.clone(),
            secrets.clone(),
            shared.hasher.clone(),
            kernel.clone(),
        );
        Self {
            settings: settings.clone(),
            kernel: kernel.clone(),
            register: Arc::new(shared.register()),
            log_in: Arc::new(shared.log_in()),
            pass_mfa: Arc::new(pass_mfa),
            sessions: Sessions::new(store.clone(), shared.issuer.clone(), kernel.clone()),
            forgot: Arc::new(shared.forgot_password()),
            reset: Arc::new(reset),
            mfa: Arc::new(shared.mfa()),
            pending_number: Arc::new(shared.pending_number(profiles.clone())),
            telegram: Arc::new(shared.telegram_link()),
            freeze: Arc::new(shared.freeze()),
            profiles,
        }
    }
}

/// The use case that imports people, for the command.
pub(crate) fn import_people(settings: &Settings, store: Arc<dyn Stores>) -> ImportPeople {
    ImportPeople::new(store, super::kernel(), settings.default_region)
}

impl<'a> Shared<'a> {
    fn new(base: &'a Foundation, verification: &Verification) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let cores = thread::available_parallelism().map_or(2, NonZero::get);
        let hasher: Arc<dyn PasswordHasher> = Arc::new(Argon2Hasher::new(kernel.random.clone(), cores));
        let tokens: Arc<dyn SessionTokens> =
            Arc::new(KeyedSessionTokens::new(&settings.jwt_secret, tokens(settings)));
        let (verify, pages) = (verification.verify.clone(), verification.pages.clone());
        let issuer = SessionIssuer::new(store.clone(), tokens.clone(), Some(pages), kernel.clone());
        let passwords = PasswordAuthenticator::new(store.clone(), hasher.clone(), kernel.clone());
        Self {
            base,
            prove: Arc::new(ProvePhone::new(verify.clone(), kernel.clone())),
            verify,
            hasher,
            secrets: base.secrets.clone(),
            tokens,
            passwords: Arc::new(passwords),
            issuer: Arc::new(issuer),
        }
    }

    fn profiles(&self, sms_account: Option<ChannelAccount>) -> Profiles {
        let parts = ProfilesParts {
            accounts: self.base.store.clone(),
            passwords: self.passwords.clone(),
            prove: self.prove.clone(),
            texts: Arc::new(BuiltInTexts),
            sms_account,
            default_locale: self.base.settings.default_locale,
        };
        Profiles::new(parts, self.base.kernel.clone())
    }

    fn register(&self) -> Register {
        let parts = RegisterParts {
            accounts: self.base.store.clone(),
            hasher: self.hasher.clone(),
            prove: self.prove.clone(),
            issuer: self.issuer.clone(),
            currency: self.base.settings.default_currency,
            accounts_per_address_per_hour: self.base.settings.accounts_per_address_per_hour,
        };
        Register::new(parts, self.base.kernel.clone())
    }

    fn log_in(&self) -> LogIn {
        let parts = LogInParts {
            accounts: self.base.store.clone(),
            sessions: self.base.store.clone(),
            passwords: self.passwords.clone(),
            issuer: self.issuer.clone(),
            verify: self.verify.clone(),
            secrets: self.secrets.clone(),
            default_locale: self.base.settings.default_locale,
        };
        LogIn::new(parts, self.base.kernel.clone())
    }

    fn forgot_password(&self) -> ForgotPassword {
        let settings = &self.base.settings;
        let parts = ForgotPasswordParts {
            accounts: self.base.store.clone(),
            verify: self.verify.clone(),
            secrets: self.secrets.clone(),
            texts: Arc::new(BuiltInTexts),
            mail_account: settings.smtp.as_ref().map(|smtp| ChannelAccount::of_mail(&smtp.from)),
            public_base_url: settings.public_base_url.clone(),
            default_locale: settings.default_locale,
        };
        ForgotPassword::new(parts, self.base.kernel.clone())
    }

    fn pending_number(&self, profiles: Arc<Profiles>) -> PendingNumber {
        let usual = [Channel::Whatsapp, Channel::Sms].into_iter();
        let channels = usual.filter(|channel| self.verify.sends_by(*channel)).collect();
        PendingNumber::new(profiles, self.verify.clone(), channels, self.base.settings.default_locale)
    }

    fn freeze(&self) -> FreezePerson {
        let parts = FreezePersonParts {
            freezes: self.base.store.clone(),
            accounts: self.base.store.clone(),
            passwords: self.passwords.clone(),
            verify: self.verify.clone(),
            default_locale: self.base.settings.default_locale,
        };
        FreezePerson::new(parts, self.base.kernel.clone())
    }

    fn mfa(&self) -> Mfa {
        let parts = MfaParts {
            accounts: self.base.store.clone(),
            passwords: self.passwords.clone(),
            verify: self.verify.clone(),
            secrets: self.secrets.clone(),
        };
        Mfa::new(parts, self.base.kernel.clone())
    }

    fn telegram_link(&self) -> TelegramLink {
        let parts = TelegramLinkParts {
            links: self.base.store.clone(),
            accounts: self.base.store.clone(),
            passwords: self.passwords.clone(),
            tokens: self.tokens.clone(),
            secrets: self.secrets.clone(),
        };
        TelegramLink::new(parts, self.base.kernel.clone())
    }
}
