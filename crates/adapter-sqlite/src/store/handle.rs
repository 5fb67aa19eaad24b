//! The handle that all stores share: the database, the sealers, the writers.

use super::{
    connect_options::ConnectOptions,
    error::ConnectError,
    messaging::{
        inbox_writer::{self, InboxWriter},
        leased_contacts::LeasedContacts,
        outbox::writer::{self as outbox_writer, OutboxWriter},
        turns::{self, TurnWriter},
    },
    money::writer::{self as ledger_writer, LedgerWriter},
    operations::keys,
    subjects::Vault,
};
use crate::backend::Database;
use domain::money::clabe::ClabeIssuer;
use futures_util::FutureExt;
use ports::{
    crypto::{AuditSealer, Sealer},
    store_error::StoreResult,
};
use std::sync::Arc;

/// All stores over one database.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) vault: Vault,
    pub(crate) audit_sealer: Arc<dyn AuditSealer>,
    pub(crate) ledger_writer: LedgerWriter,
    pub(crate) inbox_writer: InboxWriter,
    pub(crate) turn_writer: TurnWriter,
    pub(crate) outbox_writer: OutboxWriter,
    pub(crate) leased_contacts: LeasedContacts,
    pub(crate) clabes: Option<Arc<ClabeIssuer>>,
}

impl Store {
    /// Opens the database without changing its tables. Its writers run on the caller's runtime.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub async fn connect(
        address: &str,
        sealer: Arc<dyn Sealer>,
        audit_sealer: Arc<dyn AuditSealer>,
    ) -> Result<Self, ConnectError> {
        Self::connect_with(address, ConnectOptions::default(), sealer, audit_sealer).await
    }

    /// The same, with options.
    ///
    /// # Errors
    /// When the database can't be opened, or is missing though it must exist.
    pub async fn connect_with(
        address: &str,
        options: ConnectOptions,
        sealer: Arc<dyn Sealer>,
        audit_sealer: Arc<dyn AuditSealer>,
    ) -> Result<Self, ConnectError> {
        let database = Database::connect(address, options).await?;
        let (vault, leased_contacts) = (Vault::new(sealer.clone()), LeasedContacts::new());
        let store = Self {
            ledger_writer: ledger_writer::writer(&database, &vault),
            inbox_writer: inbox_writer::writer(&database, &vault, &leased_contacts),
            turn_writer: turns::writer(&database, &vault, &leased_contacts),
            outbox_writer: outbox_writer::writer(&database, &vault),
            leased_contacts,
            database,
            sealer,
            vault,
            audit_sealer,
            clabes: None,
        };
        store.learn_lookup_key().await.map_err(|error| ConnectError::Open(with_causes(&error)))?;
        Ok(store)
    }

    /// The same store, which gives each wallet in pesos a CLABE when it is opened.
    #[must_use]
    pub fn with_clabes(mut self, issuer: Option<ClabeIssuer>) -> Self {
        self.clabes = issuer.map(Arc::new);
        self
    }

    /// Hashes with the kept key from now on. A database without tables has none yet; a key that can't be opened is
    /// complained about where the keys are checked.
    pub(crate) async fn learn_lookup_key(&self) -> StoreResult<()> {
        let sealer = self.sealer.clone();
        let found = self
            .database
            .query(move |conn| async move { keys::lookup_key(conn, sealer.as_ref()).await }.boxed());
        if let Some(key) = found.await? {
            self.sealer.use_lookup_key(key);
        }
        Ok(())
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ping(&self) -> StoreResult<()> {
        use diesel_async::RunQueryDsl;
        self.database
            .query(|conn| {
                async move {
                    diesel::sql_query("select 1").execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

/// An error with its causes, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
