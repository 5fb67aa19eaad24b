//! Connects the outside bank, if the settings name one.

use super::money::{BankConnection, OutsideBank};
use crate::{config::Settings, stores::Stores};
use adapter_bank_http::{BankClient, InvalidBankConfig, NoticeSecrets, SignedNotices};
use application::{kernel::Kernel, money::outbound::OutboundPolicy};
use domain::money::outbound::OutboundRules;
use ports::money::core_bank::BankNotices;
use std::sync::Arc;

/// The connection; `None` with BANK_CLIENT_MODE=local. It makes no call.
pub(super) fn connect(
    settings: &Settings,
    kernel: &Kernel,
) -> Result<Option<BankConnection>, InvalidBankConfig> {
    let Some(bank) = &settings.bank else { return Ok(None) };
    let client = BankClient::new(bank.client.clone(), kernel.clock.clone(), kernel.random.clone())?;
    // The settings were refused if these could not be read.
    let secrets = bank.notice_secrets.as_ref().and_then(|secrets| NoticeSecrets::parse(secrets).ok());
    let notices = secrets.map(|secrets| -> Arc<dyn BankNotices> {
        Arc::new(SignedNotices::new(secrets, kernel.clock.clone()))
    });
    let policy = OutboundPolicy {
        rules: OutboundRules { horizon: bank.in_flight_horizon },
        zone: settings.default_time_zone,
        cutoff: bank.cutoff,
    };
    let account = bank.client.account.clone();
    let reconcile_every = bank.reconcile_every;
    Ok(Some(BankConnection { client: Arc::new(client), notices, policy, account, reconcile_every }))
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
