//! People, and whom they pay.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{UserId, WalletId},
    locale::Locale,
    money::{Currency, account_number::AccountNumber},
    phone::PhoneNumber,
};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The proved number.
    pub phone: Option<PhoneNumber>,
    /// The language set, where one is.
    pub locale: Option<Locale>,
    /// When he replaced a proved number by another.
    pub phone_replaced_at: Option<DateTime<Utc>>,
}

/// A person to be, with his first wallet.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The id, if he is new.
    pub id: UserId,
    /// His number, proved.
    pub phone: PhoneNumber,
    /// His first wallet's id, if he is new.
    pub wallet: WalletId,
    /// Its name.
    pub wallet_name: String,
    /// What it is kept in.
    pub currency: Currency,
}

/// Somebody a person has paid under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// The name, folded.
    pub name: String,
    /// The account.
    pub account: AccountNumber,
}

/// People.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Identities: Send + Sync {
    /// The person with that number, made with an empty wallet if there is none.
    async fn get_or_create(&self, person: &NewPerson, now: DateTime<Utc>) -> StoreResult<User>;

    /// The person with that proved number.
    async fn find_by_phone(&self, phone: &PhoneNumber) -> StoreResult<Option<User>>;

    /// A person by id.
    async fn find(&self, id: UserId) -> StoreResult<Option<User>>;

    /// Whom a person has paid under that (folded) name.
    async fn find_payee(&self, user: UserId, name: &str) -> StoreResult<Option<Payee>>;
}
