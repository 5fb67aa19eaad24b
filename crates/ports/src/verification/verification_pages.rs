//! Hosted pages on which people prove their numbers.

use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::Purpose,
};

/// A hosted page to open.
#[derive(Clone, Debug)]
pub struct NewVerificationPage {
    /// The page's id.
    pub id: PageId,
    /// The hash of the token in its URL.
    pub token_hash: [u8; 32],
    /// The principal that owns the challenges of this page.
    pub owner: Principal,
    /// The user whose number is to be proved, if known.
    pub user: Option<UserId>,
    /// The number to prove. `None`: the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// The purpose of the code.
    pub purpose: Purpose,
    /// The address to return to afterwards, already checked against the allowed ones.
    pub return_to: Option<String>,
    /// A value that the owner gets back with the return address.
    pub state: Option<String>,
    /// The page's language, if the owner set one.
    pub locale: Option<Locale>,
    /// From when the page is closed.
    pub expires_at: DateTime<Utc>,
}

/// A hosted page with its progress.
#[derive(Clone, Debug)]
pub struct VerificationPage {
    /// The page's id.
    pub id: PageId,
    /// The principal that owns the challenges of this page.
    pub owner: Principal,
    /// The user whose number is to be proved, if known.
    pub user: Option<UserId>,
    /// The number, from the owner or entered on the page.
    pub phone: Option<PhoneNumber>,
    /// True when the owner gave the number; it can't be changed on the page.
    pub is_phone_fixed: bool,
    /// The purpose of the code.
    pub purpose: Purpose,
    /// The address to return to afterwards.
    pub return_to: Option<String>,
    /// A value that the owner gets back with the return address.
    pub state: Option<String>,
    /// The page's language, if the owner set one.
    pub locale: Option<Locale>,
    /// The newest challenge of this page.
    pub verification: Option<VerificationId>,
    /// From when the page is closed.
    pub expires_at: DateTime<Utc>,
    /// When the number was proved; `None` until then.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Hosted pages. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait VerificationPages: Send + Sync {
    /// Stores a page that is open from now on.
    async fn open(&self, page: &NewVerificationPage, now: DateTime<Utc>) -> StoreResult<()>;

    /// The page with that token hash, closed pages included.
    async fn find(&self, token_hash: &[u8; 32]) -> StoreResult<Option<VerificationPage>>;

    /// Sets the number that was entered on the page; the challenge for another number is dropped. False when
    /// the number is fixed, the page is finished, or `numbers_max` numbers were entered already.
    async fn name_phone(&self, id: PageId, phone: &PhoneNumber, numbers_max: u32) -> StoreResult<bool>;

    /// Sets the page's present challenge. False when the page is finished or its number has changed.
    async fn begin(&self, id: PageId, phone: &PhoneNumber, challenge: VerificationId) -> StoreResult<bool>;

    /// Marks the number as proved by that challenge. True the first time only.
    async fn finish(&self, id: PageId, challenge: VerificationId, now: DateTime<Utc>) -> StoreResult<bool>;
}
