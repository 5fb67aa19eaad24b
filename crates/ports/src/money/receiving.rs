//! How others pay into a wallet.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{UserId, WalletId},
    money::{Currency, account_number::AccountNumber},
    phone::PhoneNumber,
};

/// What a payer must know of a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivingView {
    /// The wallet.
    pub wallet: WalletId,
    /// The user who owns it.
    pub user: UserId,
    /// The owner's full name; the wallet's name when none is known.
    pub name: String,
    /// The wallet's CLABE; `None` when it has none.
    pub clabe: Option<AccountNumber>,
    /// The owner's proved number, if money that is sent to it enters this wallet.
    pub phone: Option<PhoneNumber>,
}

/// What assigning CLABEs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClabesAssigned {
    /// How many wallets got a CLABE now.
    pub assigned: usize,
    /// How many numbers are left under the prefix; `None`: no prefix is set.
    pub left: Option<u64>,
}

/// Reads how wallets are paid, and gives CLABEs to those that have none. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Receiving: Send + Sync {
    /// How a wallet is paid. `None`: there is no such wallet.
    async fn receiving(&self, wallet: WalletId) -> StoreResult<Option<ReceivingView>>;

    /// How a user's oldest wallet in a currency is paid. `None`: they have no such wallet.
    async fn receiving_of(&self, user: UserId, currency: Currency) -> StoreResult<Option<ReceivingView>>;

    /// Gives a CLABE to up to `count` wallets in pesos that have none, oldest first. A wallet that is opened gets
    /// its CLABE in that transaction; this is for those that were opened before the prefix was set.
    async fn assign_clabes(&self, count: usize, now: DateTime<Utc>) -> StoreResult<ClabesAssigned>;
}
