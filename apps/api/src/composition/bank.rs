//! Builds the bank that pays accounts outside the platform.

use super::money::{BankConnection, OutsideBank};
use crate::{
    config::{BankSettings, Settings},
    stores::Stores,
};
use adapter_bank_http::{BankClient, InvalidBankConfig, NoticeSecrets, SignedNotices};
use application::{kernel::Kernel, money::outbound::OutboundPolicy};
use domain::money::outbound::OutboundRules;
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

/// The bank with what payments need of the settings; `None` with BANK_CLIENT_MODE=local.
pub(super) fn connect(
    settings: &Settings,
    kernel: &Kernel,
) -> Result<Option<BankConnection>, InvalidBankConfig> {
    let Some(bank) = &settings.bank else { return Ok(None) };
    let Bank { client, notices } = build(bank, kernel)?;
    let policy = OutboundPolicy {
        rules: OutboundRules { horizon: bank.in_flight_horizon },
        zone: settings.default_time_zone,
        cutoff: bank.cutoff,
    };
    let account = bank.client.account.clone();
    let reconcile_every = bank.reconcile_every;
    Ok(Some(BankConnection { client, notices, policy, account, reconcile_every }))
}

/// The use cases of the outside bank, for commands: they start no workers. `None` with BANK_CLIENT_MODE=local.
pub(crate) fn outside_bank(
    settings: &Settings,
    store: &Arc<dyn Stores>,
) -> Result<Option<OutsideBank>, InvalidBankConfig> {
    let kernel = super::kernel();
    let connection = connect(settings, &kernel)?;
    Ok(connection.map(|connection| OutsideBank::build(settings, store, &kernel, connection)))
}
