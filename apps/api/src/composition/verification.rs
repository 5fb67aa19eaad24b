//! Builds the use cases of verification.

use super::{Foundation, providers::Providers};
use crate::config::{Settings, VerifyProvider};
use adapter_crypto::HmacCodeHasher;
use adapter_locales::BuiltInTexts;
use adapter_twilio::{TwilioLookup, TwilioVerify};
use application::{
    kernel::Kernel,
    verification::{
        verification_page::HostedVerification,
        verification_service::{OwnCodes, VerificationService},
    },
};
use domain::message::Channel;
use ports::verification::{Verifications, code_provider::CodeProvider};
use std::sync::Arc;

/// The use cases of verification.
pub(crate) struct Verification {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) verify: Arc<VerificationService>,
    pub(crate) pages: Arc<HostedVerification>,
    /// The challenges, for the worker that sends codes on their fallback channels.
    pub(crate) challenges: Arc<dyn Verifications>,
}

impl Verification {
    pub(super) fn build(base: &Foundation, providers: &Providers) -> Self {
        let Foundation { settings, store, kernel } = base;
        let verify = Arc::new(VerificationService {
            verifications: store.clone(),
            hosted: hosted(settings, providers),
            own: Some(OwnCodes {
                hasher: Arc::new(HmacCodeHasher::new(&settings.hmac_secret)),
                kernel: kernel.clone(),
                texts: Arc::new(BuiltInTexts),
                chats: store.clone(),
                accounts: providers.code_accounts.clone(),
            }),
            consents: store.clone(),
            lookup: Arc::new(TwilioLookup { client: providers.twilio.clone() }),
            kernel: kernel.clone(),
            policy: settings.otp,
            allowed: settings.allowed_countries.clone(),
        });
        let phones = [Channel::Whatsapp, Channel::Sms, Channel::Call].into_iter();
        let pages = Arc::new(HostedVerification {
            pages: store.clone(),
            verify: verify.clone(),
            accounts: store.clone(),
            kernel: kernel.clone(),
            public_base_url: settings.public_base_url.clone(),
            channels: phones.filter(|channel| verify.sends_by(*channel)).collect(),
        });
        Self { settings: settings.clone(), kernel: kernel.clone(), verify, pages, challenges: store.clone() }
    }
}

/// The provider that makes the codes for phones. None: we make them ourselves.
fn hosted(settings: &Settings, providers: &Providers) -> Option<Arc<dyn CodeProvider>> {
    match settings.verify_provider {
        VerifyProvider::Own => None,
        VerifyProvider::Twilio => Some(Arc::new(TwilioVerify {
            client: providers.twilio.clone(),
            service_sid: settings.twilio.verify_service_sid.clone(),
        })),
    }
}
