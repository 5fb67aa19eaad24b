//! Builds the use cases of operations, and what checks who is calling.

use super::{Foundation, tokens};
use crate::{config::Settings, readiness::Readiness, stores::Stores};
use adapter_crypto::{ClientSecrets, Tokens};
use application::kernel::Kernel;
use application::operations::{
    audit_trail::AuditTrail,
    check_signature::CheckSignature,
    idempotent_requests::IdempotentRequests,
    maintenance::{Maintenance, MaintenanceParts},
    retention::ApplyRetention,
};
use ports::operations::DeadLetters;
use secrecy::ExposeSecret;
use std::sync::Arc;

/// The use cases of operations.
pub(crate) struct Operations {
    pub(crate) settings: Arc<Settings>,
    /// The whole store, for the health check.
    pub(crate) store: Arc<dyn Stores>,
    pub(crate) tokens: Tokens,
    pub(crate) signatures: CheckSignature,
    pub(crate) idempotency: Arc<IdempotentRequests>,
    pub(crate) audit: AuditTrail,
    pub(crate) dead_letters: Arc<dyn DeadLetters>,
    pub(crate) maintenance: Maintenance,
    pub(crate) retention: ApplyRetention,
    pub(crate) readiness: Readiness,
}

impl Operations {
    pub(super) fn build(base: &Foundation) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let maintained =
            MaintenanceParts { ledger: store.clone(), verifications: store.clone(), audit: store.clone() };
        Self {
            settings: settings.clone(),
            store: store.clone(),
            tokens: tokens(settings),
            signatures: signatures(base),
            idempotency: Arc::new(IdempotentRequests::new(store.clone(), kernel.clone())),
            audit: AuditTrail::new(store.clone()),
            dead_letters: store.clone(),
            maintenance: Maintenance::new(maintained, kernel.clone()),
            retention: retention(settings, store, kernel),
            readiness: Readiness::new(
                store.clone(),
                kernel.clock.clone(),
                settings.encryption_key.ids().map(str::to_owned).collect(),
            ),
        }
    }
}

/// Deletes what was kept long enough.
pub(crate) fn retention(settings: &Settings, store: &Arc<dyn Stores>, kernel: &Kernel) -> ApplyRetention {
    let holder = kernel.ids.new_id();
    ApplyRetention::new(store.clone(), store.clone(), kernel.clone(), settings.retention, holder)
}

/// Checks signed requests: by the clients' secrets, and each only once.
fn signatures(base: &Foundation) -> CheckSignature {
    let clients = base.settings.clients.iter();
    let pairs = clients
        .flat_map(|client| client.secrets.iter().map(|secret| (client.id.as_str(), secret.expose_secret())));
    CheckSignature::new(Arc::new(ClientSecrets::new(pairs)), base.store.clone(), base.kernel.clone())
}
