//! A person's payees: list, rename and forget them. They are added by paying somebody under a name.

use crate::kernel::Kernel;
use domain::{
    ids::{PayeeId, UserId},
    money::payees::{BadPayeeName, Payee, read_payee_name},
    operations::audit::Actor,
};
use ports::{
    money::Payees,
    pagination::PageRequest,
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use thiserror::Error;

/// Reads and changes payees.
pub struct PayeeBook {
    payees: Arc<dyn Payees>,
    kernel: Kernel,
}

/// Why a payee has no new name.
#[derive(Debug, Error)]
pub enum RenamePayeeError {
    /// There is no such payee.
    #[error("there is no such payee")]
    NotFound,
    /// The name can't be used.
    #[error(transparent)]
    BadName(#[from] BadPayeeName),
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PayeeBook {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(payees: Arc<dyn Payees>, kernel: Kernel) -> Self {
        Self { payees, kernel }
    }

    /// The payees of a person that a name is compared with, the one paid last first.
    pub async fn known_to(&self, user: UserId) -> StoreResult<Vec<Payee>> {
        self.payees.payees_of(user).await
    }

    /// Payees of one person, or of everybody; those that were paid first last.
    pub async fn list(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<Payee>> {
        self.payees.payees(user, page).await
    }

    /// One payee by its id.
    pub async fn find(&self, id: PayeeId) -> StoreResult<Option<Payee>> {
        self.payees.find_payee(id).await
    }

    /// Gives a payee another name. Several payees may have the same one.
    pub async fn rename(&self, id: PayeeId, name: &str, actor: &Actor) -> Result<Payee, RenamePayeeError> {
        let name = read_payee_name(name)?;
        let renamed = self.payees.rename_payee(id, &name, actor, self.kernel.now()).await?;
        renamed.ok_or(RenamePayeeError::NotFound)
    }

    /// Forgets a payee. False: there is no such payee.
    pub async fn forget(&self, id: PayeeId, actor: &Actor) -> StoreResult<bool> {
        self.payees.forget_payee(id, actor, self.kernel.now()).await
    }
}
