//! Builds the use cases of people's data.

use super::{Accounts, Foundation};
use crate::{config::Settings, stores::Stores};
use adapter_locales::BuiltInTexts;
use adapter_zip::ZipArchives;
use application::{
    accounts::mfa::Mfa,
    kernel::Kernel,
    privacy::{
        erase_person::ErasePerson,
        export::{ExportPerson, ExportPersonParts, ExportSources, Exporter},
        reapply::KeyBackup,
    },
};
use domain::{ids::UserId, locale::Locale};
use ports::{privacy::LegalHolds, store_error::StoreResult};
use std::sync::Arc;
use tokio::sync::Notify;

/// The use cases of people's data.
pub(crate) struct Privacy {
    pub(crate) kernel: Kernel,
    pub(crate) erase: Arc<ErasePerson>,
    pub(crate) export: Arc<ExportPerson>,
    pub(crate) mfa: Arc<Mfa>,
    /// Wakes the worker that makes exports.
    pub(crate) wakeup: Notify,
    store: Arc<dyn Stores>,
    default_locale: Locale,
}

impl Privacy {
    pub(super) fn build(base: &Foundation, accounts: &Accounts) -> Self {
        let Foundation { settings, store, kernel, secrets } = base;
        let parts = ExportPersonParts {
            exports: store.clone(),
            leases: store.clone(),
            exporter: exporter(settings, store, kernel),
            secrets: secrets.clone(),
        };
        Self {
            kernel: kernel.clone(),
            erase: Arc::new(ErasePerson::new(store.clone(), store.clone(), kernel.clone())),
            export: Arc::new(ExportPerson::new(parts, kernel.clone())),
            mfa: accounts.mfa.clone(),
            wakeup: Notify::new(),
            store: store.clone(),
            default_locale: settings.default_locale,
        }
    }

    /// The person's language.
    pub(crate) async fn locale_of(&self, user: UserId) -> StoreResult<Locale> {
        let profile = self.store.profile(user).await?;
        Ok(profile.and_then(|profile| profile.locale).unwrap_or(self.default_locale))
    }
}

/// Builds the use case that writes a person's data as an archive.
fn exporter(settings: &Settings, store: &Arc<dyn Stores>, kernel: &Kernel) -> Exporter {
    let sources = ExportSources {
        users: store.clone(),
        sessions: store.clone(),
        ledger: store.clone(),
        payees: store.clone(),
        receiving: store.clone(),
        conversations: store.clone(),
        personal: store.clone(),
        erasures: store.clone(),
        texts: Arc::new(BuiltInTexts),
        archives: Arc::new(ZipArchives),
    };
    Exporter::new(sources, settings.retention, kernel.clone())
}

/// What commands about people's data need: they start no workers.
pub(crate) struct PrivacyCommands {
    pub(crate) kernel: Kernel,
    pub(crate) erase: ErasePerson,
    pub(crate) exporter: Exporter,
    pub(crate) keys: KeyBackup,
    pub(crate) holds: Arc<dyn LegalHolds>,
    pub(crate) store: Arc<dyn Stores>,
}

impl PrivacyCommands {
    pub(crate) fn build(settings: &Settings, store: Arc<dyn Stores>) -> Self {
        let kernel = super::kernel();
        let erase = || ErasePerson::new(store.clone(), store.clone(), kernel.clone());
        Self {
            erase: erase(),
            exporter: exporter(settings, &store, &kernel),
            keys: KeyBackup::new(store.clone(), store.clone(), erase()),
            holds: store.clone(),
            kernel,
            store,
        }
    }
}
