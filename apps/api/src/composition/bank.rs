//! Builds the bank that pays accounts outside the platform.

use crate::config::BankSettings;
use adapter_bank_http::{BankClient, InvalidBankConfig, NoticeSecrets, SignedNotices};
use application::kernel::Kernel;
use ports::money::core_bank::{BankNotices, CoreBank};
use std::sync::Arc;

/// The bank as the settings name it.
pub(crate) struct Bank {
    pub(crate) client: Arc<dyn CoreBank>,
    /// None: the bank sends no notices, and its webhook is closed.
    pub(crate) notices: Option<Arc<dyn BankNotices>>,
}

/// Builds the bank. Makes no call.
///
/// # Errors
/// When a file of certificates can't be used, or the HTTP client can't be built.
pub(crate) fn build(settings: &BankSettings, kernel: &Kernel) -> Result<Bank, InvalidBankConfig> {
    let client = BankClient::new(settings.client.clone(), kernel.clock.clone(), kernel.random.clone())?;
    // The settings refuse a secret that can't be read.
    let secrets = settings.notice_secrets.as_ref().and_then(|secrets| NoticeSecrets::parse(secrets).ok());
    let notices = secrets.map(|secrets| -> Arc<dyn BankNotices> {
        Arc::new(SignedNotices::new(secrets, kernel.clock.clone()))
    });
    Ok(Bank { client: Arc::new(client), notices })
}
