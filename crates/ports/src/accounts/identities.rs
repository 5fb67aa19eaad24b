//! Users, by their proved number or their id.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::freeze::Freeze,
    ids::{UserId, WalletId},
    locale::Locale,
    money::Currency,
    phone::PhoneNumber,
};

/// A user of the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The number they proved; `None` when they proved none.
    pub phone: Option<PhoneNumber>,
    /// The language they set; `None` when they set none.
    pub locale: Option<Locale>,
    /// When they last replaced a proved number with another; `None` when they never did.
    pub phone_replaced_at: Option<DateTime<Utc>>,
    /// Whether they are frozen.
    pub freeze: Freeze,
}

/// A user to create, with their first wallet.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The id to use if the user is new.
    pub id: UserId,
    /// Their proved number.
    pub phone: PhoneNumber,
    /// The first wallet's id, if the user is new.
    pub wallet: WalletId,
    /// The name of the first wallet.
    pub wallet_name: String,
    /// The currency of the first wallet.
    pub currency: Currency,
}

/// Users, found by number or id.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Identities: Send + Sync {
    /// The user with that number. If there is none, one is created with an empty wallet.
    async fn get_or_create(&self, person: &NewPerson, now: DateTime<Utc>) -> StoreResult<User>;

    /// The user who proved that number.
    async fn find_by_phone(&self, phone: &PhoneNumber) -> StoreResult<Option<User>>;

    /// The user with that id.
    async fn find(&self, id: UserId) -> StoreResult<Option<User>>;

    /// The name under which others see a user: `domain::accounts::shown_name`. `None`: there is no such user.
    async fn shown_name(&self, user: UserId) -> StoreResult<Option<String>>;
}
