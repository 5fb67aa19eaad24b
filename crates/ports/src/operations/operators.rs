//! The accounts of operators.

use crate::{pagination::PageRequest, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    email::EmailAddress,
    ids::OperatorId,
    operations::{audit::Actor, operators::OperatorRole},
};
use uuid::Uuid;

/// An account to add.
#[derive(Clone, Debug)]
pub struct NewOperator {
    /// The account's id.
    pub id: OperatorId,
    /// The operator's address; each account has another.
    pub email: EmailAddress,
    /// What they may do.
    pub role: OperatorRole,
    /// What their tokens must name, to be valid.
    pub token_series: Uuid,
}

/// An operator's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorView {
    /// The account's id.
    pub id: OperatorId,
    /// The operator's address.
    pub email: EmailAddress,
    /// What they may do.
    pub role: OperatorRole,
    /// What their tokens must name, to be valid.
    pub token_series: Uuid,
    /// When the account was added.
    pub created_at: DateTime<Utc>,
    /// Since when it can't be used; `None`: it can.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What came of adding an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorAdded {
    /// There is one now.
    Added,
    /// Another account, perhaps a disabled one, has that address.
    AddressTaken,
}

/// The accounts of operators. Every method is one transaction; changes write their audit rows.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Operators: Send + Sync {
    /// Adds an account.
    async fn add_operator(
        &self,
        new: &NewOperator,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<OperatorAdded>;

    /// Ends all tokens of an account: from now on they must name `token_series`. A disabled account can be used again.
    /// Returns the account after it; `None`: none has the address.
    async fn reset_operator(
        &self,
        email: &EmailAddress,
        token_series: Uuid,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<OperatorView>>;

    /// Disables an account: it acts no more, with any token. Returns the account after it; `None`: none has the address.
    async fn disable_operator(
        &self,
        email: &EmailAddress,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<OperatorView>>;

    /// The account with that address, disabled or not.
    async fn find_operator(&self, email: &EmailAddress) -> StoreResult<Option<OperatorView>>;

    /// What the operator may do now. `None`: there is no such account, it is disabled, or its tokens must name another
    /// series.
    async fn operator_role(&self, id: OperatorId, token_series: Uuid) -> StoreResult<Option<OperatorRole>>;

    /// The accounts, the oldest first; `after` is an account's id.
    async fn operators(&self, page: &PageRequest) -> StoreResult<Vec<OperatorView>>;
}
