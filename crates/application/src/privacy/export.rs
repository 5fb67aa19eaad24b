//! Export a person's data: a ZIP file with `data.json`, `statement.csv`, `conversation.html` and a README.
//!
//! A worker makes it under a lease, page by page, and keeps it in sealed parts. It is downloaded once, within
//! [`domain::privacy::DOWNLOADABLE_FOR`].

mod bundle;
mod cells;
mod explanations;
mod rows;

pub use self::bundle::{ExportOut, ExportSources, Exporter};

use crate::kernel::Kernel;
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    ids::{ExportId, UserId},
    locale::Locale,
    operations::audit::Actor,
};
use ports::{
    accounts::MfaProof,
    crypto::{SecretHasher, SecretKind},
    operations::Leases,
    privacy::{ArchiveError, AskExport, DataExports, ExportAsked, ExportJob, ExportView},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// How long the lease of the worker is held. It is extended with each part.
const LEASE: Duration = Duration::minutes(2);
/// The name of the lease.
const LEASE_NAME: &str = "exports";
/// How long the parts of a file stay after its download began.
const DOWNLOAD_MAX: Duration = Duration::minutes(15);

/// Why an export could not be made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is no such person, or they are erased.
    #[error("there is no such person")]
    NoSuchPerson,
    /// The export is gone: its person was erased meanwhile, or another process makes it.
    #[error("the export is gone")]
    Gone,
    /// The archive can't be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A value can't be written as JSON.
    #[error("a value can't be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The file can't be written.
    #[error("the file can't be written: {0}")]
    File(String),
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes wishes for exports, makes them, and gives them out.
pub struct ExportPerson {
    parts: ExportPersonParts,
    holder: Uuid,
    kernel: Kernel,
}

/// The stores and use cases that [`ExportPerson`] needs.
pub struct ExportPersonParts {
    /// The port of exports.
    pub exports: Arc<dyn DataExports>,
    /// Decides which process makes them.
    pub leases: Arc<dyn Leases>,
    /// Writes the file.
    pub exporter: Exporter,
    /// Hashes the secrets of links.
    pub secrets: Arc<dyn SecretHasher>,
}

impl ExportPerson {
    /// Builds the use case from its parts. It is one process to the lease.
    #[must_use]
    pub fn new(parts: ExportPersonParts, kernel: Kernel) -> Self {
        let holder = kernel.new_id();
        Self { parts, holder, kernel }
    }

    /// Notes a wish for an export. `link`: the secret of the link that downloads it.
    ///
    /// # Errors
    /// When the store fails.
    #[tracing::instrument(name = "ask_export", level = "debug", skip_all, fields(%user))]
    pub async fn ask(
        &self,
        user: UserId,
        proof: Option<MfaProof>,
        link: Option<&str>,
        locale: Locale,
        actor: &Actor,
    ) -> StoreResult<(ExportId, ExportAsked)> {
        let id = ExportId(self.kernel.new_id());
        let link = link.map(|secret| self.parts.secrets.hash(SecretKind::ExportLink, secret));
        let request = AskExport { id, user, proof, link, locale, actor: actor.clone() };
        Ok((id, self.parts.exports.ask_export(&request, self.kernel.now()).await?))
    }

    /// An export as it stands.
    pub async fn find(&self, id: ExportId) -> StoreResult<Option<ExportView>> {
        self.parts.exports.find_export(id, self.kernel.now()).await
    }

    /// The export of a link.
    pub async fn find_link(&self, secret: &str) -> StoreResult<Option<ExportView>> {
        let hashes = self.parts.secrets.hashes(SecretKind::ExportLink, secret);
        self.parts.exports.find_export_link(&hashes, self.kernel.now()).await
    }

    /// Uses the one download up. False: it was used, or the file is not ready.
    pub async fn take(&self, id: ExportId, actor: &Actor) -> StoreResult<bool> {
        self.parts.exports.take_export(id, actor, self.kernel.now()).await
    }

    /// A part of a file that is being downloaded. `None`: there are no more.
    pub async fn part(&self, id: ExportId, number: i32) -> StoreResult<Option<Vec<u8>>> {
        self.parts.exports.export_part(id, number).await
    }

    /// Makes the oldest export that waits, if no other process does, and deletes files whose time is over. True: there
    /// may be more.
    #[tracing::instrument(name = "make_exports", level = "debug", skip_all)]
    pub async fn run(&self) -> Result<bool, ExportError> {
        let now = self.kernel.now();
        let before = now.checked_sub_signed(DOWNLOAD_MAX).unwrap_or(now);
        if !self.parts.exports.are_exports_due(before, now).await? || !self.holds_lease().await? {
            return Ok(false);
        }
        self.parts.exports.forget_exports(before, now).await?;
        let Some(job) = self.parts.exports.next_export().await? else { return Ok(false) };
        let mut parts = Parts { owner: self, job, next: 0 };
        match self.parts.exporter.write(job.user, job.locale, &mut parts).await {
            Ok(()) => self.parts.exports.finish_export(job.id, parts.next, self.kernel.now()).await?,
            // The next call finds no such export.
            Err(ExportError::Gone) => {}
            // Their erasure is about to delete it; others come first.
            Err(ExportError::NoSuchPerson) => {
                self.parts.exports.put_export_off(job.id, self.kernel.now()).await?;
                return Ok(false);
            }
            Err(fault) => {
                self.parts.exports.put_export_off(job.id, self.kernel.now()).await?;
                return Err(fault);
            }
        }
        Ok(true)
    }

    async fn holds_lease(&self) -> StoreResult<bool> {
        let now = self.kernel.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        self.parts.leases.hold_lease(LEASE_NAME, self.holder, now, until).await
    }
}

/// Keeps a file in parts.
struct Parts<'a> {
    owner: &'a ExportPerson,
    job: ExportJob,
    next: i32,
}

#[async_trait]
impl ExportOut for Parts<'_> {
    async fn put(&mut self, bytes: Vec<u8>) -> Result<(), ExportError> {
        let now = self.owner.kernel.now();
        let exports = &self.owner.parts.exports;
        if !self.owner.holds_lease().await?
            || !exports.put_export_part(self.job.id, self.next, bytes, now).await?
        {
            return Err(ExportError::Gone);
        }
        self.next = self.next.saturating_add(1);
        Ok(())
    }
}
