//! Reading and sealing the audit log. The other stores write its rows in their own transactions.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::operations::audit::{AuditRow, AuditViolation, BlockHead};

/// The result of checking the whole chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// The number of sealed rows that were checked.
    pub checked: u64,
    /// The number of rows that are too new to be sealed.
    pub unsealed: u64,
    /// The newest block; `None` when nothing was sealed yet.
    pub head: Option<BlockHead>,
    /// The violations that were found, in the order of the log.
    pub faults: Vec<AuditViolation>,
}

/// The audit log of decisions.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Seals the rows that no open transaction can come before, as one block after the last. `None`: there is
    /// nothing to seal, or another worker is sealing.
    async fn seal(&self, now: DateTime<Utc>) -> StoreResult<Option<BlockHead>>;

    /// Checks the whole chain. If `noted` is given, that block must be part of it.
    async fn verify_chain(&self, noted: Option<BlockHead>) -> StoreResult<AuditReport>;

    /// Rows, newest first; `after` is a row's `seq`.
    async fn events(&self, page: &PageRequest) -> StoreResult<Vec<AuditRow>>;
}
