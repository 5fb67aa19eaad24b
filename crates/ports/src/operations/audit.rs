//! The audit log as it is read and sealed. Its rows are data in each write of the other stores.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::audit::{AuditRow, AuditViolation, BlockHead};

/// What a look over the whole chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Sealed rows that were looked at.
    pub checked: u64,
    /// Rows that are too young to be sealed.
    pub unsealed: u64,
    /// The newest block.
    pub head: Option<BlockHead>,
    /// What is wrong, in the order of the log.
    pub faults: Vec<AuditViolation>,
}

/// The audit log.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Seals the rows that no open transaction can still come before, as one block behind the last.
    /// `None`: there was nothing to seal, or somebody else is at it.
    async fn seal(&self, now: DateTime<Utc>) -> StoreResult<Option<BlockHead>>;

    /// Looks over the whole chain. A head that was noted elsewhere must be part of it.
    async fn verify_chain(&self, noted: Option<BlockHead>) -> StoreResult<AuditReport>;

    /// Rows, newest first; `after` is a row's `seq`.
    async fn events(&self, page: &PageRequest) -> StoreResult<Vec<AuditRow>>;
}
