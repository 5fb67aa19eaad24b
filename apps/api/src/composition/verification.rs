//! Builds the use cases of verification.

use super::{Foundation, providers::Providers};
use crate::config::{Settings, VerifyProvider};
use adapter_crypto::HmacCodeHasher;
use adapter_locales::BuiltInTexts;
use adapter_twilio::{TwilioLookup, TwilioVerify};
use application::{
    kernel::Kernel,
    verification::{
        code_statistics::CodeStatistics,
        verification_page::{HostedVerification, PageSite},
        verification_service::{OwnCodes, VerificationParts, VerificationService},
    },
};
use domain::message::Channel;
use ports::verification::{code_provider::CodeProvider, number_lookup::NumberLookup};
use std::sync::Arc;

/// The use cases of verification.
pub(crate) struct Verification {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) verify: Arc<VerificationService>,
    pub(crate) pages: Arc<HostedVerification>,
    pub(crate) statistics: CodeStatistics,
    /// The provider that makes the codes for phones; it is asked for their prices.
    pub(super) hosted: Option<Arc<dyn CodeProvider>>,
}

impl Verification {
    pub(super) fn build(base: &Foundation, providers: &Providers) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let hosted = hosted(settings, providers);
        let parts = VerificationParts {
            verifications: store.clone(),
            hosted: hosted.clone(),
            own: Some(OwnCodes {
                hasher: Arc::new(HmacCodeHasher::new(&settings.hmac_secret)),
                kernel: kernel.clone(),
                texts: Arc::new(BuiltInTexts),
                chats: store.clone(),
                accounts: providers.code_accounts.clone(),
            }),
            consents: store.clone(),
            lookup: lookup(providers),
            allowed: settings.allowed_countries.clone(),
        };
        let verify = Arc::new(VerificationService::new(parts, kernel.clone(), settings.otp));
        let phones = [Channel::Whatsapp, Channel::Sms, Channel::Call].into_iter();
        let site = PageSite {
            public_base_url: settings.public_base_url.clone(),
            channels: phones.filter(|channel| verify.sends_by(*channel)).collect(),
        };
        let pages =
            HostedVerification::new(store.clone(), store.clone(), verify.clone(), kernel.clone(), site);
        Self {
            settings: settings.clone(),
            kernel: kernel.clone(),
            statistics: CodeStatistics::new(store.clone(), settings.default_time_zone, kernel.clone()),
            verify,
            pages: Arc::new(pages),
            hosted,
        }
    }
}

/// The provider that makes the codes for phones. None: we make them ourselves.
fn hosted(settings: &Settings, providers: &Providers) -> Option<Arc<dyn CodeProvider>> {
    let (client, twilio) = (providers.twilio.clone()?, settings.twilio.as_ref()?);
    match settings.verify_provider {
        VerifyProvider::Own => None,
        VerifyProvider::Twilio => {
            Some(Arc::new(TwilioVerify { client, service_sid: twilio.verify_service_sid.clone() }))
        }
    }
}

/// Who is asked about a number. None without Twilio.
fn lookup(providers: &Providers) -> Option<Arc<dyn NumberLookup>> {
    let client = providers.twilio.clone()?;
    Some(Arc::new(TwilioLookup { client }))
}
