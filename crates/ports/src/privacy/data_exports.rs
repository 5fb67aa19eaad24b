//! Exports: copies of a person's data, made by a worker, and downloaded once.

use crate::{accounts::MfaProof, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{ExportId, UserId},
    locale::Locale,
    operations::audit::Actor,
    privacy::ExportState,
};

/// A wish for an export.
#[derive(Clone)]
pub struct AskExport {
    /// The export's id.
    pub id: ExportId,
    /// The person whose data it is.
    pub user: UserId,
    /// The person's proof, checked; it is used up. `None` when staff ask, or a code in the person's chat proved it.
    pub proof: Option<MfaProof>,
    /// The hash of the secret in a link that downloads it; `None` when there is no link.
    pub link: Option<[u8; 32]>,
    /// The language of its explanations.
    pub locale: Locale,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of asking for an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportAsked {
    /// It will be made.
    Accepted,
    /// The proof proves nothing any more.
    NoProof,
    /// There is no such person, or they are erased.
    NoSuchPerson,
}

/// An export to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportJob {
    /// The export's id.
    pub id: ExportId,
    /// The person whose data it is.
    pub user: UserId,
    /// The language of its explanations.
    pub locale: Locale,
}

/// An export as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportView {
    /// The export's id.
    pub id: ExportId,
    /// The person whose data it is.
    pub user: UserId,
    /// How far it is.
    pub state: ExportState,
}

/// Exports. Every method is one transaction. The parts of a file are sealed under the person's key.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DataExports: Send + Sync {
    /// Notes a wish for an export.
    async fn ask_export(&self, request: &AskExport, now: DateTime<Utc>) -> StoreResult<ExportAsked>;

    /// True if an export is to be made, or a file is to be deleted; only reads.
    async fn are_exports_due(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Lets the others come first: an export could not be made.
    async fn put_export_off(&self, id: ExportId, now: DateTime<Utc>) -> StoreResult<()>;

    /// The oldest export that is to be made. Parts that an earlier try left are gone.
    async fn next_export(&self) -> StoreResult<Option<ExportJob>>;

    /// Adds a part to the file. Parts are numbered from 0. False: the export is gone, because its person was erased.
    async fn put_export_part(
        &self,
        id: ExportId,
        number: i32,
        bytes: Vec<u8>,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// The file is whole: it has that many parts. If it has others, another process makes it anew, and nothing happens.
    async fn finish_export(&self, id: ExportId, parts: i32, now: DateTime<Utc>) -> StoreResult<()>;

    /// An export.
    async fn find_export(&self, id: ExportId, now: DateTime<Utc>) -> StoreResult<Option<ExportView>>;

    /// The export of a link, by the hashes of its secret.
    async fn find_export_link(
        &self,
        link: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<ExportView>>;

    /// Uses the one download up. False: it was used, or the file is not ready.
    async fn take_export(&self, id: ExportId, actor: &Actor, now: DateTime<Utc>) -> StoreResult<bool>;

    /// A part of a file that is being downloaded. `None`: there are no more.
    async fn export_part(&self, id: ExportId, number: i32) -> StoreResult<Option<Vec<u8>>>;

    /// Deletes files whose time is over, and those that were downloaded before `before`. Returns how many.
    async fn forget_exports(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> StoreResult<usize>;
}
