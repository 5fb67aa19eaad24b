//! A person's payees: list, rename and forget them. They are added by paying somebody under a name.

use crate::kernel::Kernel;
use domain::{
    ids::{PayeeId, UserId},
    messaging::conversation::SoughtPayee,
    money::payees::{BadPayeeName, Closest, Payee, closest, nearest, read_payee_name},
    operations::audit::Actor,
};
use ports::{
    money::Payees,
    pagination::PageRequest,
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use thiserror::Error;

/// The most payees to choose from.
const OPTIONS_MAX: usize = 10;

/// The most payees that are shown for a name that nobody has.
const NEAREST_MAX: usize = 3;

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

/// The payee that a person means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundPayee {
    /// One payee.
    One(Payee),
    /// Several payees that fit the name, at most ten.
    Several(Vec<Payee>),
    /// No payee fits.
    Unknown {
        /// Those with the nearest names, the nearest first; at most three.
        nearest: Vec<Payee>,
    },
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

    /// The payee of a person that they name, or whose account they chose.
    pub async fn find_named(&self, user: UserId, sought: &SoughtPayee) -> StoreResult<FoundPayee> {
        let known = self.payees.payees_of(user).await?;
        let cloned = |payees: Vec<&Payee>| payees.into_iter().take(OPTIONS_MAX).cloned().collect();
        let unknown = || {
            let nearest = nearest(&sought.name, &known, NEAREST_MAX);
            FoundPayee::Unknown { nearest: cloned(nearest) }
        };
        if let Some(account) = &sought.account {
            let chosen = known.iter().find(|payee| payee.account == *account);
            return Ok(chosen.cloned().map_or_else(unknown, FoundPayee::One));
        }
        Ok(match closest(&sought.name, &known) {
            Closest::One(payee) => FoundPayee::One(payee.clone()),
            Closest::Several(several) => FoundPayee::Several(cloned(several)),
            Closest::Nobody => unknown(),
        })
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
