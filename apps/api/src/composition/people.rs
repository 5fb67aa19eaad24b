//! Builds the use cases of people's accounts.

use crate::{config::Settings, stores::Stores};
use adapter_crypto::{Argon2Hasher, HmacSecretHasher, KeyedSessionTokens};
use application::{
    accounts::{
        forgot_password::ForgotPassword,
        log_in::LogIn,
        mfa::Mfa,
        pass_mfa::PassMfa,
        pending_number::PendingNumber,
        profile::Profiles,
        prove_phone::ProvePhone,
        register::Register,
        reset_password::ResetPassword,
        session_issuer::{PasswordAuthenticator, SessionIssuer},
        sessions::Sessions,
        telegram_link::TelegramLink,
    },
    messaging::mail_channel::mail_account,
    verification::{verification_page::HostedVerification, verification_service::VerificationService},
};
use domain::message::Channel;
use ports::{
    accounts::session_tokens::SessionTokens,
    clock::Clock,
    crypto::{PasswordHasher, SecretHasher},
    ids_and_random::{IdGenerator, Random},
    messaging::texts::Texts,
};
use std::{num::NonZero, sync::Arc, thread};

/// The use cases of people's accounts.
pub(crate) struct People {
    pub(crate) register: Arc<Register>,
    pub(crate) log_in: Arc<LogIn>,
    pub(crate) pass_mfa: Arc<PassMfa>,
    pub(crate) sessions: Sessions,
    pub(crate) forgot: Arc<ForgotPassword>,
    pub(crate) reset: Arc<ResetPassword>,
    pub(crate) mfa: Mfa,
    pub(crate) profiles: Arc<Profiles>,
    pub(crate) pending_number: Arc<PendingNumber>,
    pub(crate) telegram: Arc<TelegramLink>,
}

/// What the use cases are built from.
pub(crate) struct Parts<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: Arc<dyn Stores>,
    pub(crate) verify: Arc<VerificationService>,
    pub(crate) pages: Arc<HostedVerification>,
    pub(crate) texts: Arc<dyn Texts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) sms_account: Option<String>,
}

impl People {
    pub(crate) fn build(parts: Parts<'_>) -> Self {
        let Parts { settings, store, verify, pages, texts, clock, ids, random, sms_account } = parts;
        let cores = thread::available_parallelism().map_or(2, NonZero::get);
        let hasher: Arc<dyn PasswordHasher> = Arc::new(Argon2Hasher::new(random.clone(), cores));
        let secrets: Arc<dyn SecretHasher> = Arc::new(HmacSecretHasher::new(&settings.hmac_secret));
        let tokens: Arc<dyn SessionTokens> =
            Arc::new(KeyedSessionTokens::new(&settings.jwt_secret, super::tokens(settings)));
        let issuer = Arc::new(SessionIssuer {
            accounts: store.clone(),
            tokens: tokens.clone(),
            pages: Some(pages),
            ids: ids.clone(),
        });
        let passwords = Arc::new(PasswordAuthenticator {
            accounts: store.clone(),
            hasher: hasher.clone(),
            clock: clock.clone(),
        });
        let ways = [Channel::Whatsapp, Channel::Sms]
            .into_iter()
            .filter(|channel| verify.sends_by(*channel))
            .collect();
        let prove = Arc::new(ProvePhone { verify: verify.clone(), clock: clock.clone() });
        let profiles = Arc::new(Profiles {
            accounts: store.clone(),
            passwords: passwords.clone(),
            prove: prove.clone(),
            texts: texts.clone(),
            ids: ids.clone(),
            clock: clock.clone(),
            sms_account,
            default_locale: settings.default_locale,
        });
        Self {
            register: Arc::new(Register {
                accounts: store.clone(),
                hasher: hasher.clone(),
                prove,
                issuer: issuer.clone(),
                ids: ids.clone(),
                clock: clock.clone(),
                currency: settings.default_currency,
            }),
            log_in: Arc::new(LogIn {
                accounts: store.clone(),
                sessions: store.clone(),
                passwords: passwords.clone(),
                issuer: issuer.clone(),
                verify: verify.clone(),
                secrets: secrets.clone(),
                random: random.clone(),
                clock: clock.clone(),
                default_locale: settings.default_locale,
            }),
            pass_mfa: Arc::new(PassMfa {
                accounts: store.clone(),
                verify: verify.clone(),
                secrets: secrets.clone(),
                issuer: issuer.clone(),
                clock: clock.clone(),
            }),
            sessions: Sessions { store: store.clone(), issuer, clock: clock.clone() },
            forgot: Arc::new(ForgotPassword {
                accounts: store.clone(),
                verify: verify.clone(),
                secrets: secrets.clone(),
                random: random.clone(),
                texts: texts.clone(),
                ids: ids.clone(),
                clock: clock.clone(),
                mail_account: settings.smtp.as_ref().map(|smtp| mail_account(&smtp.from)),
                public_base_url: settings.public_base_url.clone(),
                default_locale: settings.default_locale,
            }),
            reset: Arc::new(ResetPassword {
                accounts: store.clone(),
                verify: verify.clone(),
                secrets: secrets.clone(),
                hasher,
                clock: clock.clone(),
            }),
            mfa: Mfa {
                accounts: store.clone(),
                secrets: secrets.clone(),
                random: random.clone(),
                clock: clock.clone(),
            },
            pending_number: Arc::new(PendingNumber {
                profiles: profiles.clone(),
                verify,
                ways,
                default_locale: settings.default_locale,
            }),
            profiles,
            telegram: Arc::new(TelegramLink {
                links: store.clone(),
                accounts: store,
                passwords,
                tokens,
                secrets,
                random,
                ids,
                clock,
            }),
        }
    }
}
